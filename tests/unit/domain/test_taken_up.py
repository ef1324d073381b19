"""A work order or complaint of a group is in the hands of at most one person, who took it up, and in nobody's otherwise."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_tui.domain.agent import Agent, Role
from agent_tui.domain.calendar import Calendar, Hours
from agent_tui.domain.commands import MoveTicket, PerformAction, RaiseWorkOrder
from agent_tui.domain.complaint import COMPLAINT_LEVELS, handlers_in
from agent_tui.domain.effects import Effects
from agent_tui.domain.rows import decode, encode, facets, scopes
from agent_tui.domain.ticket import TAKEN_UP, Ticket, TicketKind, TicketState
from agent_tui.server.scope import handlers
from tests import eg
from tests.unit.domain.floor import Floor

COLLEAGUES = ("d1", "d2")
PEOPLE = ("a1", *COLLEAGUES, "s1", "x1")
"""The owner, two of the group, a supervisor of another, somebody who has nothing to do with it."""


def floor(kind: TicketKind = TicketKind.COMPLAINT, **ticket: Any) -> Floor:
    people = [
        eg.agent("d1", name="潘丽华", groups=("complaints",)),
        eg.agent("d2", groups=("complaints",)),
        eg.agent("s1", role=Role.SUPERVISOR, groups=()),
        eg.agent("x1", groups=("elsewhere",)),
    ]
    level = "serious" if kind is TicketKind.COMPLAINT else None
    given: dict[str, Any] = {"customer_id": "c1", "complaint_level": level, **ticket}
    hours = Calendar(id="always", timezone="Asia/Shanghai", hours=(Hours(),))
    return Floor(
        eg.group("complaints", hours=hours), *people, eg.ticket(kind=kind, group="complaints", owner_id="a1", **given)
    )


def move(to: str, text: str = "x") -> MoveTicket:
    return MoveTicket(ticket_id="t1", state=to, text=text)


@pytest.mark.parametrize("kind", sorted(TAKEN_UP))
def test_who_takes_it_up_has_it_in_hand_and_its_owner_stays(kind: TicketKind) -> None:
    there = floor(kind)
    there.wait(90)
    there.do(move("in_progress"), "d1")
    (ticket,) = there.tickets()
    assert (ticket.handler_id, ticket.handled_since, ticket.owner_id) == ("d1", eg.at(90), "a1")
    assert facets(ticket).agent_id == "d1", "whose move it is"
    assert {"a:d1", "a:a1", "g:complaints", "c:c1"} <= scopes(ticket)
    assert handlers(ticket) == {("a1", "c1"), ("d1", "c1")}


def test_who_comes_second_is_told_who_was_quicker_and_since_when() -> None:
    there = floor()
    there.do(move("in_progress"), "d1")
    for late in ("d2", "s1"):
        answer = there.ask(move("in_progress"), late)
        assert not isinstance(answer, Effects)
        assert (answer.key, answer.conflict) == ("domain.taken_up", True)
        assert (answer.args["who"], answer.args["at"]) == ("潘丽华", "03-02 10:00"), (
            "by the clock on the group's wall"
        )


def test_nobody_works_on_what_a_colleague_has_in_hand() -> None:
    there = floor(TicketKind.WORK_ORDER)
    there.do(move("in_progress"), "d1")
    assert {there.refused(move(to), "d2") for to in ("open", "answered")} == {"taken_up"}
    there.do(move("open"), "d1")
    there.do(move("in_progress"), "d2")


def test_a_supervisor_takes_it_out_of_somebodys_hands() -> None:
    there = floor()
    there.do(move("in_progress"), "d1")
    there.do(move("open"), "s1")
    assert (there.tickets()[0].handler_id, there.tickets()[0].handled_since) == (None, None)


def test_a_complaint_in_anothers_hands_is_closed_by_them_its_owner_or_a_supervisor() -> None:
    for who, closes in (("d1", True), ("a1", True), ("s1", True), ("d2", False)):
        there = floor()
        there.do(move("in_progress"), "d1")
        close = PerformAction(action="close_complaint", customer_id="c1", ticket_id="t1", reason="done")
        if closes:
            there.do(close, who)
            assert there.tickets()[0].handler_id is None
        else:
            assert there.refused(close, who) == "taken_up"


def test_whoever_has_it_in_hand_never_lowers_it() -> None:
    there = floor()
    lower = PerformAction(action="downgrade_complaint", customer_id="c1", ticket_id="t1", args={"level": "general"})
    there.do(move("in_progress"), "d1")
    assert there.refused(lower, "d1") == "handler_downgrades"
    there.do(lower, "d2")
    assert there.tickets()[0].handler_id == "d1", "its level is another's to lower, it stays in their hands"


def test_raised_it_is_in_nobodys_hands_until_it_is_taken_up_at_the_new_level() -> None:
    there = floor()
    there.do(move("in_progress"), "d1")
    there.do(
        PerformAction(
            action="escalate_complaint", customer_id="c1", ticket_id="t1", args={"level": "crisis"}, reason="x"
        ),
        "d1",
    )
    assert there.tickets()[0].handler_id is None
    there.do(move("in_progress"), "d2")


steps = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(PEOPLE), st.sampled_from([state.value for state in TicketState])),
        st.tuples(st.sampled_from(PEOPLE), st.sampled_from([f"to {level}" for level in COMPLAINT_LEVELS])),
    ),
    max_size=12,
)


@given(st.sampled_from(sorted(TicketKind)), steps)
def test_whatever_is_tried_it_is_in_the_hands_of_whoever_took_it_up(
    kind: TicketKind, tried: list[tuple[str, str]]
) -> None:
    there, holder = floor(kind), None
    for who, what in tried:
        command: MoveTicket | PerformAction = move(what)
        if what.startswith("to "):
            command = PerformAction(
                action="escalate_complaint", customer_id="c1", ticket_id="t1", args={"level": what[3:]}, reason="x"
            )
        effects = there.ask(command, who)
        if isinstance(effects, Effects):
            there.rows.keep(*effects.puts)
            took = what == "in_progress" and kind in TAKEN_UP
            assert not (took and holder), "taken out of somebody's hands by taking it up"
            holder = who if took else None
        (ticket,) = there.tickets()
        assert ticket.handler_id == holder
        assert (ticket.handled_since is None) == (holder is None)
        assert holder is None or ticket.state is TicketState.IN_PROGRESS
        expected = {id for id in (ticket.owner_id, holder) if id} if ticket.state is not TicketState.CLOSED else set()
        assert handlers(ticket) == {(id, "c1") for id in expected}


def test_a_row_from_before_is_in_nobodys_hands() -> None:
    ticket = eg.ticket()
    old = msgspec.json.decode(encode(ticket))
    del old["handler_id"], old["handled_since"]
    read = decode("ticket", msgspec.json.encode(old))
    assert isinstance(read, Ticket)
    assert read == ticket


# ---- to whom a complaint goes ----------------------------------------------------------------------------------------


def test_a_department_is_sent_no_complaint_since_nobody_there_may_close_it() -> None:
    there = floor()
    there.rows.keep(eg.group("it", kind="department"))
    order = RaiseWorkOrder(group="it", title="x", text="x", customer_id="c1", complaint="general")
    assert there.refused(order) == "complaint_to_department"
    there.do(msgspec.structs.replace(order, complaint=None))


def test_who_may_handle_complaints_is_of_the_group_active_and_certified_today() -> None:
    def able(**fields: Any) -> Agent:
        return eg.agent(**{"groups": ("complaints",), "certifications": {"complaints": eg.at(60)}, **fields})

    assert handlers_in("complaints", [able()], eg.NOW) == 1
    changes: tuple[dict[str, Any], ...] = (
        {"groups": ("cards",)},
        {"active": False},
        {"certifications": {"fees": eg.at(60)}},
    )
    for fields in changes:
        assert handlers_in("complaints", [able(**fields)], eg.NOW) == 0
    assert handlers_in("complaints", [able()], eg.NOW + timedelta(minutes=1)) == 0
