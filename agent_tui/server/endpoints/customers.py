"""Finding customers: masked hits, every search audited."""

from __future__ import annotations

from litestar import get
from litestar.params import FromQuery

from agent_tui.domain.effects import Refusal
from agent_tui.server import customers, forms, problems
from agent_tui.server.database import Tx
from agent_tui.server.endpoints.access import Tools, Who, people_only
from agent_tui.server.paces import too_many_searches
from agent_tui.server.tail import AuditDraft, Tail
from agent_tui.wire import routes
from agent_tui.wire.session import FoundCustomer

SHORTEST = 2
LONGEST = 100


@get(routes.CUSTOMER_SEARCH)
async def search(caller: Who, services: Tools, q: FromQuery[str]) -> tuple[FoundCustomer, ...]:
    """Customers by name, pinyin, initials, phone, card or ID tail, merchant or terminal. Refused when somebody searched
    too often within the hour."""
    people_only(caller)
    if not SHORTEST <= len(forms.fold(q)) <= LONGEST:
        raise problems.fail("bad-request", key="server.refusal.no_words", args={"field": "q"})

    def work(tx: Tx) -> tuple[FoundCustomer, ...] | Refusal:
        now = services.clock.now()
        no = too_many_searches(tx, services.terms, caller.maker, now)
        found = () if no is not None else customers.find(tx, services.vault, q)
        tail = Tail(tx, now)
        facts: dict[str, object] = {
            "words": services.vault.commitment(forms.fold(q).encode()),
            "found": [hit.customer_id for hit in found],
            "device": caller.device,
        }
        outcome = "applied" if no is None else "refused"
        tail.audit(AuditDraft(actor=caller.maker, type="SearchCustomers", outcome=outcome, facts=facts))
        tail.close()
        return found if no is None else no

    found = await services.db.write(work)
    if isinstance(found, Refusal):
        raise problems.fail("not-permitted", key=found.key, args=dict(found.args))
    return found
