"""Blueprints for those who write and release them, every version and the wording of one; and what was seen of them in a
contact, for those who may see that contact."""

from __future__ import annotations

from litestar import get
from litestar.params import FromQuery

from agent_tui.blueprints.model import dump
from agent_tui.domain.centre import Bundle
from agent_tui.domain.release import Release, bundle_id
from agent_tui.domain.rows import scopes
from agent_tui.server import problems, walks
from agent_tui.server.database import Tx
from agent_tui.server.endpoints.access import Tools, Who, people_only
from agent_tui.server.state import TableState
from agent_tui.server.tail import AuditDraft, Tail
from agent_tui.server.walks import Account
from agent_tui.wire import routes
from agent_tui.wire.walks import WalkedOnce, WalksOf


@get(routes.BLUEPRINTS)
async def every(caller: Who, services: Tools) -> tuple[Release, ...]:
    """All versions, proposed ones too, by blueprint and number."""
    people_only(caller)
    return tuple(await services.db.read(lambda tx: TableState(tx).find(Release)))


@get(routes.BLUEPRINT)
async def wording(caller: Who, services: Tools, id: FromQuery[str]) -> Bundle:
    """The wording of `id@version`; not-found where there is none."""
    people_only(caller)
    found = await services.db.read(lambda tx: TableState(tx).get(Bundle, bundle_id(id)))
    if found is None:
        raise problems.fail("not-found", key="server.refusal.no_blueprint", args={"release": id[:60]})
    return found


@get(routes.CONTACT_WALKS)
async def walked(caller: Who, services: Tools, id: FromQuery[str]) -> WalksOf:
    """What was seen in a contact. Not-found for a contact the caller may not see, as for one there never was; reading it
    is audited (product rule 7)."""
    people_only(caller)

    def work(tx: Tx) -> WalksOf | None:
        account = walks.of_contact(tx, services.vault, id)
        held = {row["scope"] for row in tx.all("held", agent_id=caller.id)}
        if account is None or not held & scopes(account.contact):
            return None
        tail = Tail(tx, services.clock.now())
        facts: dict[str, object] = {"contact": id, "walks": len(account.walks), "device": caller.device}
        customer = account.contact.customer_id
        tail.audit(
            AuditDraft(actor=caller.maker, type="ReadWalks", outcome="applied", customer_id=customer, facts=facts)
        )
        tail.close()
        return _told(account)

    found = await services.db.write(work)
    if found is None:
        raise problems.fail("not-found", key="server.refusal.no_contact", args={"contact": id[:60]})
    return found


def _told(account: Account) -> WalksOf:
    told = tuple(
        WalkedOnce(agent=one.agent, walk=one.walk, wording=dump(one.blueprint).decode() if one.blueprint else "")
        for one in account.walks
    )
    return WalksOf(contact_id=account.contact.id, walks=told, erased=account.erased)
