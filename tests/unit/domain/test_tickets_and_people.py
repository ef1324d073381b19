"""Work orders and their clock, who may close them, recall from break, notices."""

from __future__ import annotations

from datetime import timedelta

import pytest

from agent_tui.domain.agent import Agent, AgentState, Role
from agent_tui.domain.calendar import Calendar, Hours
from agent_tui.domain.centre import Notice
from agent_tui.domain.commands import MoveTicket, RaiseWorkOrder, RecallFromBreak, SendNotice, SetAgentState
from agent_tui.domain.effects import Actor
from agent_tui.domain.ticket import TICKET_MOVES, TicketKind, TicketState
from agent_tui.ids import ticket_number_ok
from tests import eg
from tests.unit.domain.floor import ROUTER, Floor

OFFICE = Calendar(id="office", hours=(Hours(days=(1, 2, 3, 4, 5), opens="09:00", closes="18:00"),))
BOSS = eg.agent("boss", role=Role.SUPERVISOR, groups=())


def test_a_work_order_is_due_by_the_opening_hours_of_its_department() -> None:
    there = Floor(eg.group("ops", kind="department", hours=OFFICE, handle_s=9 * 3600))
    there.talking()
    there.do(RaiseWorkOrder(group="ops", title="核实结算", text="款未到账", contact_id="k1"))
    (ticket,) = there.tickets()
    # Monday 10:00 in Shanghai and nine hours of a nine-hour day: Tuesday 10:00.
    assert ticket.due_at == eg.at(12) + timedelta(days=1)
    assert ticket_number_ok(ticket.number)
    assert ticket.number.startswith("260302-0001")
    assert (ticket.owner_id, ticket.customer_id, ticket.name) == ("a1", "c1", "张•")
    assert there.told("TicketOpened").data["kind"] == "work_order"


def test_the_first_who_took_the_contact_owns_the_work_order_whoever_raises_it() -> None:
    there = Floor(eg.contact(agent_id="a2", owner_id="a1", customer_id="c1"))
    there.do(RaiseWorkOrder(group="disputes", title="核实", text="", contact_id="k1"), "a2")
    assert there.tickets()[0].owner_id == "a1"


def test_numbers_run_on() -> None:
    there = Floor()
    for _ in range(3):
        there.do(RaiseWorkOrder(group="disputes", title="x", text="", customer_id="c1"))
    assert {ticket.number[:11] for ticket in there.tickets()} == {"260302-0001", "260302-0002", "260302-0003"}


def test_work_orders_hold_no_card_number() -> None:
    there = Floor()
    order = RaiseWorkOrder(group="disputes", title="核实", text="卡 4111111111111111", customer_id="c1")
    assert there.refused(order) == "holds_card_number"


DEPARTMENT = eg.agent("d1", groups=("ops",))


def move(state: str, text: str = "") -> MoveTicket:
    return MoveTicket(ticket_id="t1", state=state, text=text)


def test_the_department_answers_and_the_owner_closes() -> None:
    there = Floor(DEPARTMENT, eg.ticket(group="ops", owner_id="a1", due_at=eg.at(60)))
    there.do(move("in_progress"), "d1")
    assert there.refused(move("answered"), "d1") == "answer_needed"
    there.wait(100)
    there.do(move("answered", "已入账"), "d1")
    assert there.told("TicketMoved").data["late"] is True
    assert there.refused(move("closed"), "d1") == "owner_closes"
    there.do(move("closed", "已告知客户"), "a1")
    assert there.tickets()[0].closed_at == eg.at(100)
    assert [note.text for note in there.notes()] == ["已入账", "已告知客户"]


def test_others_keep_their_hands_off() -> None:
    there = Floor(eg.ticket(group="ops", owner_id="a1"))
    assert there.refused(move("in_progress"), "a2") == "not_your_ticket"


def test_a_supervisor_may_close() -> None:
    there = Floor(BOSS, eg.ticket(group="ops", owner_id="a1"))
    there.do(move("closed"), "boss")
    assert there.tickets()[0].state is TicketState.CLOSED


def test_a_complaint_is_closed_under_its_own_authority_only() -> None:
    there = Floor(eg.ticket(kind=TicketKind.COMPLAINT, owner_id="a1"))
    assert there.refused(move("closed")) == "complaint_by_action"


@pytest.mark.parametrize("state", TicketState)
@pytest.mark.parametrize("to", TicketState)
def test_every_move_of_a_ticket(state: TicketState, to: TicketState) -> None:
    held = "a1" if state is TicketState.IN_PROGRESS or to is TicketState.ANSWERED else None
    there = Floor(eg.ticket(state=state, owner_id="a1", handler_id=held))
    if to in TICKET_MOVES[state]:
        there.do(move(to.value, "好"))
        assert there.tickets()[0].state is to
    else:
        assert there.refused(move(to.value, "好")) == f"ticket_is_{state.value}"


# ---- people ------------------------------------------------------------------------------------------------------


def resting(id: str, reason: str, group: str = "cards") -> Agent:
    return eg.agent(id, state=AgentState.NOT_READY, reason=reason, groups=(group,))


def test_people_on_break_are_called_back_and_others_left_alone() -> None:
    there = Floor(BOSS, resting("a1", "break"), resting("a2", "training"), resting("a3", "meal", "disputes"))
    there.do(RecallFromBreak(groups=("cards",)), "boss")
    assert [there.agent(id).reason for id in ("a1", "a2", "a3")] == ["recalled", "training", "meal"]
    (notice,) = there.rows.find(Notice)
    assert (notice.kind, notice.to) == ("recall", ("a:a1",))
    assert there.told("AgentStateChanged").data["reason"] == "recalled"
    there.do(SetAgentState(state="ready"))
    assert there.agent("a1").state is AgentState.READY


def test_the_centre_may_call_back_too_but_an_agent_may_not() -> None:
    there = Floor(resting("a2", "break"))
    assert there.refused(RecallFromBreak()) == "supervisors_only"
    there.do(RecallFromBreak(), ROUTER)
    assert there.agent("a2").reason == "recalled"
    assert there.refused(RecallFromBreak(), ROUTER) == "nobody_on_break"


def test_a_notice_is_a_supervisors_line_to_people_or_groups() -> None:
    there = Floor(BOSS)
    there.do(SendNotice(text="交换机十点切换", to=("g:cards",)), "boss")
    (notice,) = there.rows.find(Notice)
    assert (notice.args, notice.to) == ({"text": "交换机十点切换"}, ("g:cards",))
    assert there.refused(SendNotice(text="x"), "a1") == "supervisors_only"


@pytest.mark.parametrize("reason", [None, "recalled", "no_answer", "tired"])
def test_not_ready_needs_a_reason_that_a_person_may_choose(reason: str | None) -> None:
    assert Floor().refused(SetAgentState(state="not_ready", reason=reason)) == "reason_needed"


def test_the_same_state_again_changes_nothing() -> None:
    there = Floor()
    assert there.do(SetAgentState(state="ready")).puts == ()


def test_only_people_who_exist_have_a_state() -> None:
    assert Floor().refused(SetAgentState(state="ready"), Actor(kind="agent", id="ghost")) == "no_agent"


def test_idleness_begins_when_a_person_becomes_ready() -> None:
    there = Floor(resting("a1", "break"))
    there.wait(50)
    there.do(SetAgentState(state="ready"))
    assert there.agent("a1").idle_since == eg.at(50)
