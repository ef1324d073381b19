"""A whole contact by keys alone."""

from __future__ import annotations

import pytest

from agent_tui.domain import commands as c
from agent_tui.domain.contact import Channel, ContactState, Verified
from agent_tui.policy.decision import Reason
from tests.tui.fake import FakeDoor
from tests.tui.stage import stage


async def test_one_key_leads_through_a_call_from_ready_to_the_next() -> None:
    async with stage() as at:
        assert "F9 示闲" in at.line("hints")
        await at.press("f9")
        assert at.last == c.SetAgentState(state="ready")
        await at.offer()
        assert "F9 接起" in at.line("hints")
        assert "请接起" in at.line("contact")
        await at.press("f9")
        assert at.last == c.AcceptContact(contact_id="q0")
        await at.told("contact")
        assert "通话" in at.line("contact")
        await at.press("f12", "enter")
        assert at.last == c.ClearContact(contact_id="q0")
        await at.told("contact")
        assert "F9 话后小结" in at.line("hints")
        await at.press("f9", "1", "tab", "1", "tab")
        await at.type("resolved")
        await at.press("f9")
        await at.told("contact")
        done = at.door.sent[-1]
        assert isinstance(done, c.WrapUpContact)
        assert (done.category, done.result, done.note) == ("pos_trouble", "answered", "resolved")
        assert at.door.contacts["q0"].state == ContactState.CLOSED
        assert "等待分配" in at.line("hints")


async def test_an_offer_rings_once_and_says_who() -> None:
    async with stage() as at:
        rung = []
        at.pilot.app.bell = lambda: rung.append(1)  # type: ignore[method-assign]
        await at.offer()
        await at.told("contact")
        assert rung == [1]
        assert "张•" in at.line("contact")
        assert "VIP" in at.line("contact")


async def test_an_offer_that_went_away_is_said() -> None:
    async with stage() as at:
        await at.offer()
        at.door.contacts["q0"] = at.door.add_waiting(0)
        await at.told("contact")
        assert "已回到队列" in at.line("said")


async def test_wrap_up_cannot_be_saved_without_category_and_result() -> None:
    async with stage() as at:
        await at.offer()
        await at.press("f9", "f12", "enter", "f9", "f9")
        assert "请填写业务小结" in at.text
        await at.press("1", "f9")
        assert "请填写处理结果" in at.text
        assert not isinstance(at.door.sent[-1], c.WrapUpContact)


@pytest.mark.parametrize(
    ("typed", "promised"), [("15:30", "2026-03-02T07:30:00Z"), ("+2h", "2026-03-02T04:00:00Z"), ("", None)]
)
async def test_a_call_back_is_promised_by_time_or_span(typed: str, promised: str | None) -> None:
    async with stage() as at:
        await at.offer()
        await at.press("f9", "f12", "enter", "f9", "1", "tab", "1", "tab", "tab")
        await at.type(typed)
        await at.press("f9")
        done = at.door.sent[-1]
        assert isinstance(done, c.WrapUpContact)
        assert done.call_back_at == promised


async def test_a_call_back_that_is_no_time_is_said_in_the_form() -> None:
    async with stage() as at:
        await at.offer()
        await at.press("f9", "f12", "enter", "f9", "1", "tab", "1", "tab", "tab")
        await at.type("soon")
        await at.press("f9")
        assert "时间写作" in at.text


async def test_hold_and_back_on_one_key() -> None:
    async with stage() as at:
        await at.offer()
        await at.press("f9", "f7")
        assert at.last == c.HoldContact(contact_id="q0")
        await at.told("contact")
        assert "F9 取回客户" in at.line("hints")
        await at.press("f9")
        assert at.last == c.RetrieveContact(contact_id="q0")


async def test_transfer_to_a_group_by_typing_its_id_without_an_input_method() -> None:
    async with stage() as at:
        await at.offer()
        await at.press("f9", "f2", "t")
        await at.type("merch")
        await at.press("enter")
        assert at.last == c.TransferContact(contact_id="q0", to_kind="group", to_id="merchant")


async def test_consult_then_complete_the_transfer_to_the_same_person() -> None:
    async with stage() as at:
        await at.offer()
        await at.press("f9", "f2", "c")
        await at.type("a3")
        await at.press("enter")
        assert at.last == c.ConsultContact(contact_id="q0", to_kind="agent", to_id="a3")
        await at.told("contact")
        await at.press("f2", "t")
        assert at.last == c.TransferContact(contact_id="q0", to_kind="agent", to_id="a3")


async def test_a_break_has_a_reason() -> None:
    async with stage() as at:
        await at.press("f2", "b", "2")
        assert at.last == c.SetAgentState(state="not_ready", reason="meal")


async def test_verify_and_correct_the_group() -> None:
    async with stage() as at:
        await at.offer()
        await at.press("f9", "f2", "v", "2")
        await at.type("name, ID tail")
        await at.press("f9")
        assert at.last == c.VerifyCaller(contact_id="q0", degree=Verified.FULL, checks=("name", "ID", "tail"))
        await at.told("contact")
        assert "完全核验" in at.line("contact")
        await at.press("f2", "g", "1")
        assert at.last == c.CorrectGroup(contact_id="q0", group="merchant")


async def test_a_key_pressed_when_it_cannot_be_done_says_why() -> None:
    async with stage() as at:
        await at.press("f7")
        assert "没有正在进行的联络" in at.line("said")
        await at.press("f2", "w")
        assert "没有需要小结" in at.line("said")
        assert not at.door.sent


async def test_a_refusal_names_its_rule_and_stays_in_the_list_until_read() -> None:
    door = FakeDoor()
    door.refuse[c.SetAgentState] = Reason(rule="r", sentences={"zh": "值班计划不允许", "en": "Not by the roster"})
    async with stage(door) as at:
        await at.press("f9")
        await at.hears("值班计划不允许")
        await at.press("f2", "u")
        await at.shows("未发送与被拒")
        assert "值班计划不允许" in at.text
        await at.press("enter")
        await at.shows("已知悉，不再显示")
        await at.press("down", "enter")
        assert door.pending == []


# ---- text channels ---------------------------------------------------------------------------------------------------


async def test_a_chat_is_read_and_answered_and_enter_never_sends() -> None:
    async with stage() as at:
        await at.offer(channel=Channel.CHAT)
        await at.press("f9")
        await at.told("contact")
        await at.type("hello")
        await at.press("enter")
        assert not any(isinstance(sent, c.SendMessage) for sent in at.door.sent)
        assert "F9 发送" in at.line("hints")
        await at.press("f9")
        assert at.last == c.SendMessage(contact_id="q0", text="hello")
        await at.told("thread")
        assert "hello" in at.text
        assert at.desk.thread.written == ""


async def test_a_draft_is_journalled_while_it_is_typed_and_escape_keeps_it() -> None:
    async with stage() as at:
        await at.offer(channel=Channel.CHAT)
        await at.press("f9")
        await at.told("contact")
        await at.type("half a sen")
        await at.pilot.pause(0.2)
        assert at.door.drafts["message:q0"] == "half a sen"
        await at.press("escape")
        assert at.desk.thread.written == "half a sen"
    async with stage(at.door) as again:
        await again.told("contact")
        assert again.desk.thread.written == "half a sen"


async def test_what_could_not_be_sent_stands_where_it_was_written() -> None:
    door = FakeDoor()
    door.refuse[c.SendMessage] = Reason(rule="r", sentences={"zh": "客户已离开"})
    async with stage(door) as at:
        await at.offer(channel=Channel.CHAT)
        await at.press("f9")
        await at.told("contact")
        await at.type("bye")
        await at.press("f9")
        assert at.desk.thread.written == "bye"


async def test_card_digits_are_blacked_out_in_the_draft_and_on_the_screen() -> None:
    async with stage() as at:
        await at.offer()
        await at.press("f9", "f2", "n")
        await at.type("4111111111111111")
        await at.pilot.pause(0.2)
        await at.settle()
        assert "4111111111111111" not in at.text
        assert "█" * 16 in at.text


async def test_the_blueprints_sentence_goes_into_what_is_written() -> None:
    async with stage() as at:
        await at.offer(channel=Channel.CHAT)
        await at.press("f9")
        await at.told("contact")
        await at.press("f2", "p", "1", "ctrl+r")
        shown = at.desk.seat.guide.shown("q0")
        assert shown is not None
        assert at.desk.thread.written == shown.text.replace("\n", " ")


# ---- offline ---------------------------------------------------------------------------------------------------------


async def test_offline_refuses_what_must_not_wait_and_keeps_what_may() -> None:
    async with stage() as at:
        await at.offer()
        await at.press("f9")
        at.door.online = False
        await at.told("connection")
        assert "已断开" in at.line("status")
        assert "截至" in at.text
        await at.press("f7")
        assert "断开" in at.line("said")
        await at.press("f2", "n")
        await at.type("kept")
        await at.press("f9")
        assert at.last == c.AddNote(text="kept", contact_id="q0", customer_id="c1")
        await at.told("journal")
        assert "未发送 1" in at.line("status")
