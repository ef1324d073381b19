"""Somebody was quicker: the page says who, when and what, and one key decides; leaving decides nothing."""

from __future__ import annotations

import msgspec

from agent_tui.desk.views import Pending, People
from agent_tui.domain.centre import Edit
from agent_tui.domain.commands import CorrectGroup
from agent_tui.domain.editing import Difference
from agent_tui.i18n.message import msg
from agent_tui.tui.screens.desk import DeskScreen
from agent_tui.wire.command import Outcome
from tests import eg
from tests.tui.fake import FakeDoor
from tests.tui.stage import Stage, stage

MET = Pending(
    id="p1",
    type="MoveTicket",
    target="ticket:t1",
    state="conflict",
    made_at=eg.NOW,
    summary=msg("desk.summary.MoveTicket"),
    text="已与商户核实",
    edits=(Edit(version=3, at=eg.NOW, by="a2", type="MoveTicket"),),
    row="ticket:t1",
    differs=(Difference(field="state", was="open", now="answered"), Difference(field="answer", was="", now="已退款")),
)


async def opened(at: Stage) -> None:
    await at.press("f2", "u", "enter")


async def test_the_page_says_who_when_and_what_and_keeps_my_words() -> None:
    door = FakeDoor()
    person = door.view(People())[0]
    by = Edit(version=3, at=eg.NOW, by=person.id, type="MoveTicket")
    door.pending.append(msgspec.structs.replace(MET, edits=(by,)))
    async with stage(door, size=(80, 24)) as at:
        await opened(at)
        for text in (
            person.name,
            "处理工单",
            "工单状态：原为 待办，现为 已回复",
            "部门答复：原为 （空），现为 已退款",
            "已与商户核实",
        ):
            assert text in at.text
        assert "F9 仍按我的提交" in at.text and "F8 保留对方的" in at.text


async def test_f9_sends_mine_on_top_of_theirs() -> None:
    door = FakeDoor()
    door.pending.append(MET)
    door.sent.append(CorrectGroup(contact_id="q1", group="vip"))
    async with stage(door) as at:
        await opened(at)
        await at.press("f9")
        assert len(door.sent) == 2 and not door.pending


async def test_f8_leaves_theirs_and_my_words_become_a_draft() -> None:
    door = FakeDoor()
    door.pending.append(MET)
    async with stage(door) as at:
        await opened(at)
        await at.press("f8")
        assert door.drafts == {"answer:t1": "已与商户核实"} and not door.pending
        assert not door.sent


async def test_leaving_the_page_decides_nothing() -> None:
    door = FakeDoor()
    door.pending.append(MET)
    async with stage(door) as at:
        await opened(at)
        await at.press("escape", "escape")
        assert door.pending == [MET] and not door.sent and not door.drafts


async def test_a_key_that_meets_a_conflict_opens_the_page_at_once() -> None:
    door = FakeDoor()
    async with stage(door) as at:
        await at.offer()
        await at.press("f9", "f2", "g")
        door.outcomes.append(Outcome(id="", outcome="conflict"))
        met = msgspec.structs.replace(MET, id=f"k{door.seq + 1}", row="contact:q0")
        door.pending.append(met)
        await at.press("enter")
        assert "F9 仍按我的提交" in at.text
        assert door.seen == door.contacts["q0"]
        await at.press("f8")
        assert "已保留对方的更改" in at.line("said")
        assert isinstance(at.pilot.app.screen, DeskScreen) and not door.pending


async def test_what_does_not_matter_is_sent_again_without_asking() -> None:
    door = FakeDoor()
    async with stage(door) as at:
        await at.offer()
        await at.press("f9", "f2", "g")
        door.outcomes.append(Outcome(id="", outcome="conflict"))
        door.pending.append(msgspec.structs.replace(MET, id=f"k{door.seq + 1}", row="contact:q0", differs=()))
        before = len(door.sent)
        await at.press("enter")
        assert isinstance(at.pilot.app.screen, DeskScreen) and not door.pending
        assert len(door.sent) == before + 2
