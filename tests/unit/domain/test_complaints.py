"""M11: complaints at three levels: raised from a contact, each with its clock; lowered and closed under authority only."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from agent_tui.domain.commands import MoveTicket, PerformAction, RaiseWorkOrder
from agent_tui.domain.complaint import COMPLAINT_LEVELS, ComplaintClocks
from agent_tui.domain.ticket import Ticket, TicketKind, TicketState
from tests import eg
from tests.unit.domain.floor import Floor

FIRST = {"general": timedelta(hours=24), "serious": timedelta(hours=4), "crisis": timedelta(minutes=30)}
SPECIALIST = eg.agent("d1", groups=("complaints",))


def raised(level: str, **clocks: int) -> tuple[Floor, Ticket]:
    there = Floor(eg.group("complaints", complaint=ComplaintClocks(**clocks)), SPECIALIST)
    there.talking()
    there.do(RaiseWorkOrder(group="complaints", title="态度", text="等了太久", contact_id="k1", complaint=level))
    (ticket,) = there.tickets()
    return there, ticket


@pytest.mark.parametrize("level", COMPLAINT_LEVELS)
def test_a_complaint_is_raised_with_the_clock_of_its_level(level: str) -> None:
    there, ticket = raised(level)
    assert (ticket.kind, ticket.complaint_level) == (TicketKind.COMPLAINT, level)
    assert ticket.due_at == ticket.opened_at + FIRST[level]
    assert ticket.customer_id == "c1"
    assert ticket.owner_id == "a1"
    assert there.told("TicketOpened").data["kind"] == "complaint"


def test_the_centre_says_how_long_the_clocks_run() -> None:
    _, ticket = raised("crisis", crisis_s=600)
    assert ticket.due_at == ticket.opened_at + timedelta(seconds=600)


def test_the_law_measures_the_decision_and_not_the_first_response() -> None:
    there, ticket = raised("serious")
    assert there.told("TicketOpened").data["due_s"] == timedelta(days=15).total_seconds()
    there.do(MoveTicket(ticket_id=ticket.id, state="in_progress"), "d1")
    assert there.tickets()[0].due_at == ticket.opened_at + timedelta(days=15)
    there.do(MoveTicket(ticket_id=ticket.id, state="open"), "d1")
    assert there.tickets()[0].due_at == ticket.due_at


def test_nobody_raises_a_complaint_of_a_level_there_is_not_or_of_nobody() -> None:
    there = Floor(eg.group("complaints"))
    order = RaiseWorkOrder(group="complaints", title="x", text="x", customer_id="c1", complaint="worst")
    assert there.refused(order) == "unknown_complaint_level"
    nobody = msgspec.structs.replace(order, customer_id=None, complaint="general")
    assert there.refused(nobody) == "complaint_needs_customer"


def test_a_lower_level_has_its_own_clock() -> None:
    there, ticket = raised("crisis")
    lower = PerformAction(
        action="downgrade_complaint", customer_id="c1", ticket_id=ticket.id, args={"level": "general"}
    )
    assert there.refused(lower, "a1") == "owner_downgrades"
    there.do(lower, "d1")
    assert there.tickets()[0].due_at == ticket.opened_at + FIRST["general"]


def test_any_other_ticket_keeps_its_clock_when_it_moves() -> None:
    there = Floor(SPECIALIST, eg.ticket(group="complaints", owner_id="a1", due_at=eg.at(60)))
    there.do(MoveTicket(ticket_id="t1", state="in_progress"), "d1")
    (ticket,) = there.tickets()
    assert (ticket.state, ticket.due_at) == (TicketState.IN_PROGRESS, eg.at(60))
