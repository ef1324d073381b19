"""A complaint of one's group at the desk: read, taken up, given back, closed or raised by keys, and whose hands it is in."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from agent_tui.desk import views
from agent_tui.desk.found import TicketOf, TicketView
from agent_tui.domain import commands as c
from agent_tui.domain.agent import AgentState
from agent_tui.domain.ticket import Ticket, TicketKind, TicketState
from agent_tui.policy.decision import Decision, Deny, Reason
from agent_tui.tui.dialogs.fields import Choice
from tests import eg
from tests.tui.fake import ME, FakeDoor
from tests.tui.stage import stage

NO = Reason(rule="r", sentences={"zh": "须持投诉认证", "en": "needs a certification", "ja": "認定が必要"})


class Group(FakeDoor):
    """A desk with one ticket of its group in the queue."""

    def __init__(self, *, denied: bool = False, owner: str = "a3", **ticket: Any) -> None:
        super().__init__(rows=0)
        given = {"kind": TicketKind.COMPLAINT, "complaint_level": "serious", "owner_id": owner, "group": "cards"}
        self.tickets = {
            "t1": eg.ticket("t1", title="等了太久", text="要书面道歉", customer_id="c1", **{**given, **ticket})
        }
        self.me = msgspec.structs.replace(self.me, state=AgentState.READY, groups=("cards",))
        self.denied = denied

    def may(self, action: str, *, amount_minor: int | None = None, **about: Any) -> Decision:
        if action == "take_up_ticket":
            assert about == {"customer_id": "c1", "ticket_id": "t1"}
            if self.denied:
                return Deny(reasons=(NO,))
        return super().may(action, amount_minor=amount_minor, **about)

    def _view_TicketOf(self, query: TicketOf) -> TicketView:
        ticket = self.tickets[query.id]
        names = {agent.id: agent.name for agent in self.people}
        return TicketView(
            ticket=ticket, group="信用卡", notes=(), mine=ticket.owner_id == ME, ours=True,
            held=ticket.handler_id == ME, owner=names.get(ticket.owner_id or "", ""),
            handler=names.get(ticket.handler_id or "", ""),
        )  # fmt: skip

    def _ticket_row(self, t: Ticket) -> views.QueueRow:
        names = {agent.id: agent.name for agent in self.people}
        row, handler = super()._ticket_row(t), names.get(t.handler_id or "", "")
        return msgspec.structs.replace(row, level=t.complaint_level or "", handler=handler)


def held(by: str = ME, **fields: Any) -> dict[str, Any]:
    return {"state": TicketState.IN_PROGRESS, "handler_id": by, "handled_since": eg.NOW, **fields}


async def test_one_key_reads_a_ticket_of_the_group_and_one_takes_it_up() -> None:
    async with stage(door := Group(), size=(80, 24)) as at:
        await at.press("f3")
        assert "严重 等了太久" in at.text
        assert "F9 看工单、受理" in at.text
        await at.press("f9")
        assert "严重投诉" in at.text and "要书面道歉" in at.text and "首问责任人：王芳" in at.text
        await at.press("f9")
        assert door.sent == [c.MoveTicket(ticket_id="t1", state=TicketState.IN_PROGRESS)]
        assert "已受理" in at.line("said") and "F2 9" in at.line("said")
        assert at.desk.seat.looked is not None and at.desk.seat.looked.customer_id == "c1"


async def test_whose_hands_it_is_in_stands_in_the_queue_and_on_its_page() -> None:
    async with stage(door := Group(**held("a3")), size=(80, 24)) as at:
        await at.press("f3")
        assert "[王芳] 严重 等了太久" in at.text
        assert "F9 看工单" not in at.text
        await at.press("enter")
        assert "王芳 处理中" in at.text
        assert "F9 受理" not in at.text and "F8 结案" not in at.text and "F7 退回" not in at.text
        await at.press("f9", "f8")
    assert door.sent == []


async def test_who_may_not_take_it_up_reads_why() -> None:
    async with stage(door := Group(denied=True), size=(80, 24)) as at:
        await at.press("f3", "enter")
        assert "x 受理：须持投诉认证" in at.text and "F9 受理" not in at.text
        await at.press("f9")
    assert door.sent == []


async def test_what_is_in_my_hands_is_given_back_by_key() -> None:
    async with stage(door := Group(**held()), size=(80, 24)) as at:
        await at.press("f3", "enter")
        assert "F8 结案" in at.text and "F6 升级" in at.text
        await at.press("f7")
    assert door.sent == [c.MoveTicket(ticket_id="t1", state=TicketState.OPEN)]


@pytest.mark.parametrize(
    ("key", "action", "label"), [("f8", "close_complaint", "办结投诉"), ("f6", "escalate_complaint", "投诉升级")]
)
async def test_from_its_page_to_the_form_about_it(key: str, action: str, label: str) -> None:
    async with stage(door := Group(**held()), size=(80, 24)) as at:
        await at.press("f3", "enter", key)
        assert label in at.text and "严重 等了太久" in at.text
        assert "F8 申请复核" not in at.text, "nobody has to sign it"
        await at.press(*(("2", "tab") if action == "escalate_complaint" else ()))
        await at.type("so")
        await at.press("f9", "enter")
        done = at.sent(c.PerformAction)
    assert (done.action, done.ticket_id) == (action, "t1")
    assert len(door.sent) == 1


async def test_a_work_order_in_my_hands_is_answered_and_its_owner_closes_it() -> None:
    order: dict[str, Any] = {"kind": TicketKind.WORK_ORDER, "complaint_level": None}
    async with stage(door := Group(**held(**order)), size=(80, 24)) as at:
        await at.press("f3", "enter", "f8")
        await at.type("done")
        await at.press("f9")
    assert door.sent == [c.MoveTicket(ticket_id="t1", state=TicketState.ANSWERED, text="done")]
    async with stage(door := Group(owner=ME, state=TicketState.ANSWERED, **order), size=(80, 24)) as at:
        await at.press("f3", "enter")
        assert "F9 已告知客户，办结" in at.text
        await at.press("f9")
    assert door.sent == [c.MoveTicket(ticket_id="t1", state=TicketState.CLOSED)]


async def test_what_came_of_a_call_back_closes_it_and_is_not_lost_before() -> None:
    call: dict[str, Any] = {"kind": TicketKind.CALL_BACK, "complaint_level": None}
    async with stage(door := Group(**held(**call)), size=(80, 24)) as at:
        await at.press("f3", "enter", "f8")
        await at.type("reached")
        await at.press("escape", "f2", "9", "f8", "f9")
    assert door.sent == [c.MoveTicket(ticket_id="t1", state=TicketState.CLOSED, text="reached")]


async def test_an_answer_begun_lies_there_again_and_is_gone_on_with() -> None:
    async with stage(door := Group(**held(kind=TicketKind.WORK_ORDER, complaint_level=None)), size=(80, 24)) as at:
        await at.press("f3", "enter", "f8")
        await at.type("half")
        await at.press("escape", "f2", "9", "f8")
        await at.type(" done")
        await at.press("f9")
    assert [command.text for command in door.sent if isinstance(command, c.MoveTicket)] == ["half done"]


async def test_the_page_is_one_key_away_while_the_customer_lies_open() -> None:
    async with stage(Group(**held()), size=(80, 24)) as at:
        await at.press("f3", "enter", "escape", "f4", "f2", "9")
        assert "F7 退回" in at.text


async def test_of_no_ticket_there_is_nothing_to_work_on() -> None:
    async with stage(FakeDoor(), size=(80, 24)) as at:
        await at.press("f2", "9")
        assert "请先把光标移到一张工单上" in at.line("said")


async def test_a_complaint_is_offered_only_to_those_who_may_close_it() -> None:
    door = FakeDoor()
    able: dict[str, Any] = {"certifications": {"complaints": eg.at(600)}, "groups": ("merchant",)}
    door.people = (*door.people[:2], eg.agent("a9", name="潘", level=3, **able))
    async with stage(door) as at:
        await at.in_a_call()
        await at.press("f2", "O", "shift+tab", "shift+tab", "4")
        chosen = at.desk.app.screen.query_one("#field-group", Choice)
        assert ([item.value for item in chosen.items], chosen.value) == (["merchant"], "merchant")
        await at.press("1")
        assert "risk_dept" in [item.value for item in chosen.items], "an ordinary order goes to departments"
