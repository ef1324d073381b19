"""M11: complaints at three levels: raised from a contact, each with its clock; lowered and closed under authority only."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_tui.domain.commands import MoveTicket, PerformAction, RaiseWorkOrder
from agent_tui.domain.complaint import COMPLAINT_LEVELS, ComplaintClocks, rank
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


# ---- raising the level of an open complaint --------------------------------------------------------------------------


def escalated(ticket: Ticket, to: str) -> PerformAction:
    return PerformAction(
        action="escalate_complaint",
        customer_id="c1",
        ticket_id=ticket.id,
        args={"level": to},
        reason="他说要去监管部门",
    )


def test_a_raised_complaint_has_the_clock_of_its_new_level_from_then_on() -> None:
    there, ticket = raised("general")
    there.wait(3600)
    there.do(escalated(ticket, "crisis"))
    (higher,) = there.tickets()
    assert (higher.complaint_level, higher.owner_id) == ("crisis", ticket.owner_id)
    assert higher.due_at == eg.at(there.t) + FIRST["crisis"]


def test_raising_never_gives_more_time_than_there_was() -> None:
    there, ticket = raised("general")
    there.wait(86_400 - 600)
    there.do(escalated(ticket, "serious"))
    (higher,) = there.tickets()
    assert higher.due_at == ticket.due_at


def test_what_was_taken_up_already_is_taken_up_anew_at_the_higher_level() -> None:
    there, ticket = raised("general")
    there.do(MoveTicket(ticket_id=ticket.id, state="in_progress"), "d1")
    there.do(escalated(ticket, "serious"))
    (higher,) = there.tickets()
    assert higher.state is TicketState.OPEN
    assert higher.due_at == eg.at(there.t) + FIRST["serious"]
    there.do(MoveTicket(ticket_id=ticket.id, state="in_progress"), "d1")
    (taken,) = there.tickets()
    assert taken.due_at == ticket.opened_at + timedelta(days=15)
    assert there.told("TicketMoved").data["to"] == "in_progress"


def test_why_it_was_raised_stands_with_the_complaint() -> None:
    there, ticket = raised("general")
    there.do(escalated(ticket, "serious"))
    assert [note.text for note in there.notes()] == ["他说要去监管部门"]


@pytest.mark.parametrize("to", ["general", "serious", "", "dreadful"])
def test_only_a_higher_level_is_a_raise(to: str) -> None:
    there, ticket = raised("serious")
    assert there.refused(escalated(ticket, to)) == "level_not_higher"


@given(st.sampled_from(COMPLAINT_LEVELS), st.lists(st.sampled_from(COMPLAINT_LEVELS), max_size=4), st.data())
def test_however_often_it_is_raised_it_is_never_due_later(first: str, levels: list[str], data: st.DataObject) -> None:
    there, ticket = raised(first)
    for to in levels:
        there.wait(data.draw(st.integers(0, 200_000)))
        (before,) = there.tickets()
        if rank(to) > rank(before.complaint_level):
            there.do(escalated(ticket, to))
            (after,) = there.tickets()
            assert after.due_at is not None
            assert before.due_at is not None
            assert after.due_at <= before.due_at
