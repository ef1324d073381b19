"""A desk greys exactly what the server would refuse: both are asked about every action, on complaints of every level, by
who owns them and who does not, with the customer on the line and without."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from agent_tui.config import data
from agent_tui.desk import views
from agent_tui.desk.build import open_desk
from agent_tui.desk.desk import Desk
from agent_tui.desk.lent_views import Lendable
from agent_tui.domain.actions import ACTIONS, AT_DESK
from agent_tui.domain.contact import ContactState, Verified
from agent_tui.domain.rows import Entity
from agent_tui.domain.ticket import TicketKind, TicketState
from agent_tui.policy.decide import decide
from agent_tui.policy.decision import Decision, Deny, NeedsCosign
from agent_tui.policy.lending import most_lent
from agent_tui.server.authority import Authority, Inquiry
from agent_tui.server.caller import Caller
from agent_tui.server.facts import Question
from agent_tui.server.services import Services
from agent_tui.store import write
from agent_tui.sync.state import Connection
from tests import eg
from tests.flow.seed import profile
from tests.server import office

LEVELS = (None, "general", "serious", "crisis")
OWNERS = ("a1", "b3", "nobody")
GROUPS = ("cards", "elsewhere")
CONTACTS = (None, "k-mine", "k-hers", "k-other", "k-over")


def complaints() -> list[Entity]:
    """`t-<level>-<owner>-<group>`."""
    return [
        eg.ticket(
            f"t-{level}-{owner}-{group}",
            kind=TicketKind.COMPLAINT,
            customer_id="c1",
            complaint_level=level,
            owner_id=owner,
            group=group,
        )
        for level in LEVELS
        for owner in OWNERS
        for group in GROUPS
    ]


def orders() -> list[Entity]:
    """Work orders of one's own group and of another, and complaints in somebody's hands."""
    held = {"state": TicketState.IN_PROGRESS, "customer_id": "c1", "owner_id": "nobody"}
    complaint = {**held, "kind": TicketKind.COMPLAINT, "complaint_level": "general", "group": "cards"}
    mine, other = (eg.ticket(f"o-{group}", group=group, customer_id="c1", owner_id="nobody") for group in GROUPS)
    return [mine, other, *(eg.ticket(f"h-{id}", handler_id=id, **complaint) for id in ("a1", "b3", "s1"))]


def contacts(me: str) -> list[Entity]:
    """Mine with this customer, somebody else's, mine with another customer, and mine that is over."""
    verified = {"verified": Verified.FULL, "group": "cards"}
    return [
        eg.contact("k-mine", customer_id="c1", agent_id=me, state=ContactState.CONNECTED, **verified),
        eg.contact("k-hers", customer_id="c1", agent_id="a2", state=ContactState.CONNECTED, **verified),
        eg.contact("k-other", customer_id="c2", agent_id=me, state=ContactState.CONNECTED, **verified),
        eg.contact("k-over", customer_id="c1", agent_id=me, state=ContactState.CLOSED, **verified),
    ]


def rows(me: str) -> list[Entity]:
    people = [office.person(id, level=level) for id, level in office.LEVELS.items()]
    return [
        eg.group("cards"),
        *people,
        office.customer(),
        office.customer("c2"),
        *complaints(),
        *orders(),
        *contacts(me),
    ]


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    opened = office.open_office(tmp_path / "server")
    yield opened
    opened.db.close()


def open_for(me: str, folder: Path) -> Desk:
    desk = open_desk(profile(folder, policy=data.folder("scripts/policy")))
    write.put_meta(desk.sight.cache, agent_id=me)
    write.put_rows(desk.sight.cache, rows(me))
    desk.sight.clock.learn(eg.NOW, 1.0)
    desk.sight.link.to(Connection.LIVE)
    return desk


def at_server(services: Services, me: str, about: dict[str, Any]) -> Decision:
    authority = Authority(lambda *facts: decide(office.policy(), *facts), services.rules.timezone)
    inquiry = Inquiry(
        asked=Question(**about), caller=Caller(kind="agent", id=me), command_id="k", now=services.clock.now()
    )
    judged = services.db.read_now(lambda tx: authority.judge(tx, inquiry))
    assert judged is not None
    return judged.decision


def told(decision: Decision) -> tuple[object, ...]:
    """What matters of a decision: the kind, the rules, and whose signature would help."""
    names = tuple(sorted(reason.rule for reason in getattr(decision, "reasons", ())))
    whose = (decision.level, decision.people) if isinstance(decision, NeedsCosign) else ()
    return type(decision).__name__, names, whose, decision.limit_minor


@pytest.mark.parametrize("me", ["a1", "b3", "s1"])
def test_desk_and_server_answer_alike(services: Services, tmp_path: Path, me: str) -> None:
    (tmp_path / "server").mkdir(exist_ok=True)
    office.put(services, *rows(me))
    desk = open_for(me, tmp_path / "desk")
    tickets = [ticket.id for ticket in (*complaints(), *orders())]
    try:
        for action in AT_DESK.values():
            for ticket in tickets if action.subject == "ticket" else (None,):
                for contact in CONTACTS:
                    amount = 1_000 if action.amount else 0
                    about: dict[str, Any] = {
                        "customer_id": "c1",
                        "contact_id": contact,
                        "ticket_id": ticket,
                        "reason": "because",
                    }
                    field = "phone" if action.id == "reveal_field" else ""
                    asked = {**about, "action": action.id, "amount_minor": amount, "field": field}
                    # Without a contact named a desk looks for the one in which its person serves the customer.
                    there = at_server(services, me, {**asked, "contact_id": contact or "k-mine"})
                    here = desk.may(**{**asked, "amount_minor": amount or None})
                    assert told(here) == told(there), (action.id, ticket, contact)
    finally:
        desk.journal.close()
        desk.sight.cache.close()
        desk._lock.release()


def test_its_owner_is_told_that_others_lower_a_complaint_and_others_that_they_may(tmp_path: Path) -> None:
    desk = open_for("s1", tmp_path / "desk")
    hers = eg.ticket(
        "t-own", kind=TicketKind.COMPLAINT, customer_id="c2", complaint_level="serious", owner_id="s1", group="cards"
    )
    write.put_rows(desk.sight.cache, [hers])
    try:
        own = desk.may("downgrade_complaint", customer_id="c2", ticket_id="t-own", reason="calm again")
        assert isinstance(own, Deny)
        assert "Whoever owns a complaint may never lower its level." in [r.sentences["en"] for r in own.reasons]
        others = desk.may(
            "downgrade_complaint", customer_id="c1", ticket_id="t-serious-a1-cards", reason="calm again"
        )
        assert not isinstance(others, Deny)
        greyed = {row.action: row.decision for row in desk.view(views.ActionRows(customer_id="c2"))}
        assert isinstance(greyed["downgrade_complaint"], Deny)
    finally:
        desk.journal.close()
        desk.sight.cache.close()
        desk._lock.release()


def test_a_desk_that_forgot_the_complaint_would_be_caught(services: Services, tmp_path: Path) -> None:
    """The seeded mistake: asked without its complaint, a desk is stricter than the server."""
    office.put(services, *rows("b3"))
    desk = open_for("b3", tmp_path / "desk")
    about: dict[str, Any] = {
        "action": "close_complaint",
        "customer_id": "c1",
        "contact_id": "k-mine",
        "reason": "because",
    }
    ticket = "t-general-b3-cards"
    try:
        there = at_server(services, "b3", {**about, "ticket_id": ticket})
        assert told(desk.may(**about)) != told(there)
        assert told(desk.may(**about, ticket_id=ticket)) == told(there)
    finally:
        desk.journal.close()
        desk.sight.cache.close()
        desk._lock.release()


def test_what_may_be_lent_is_what_one_may_do_at_once(tmp_path: Path, services: Services) -> None:
    desk = open_for("s1", tmp_path / "desk")
    try:
        reach = desk.view(Lendable(actions=tuple(ACTIONS)))
        assert reach["waive_fee"] == 200_000
        assert reach == {
            name: most_lent(partial(decide, office.policy()), office.person("s1", level=4), name, eg.NOW)
            for name in reach
        }
        assert set(reach) == {name for name, action in ACTIONS.items() if action.amount}
    finally:
        desk.journal.close()
        desk.sight.cache.close()
        desk._lock.release()
