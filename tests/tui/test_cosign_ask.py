"""Asking for a co-sign, breaking the glass, lending authority: who could help is on the screen before a key is pressed."""

from __future__ import annotations

import msgspec
import pytest

from agent_tui.domain import commands as c
from agent_tui.domain.agent import AgentState
from agent_tui.domain.ticket import TicketKind
from agent_tui.policy.decision import Deny, NeedsCosign, Reason
from agent_tui.wire.command import Outcome
from tests import eg
from tests.tui.fake import FakeDoor
from tests.tui.requests import lent, of_mine, signer
from tests.tui.stage import Stage, stage


async def above_the_limit(at: Stage, reason: str = "long a customer") -> None:
    """The form of a fee that is not mine to waive."""
    await at.in_a_call("approval")
    await at.press("f2", "W")
    await at.fill("200", reason)


async def test_an_action_that_others_must_sign_shows_who_of_them_is_here() -> None:
    async with stage(size=(80, 24)) as at:
        await at.in_a_call("approval")
        await at.press("f6")
        await at.pilot.pause(0.2)
        await at.settle()
        assert "须 L3 复核 x1  2 人在线" in at.text


async def test_with_nobody_here_the_pane_and_the_form_say_so() -> None:
    door = FakeDoor()
    gone = [
        eg.agent(id, name=name, level=3, state=AgentState.LOGGED_OFF) for id, name in (("a3", "王芳"), ("a4", "李强"))
    ]
    door.people = (door.me, gone[0], gone[1])
    async with stage(door) as at:
        await above_the_limit(at)
        assert "无人在线" in at.text
        await at.press("escape", "f6")
        await at.pilot.pause(0.2)
        await at.settle()
        assert "须 L3 复核 x1  无人在线" in at.text


async def test_asking_shows_what_is_asked_of_whom_before_it_is_sent() -> None:
    async with stage(size=(80, 24)) as at:
        await above_the_limit(at)
        await at.press("f8")
        assert "将提交复核申请" in at.text
        assert "将请 L3 以上 1 人复核：减免费用 200.00 CNY 张•" in at.text
        assert "现可签署者：2 人在线：王芳" in at.text
        assert "long a customer" in at.text
        at.door.outcomes = [Outcome(id="k", outcome="awaiting_approval")]
        await at.press("enter")
        asked = at.sent(c.RequestApproval)
        assert (asked.command.amount_minor, asked.reason, asked.command.contact_id) == (
            20_000,
            "long a customer",
            "q0",
        )
        assert "已提交复核申请：减免费用 200.00 CNY 张•" in at.line("said")


@pytest.mark.parametrize(("language", "keys"), [("zh", "Esc 返回并保留"), ("en", "Esc back, kept"), ("ja", "Esc")])
async def test_at_the_smallest_terminal_the_form_names_all_of_its_keys(language: str, keys: str) -> None:
    async with stage(size=(80, 24), language=language) as at:
        await above_the_limit(at)
        line = next(line for line in at.text.splitlines() if "F8" in line and "F9" in line)
        assert keys in line and "~" not in line


async def test_the_key_that_helps_stays_in_sight_however_many_rules_there_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rules = tuple(Reason(rule=f"r{n}", sentences={"zh": f"第 {n} 条规则不许可" * 9}) for n in range(5))
    monkeypatch.setattr(FakeDoor, "may", lambda *_, **__: NeedsCosign(level=4, people=2, reasons=rules))
    async with stage(size=(80, 24)) as at:
        await above_the_limit(at)
        assert "须 L4 以上 2 人签署：1 人在线：李强；按 F8 请他们复核。" in at.text
        assert "第 0 条规则不许可" in at.text


async def test_a_request_without_a_reason_is_not_sent() -> None:
    async with stage() as at:
        await above_the_limit(at, reason=" ")
        await at.press("f8")
        assert "请写明申请理由，签署人据此判断。" in at.text
        assert not any(isinstance(sent, c.RequestApproval) for sent in at.door.sent)


async def test_what_is_within_ones_own_authority_is_not_asked_for() -> None:
    async with stage() as at:
        await at.in_a_call("approval")
        await at.press("f2", "W")
        await at.fill("30", "ok")
        await at.press("f8")
        assert "这在您本人权限之内，请直接办理，无需复核。" in at.text


async def test_what_the_server_refused_for_want_of_level_is_asked_for_with_one_key() -> None:
    async with stage() as at:
        await at.in_a_call("approval")
        await at.press("f2", "W")
        await at.fill("30", "split")
        at.door.outcomes = [Outcome(id="k", outcome="refused", problem="limit-exceeded", needs_level=3)]
        await at.press("f9", "enter")
        assert "须 L3 以上 1 人签署：2 人在线：王芳" in at.line("said")
        await at.press("f8")
        assert "split" in at.text, "what stood in the form stands there again"
        await at.press("f8", "enter")
        assert isinstance(at.last, c.RequestApproval)


async def test_how_long_others_may_still_sign_stands_over_the_contact() -> None:
    door = signer(of_mine())
    async with stage(door) as at:
        await at.in_a_call("approval")
        assert "复核中 L3 10:00" in at.line("contact")
        assert "我的申请 1 剩 10:00" in at.line("status")


async def test_an_outcome_that_comes_late_is_told_after_all() -> None:
    async with stage() as at:
        await at.in_a_call("approval")
        answers = [None, Outcome(id="", outcome="refused")]

        async def settle(command_id: str, timeout: float = 10.0) -> Outcome | None:
            return answers.pop(0)

        at.door.settle = settle  # type: ignore[method-assign]
        await at.press("f2", "n")
        await at.type("hello")
        await at.press("f9")
        await at.settle()
        assert "尚未确认" not in at.line("said")
        assert "被拒绝" in at.line("said")


# ---- complaints ------------------------------------------------------------------------------------------------------


async def test_lowering_a_complaint_names_it_and_its_level_before_and_after() -> None:
    door = FakeDoor()
    door.tickets["t9"] = eg.ticket(
        "t9", kind=TicketKind.COMPLAINT, customer_id="c1", complaint_level="serious", title="到账太慢"
    )
    async with stage(door) as at:
        await at.in_a_call("approval")
        await at.press("f2", "N")
        assert "严重 到账太慢" in at.text
        await at.press("2", "f9")
        assert "新级别必须低于当前级别。" in at.text
        await at.press("1", "tab")
        await at.type("calm again")
        await at.press("f9")
        assert "严重 到账太慢  > 一般" in at.text
        await at.press("enter")
        done = at.sent(c.PerformAction)
        assert (done.action, done.ticket_id, done.args) == ("downgrade_complaint", "t9", {"level": "general"})


async def test_an_open_complaint_is_raised_by_key_and_never_to_what_it_is() -> None:
    door = FakeDoor()
    door.tickets["t9"] = eg.ticket(
        "t9", kind=TicketKind.COMPLAINT, customer_id="c1", complaint_level="serious", title="到账太慢", group="cards"
    )
    async with stage(door) as at:
        await at.in_a_call("approval")
        await at.press("f2", "I", "1", "tab")
        await at.type("calls the regulator")
        await at.press("f9")
        assert "新级别必须高于当前级别。" in at.text
        await at.press("2", "f9")
        assert "严重 到账太慢  > 危机" in at.text
        assert "首次响应：" in at.text
        await at.press("enter")
        done = at.sent(c.PerformAction)
        assert (done.action, done.ticket_id, done.args) == ("escalate_complaint", "t9", {"level": "crisis"})


# ---- break-glass -----------------------------------------------------------------------------------------------------


def senior() -> FakeDoor:
    """A door of somebody whose level breaks the glass."""
    door = FakeDoor()
    door.me = msgspec.structs.replace(door.me, level=3)
    return door


async def test_below_the_centres_level_the_key_is_greyed_with_the_reason() -> None:
    async with stage() as at:
        await at.in_a_call("approval")
        await at.press("f2")
        assert "X - 紧急授权" in at.text
        await at.press("X")
        assert "紧急授权须本人 L3 以上，您是 L2。" in at.line("said")
        assert "仅用于上级均不在" not in at.text


async def test_without_a_customer_the_glass_begins_with_looking_one_up() -> None:
    async with stage(senior()) as at:
        await at.press("f2", "X", "enter")
        assert "紧急授权  查找客户" in at.text
        await at.type("zhang")
        await at.press("f9", "enter")
        assert "对哪一项业务使用紧急授权？" in at.text


async def test_where_every_action_is_refused_the_glass_says_the_rule_and_not_that_nothing_needs_others() -> None:
    door = senior()
    rule = Reason(rule="r", sentences={"zh": "没有与该客户的联络", "en": "No contact with this customer"})
    door.may = lambda *_, **__: Deny(reasons=(rule,))  # type: ignore[method-assign]
    async with stage(door) as at:
        await at.press("f2", "X", "enter")
        await at.type("zhang")
        await at.press("f9", "enter")
        assert "没有与该客户的联络" in at.line("said")


async def test_breaking_the_glass_warns_names_both_people_and_asks_for_a_reason() -> None:
    async with stage(senior()) as at:
        await at.in_a_call("approval")
        await at.press("f2", "X")
        assert "仅用于上级均不在、而客户权益会立即受损的情形。" in at.text
        assert "您与签署的同事都须 L3 以上" in at.text
        assert "每一笔都由事后监督逐笔复查" in at.text
        await at.press("enter")
        assert "对哪一项业务使用紧急授权？" in at.text
        await at.type("减免")
        await at.press("enter")
        await at.type("200")
        await at.press("f9")
        assert "请写明申请理由" in at.text
        await at.type("fire")
        await at.press("f9")
        assert "紧急授权：减免费用 200.00 CNY 张•" in at.text
        at.door.outcomes = [Outcome(id="k", outcome="awaiting_approval")]
        await at.press("enter")
        assert isinstance(at.last, c.BreakGlass)
        assert at.last.reason == "fire"
        assert "已提交紧急授权" in at.line("said")


# ---- delegation ------------------------------------------------------------------------------------------------------


async def test_lending_authority_goes_by_person_actions_terms_and_shows_them_before_it_is_sent() -> None:
    async with stage() as at:
        await at.press("f2", "P", "1")
        assert "授予谁？" in at.text
        await at.type("王芳")
        await at.press("enter")
        assert "授予哪些业务？" in at.text
        await at.type("减免")
        await at.press("enter", "f9")
        await at.type("50")
        await at.press("tab", "tab")
        await at.type("on leave")
        await at.press("f9")
        assert "王芳 可以您的名义办理" in at.text
        assert "对方不能签署您本人的申请，也不能再转授" in at.text
        await at.press("enter")
        lending = at.sent(c.GrantDelegation)
        assert (lending.grantee_id, lending.actions, lending.max_minor) == ("a3", ("waive_fee",), 5_000)
        assert "已转授权给 王芳" in at.line("said")


@pytest.mark.parametrize(
    ("mine", "said"), [(4_999, "您本人单笔至多 49.99，不能授出更多。"), (0, "您本人不能单独办理，不能授出。")]
)
async def test_nobody_offers_to_lend_more_than_they_may_do_themselves(mine: int, said: str) -> None:
    door = FakeDoor()
    door.lendable = mine
    async with stage(door) as at:
        await at.press("f2", "P", "1")
        await at.type("王芳")
        await at.press("enter")
        await at.type("减免")
        await at.press("enter", "f9")
        assert f"您本人单笔可办：减免费用 {mine / 100:.2f}。" in at.text
        await at.type("50")
        await at.press("tab", "tab")
        await at.type("on leave")
        await at.press("f9")
        assert said in at.text
        assert not at.door.sent


async def test_what_was_lent_is_read_and_taken_back_by_keys() -> None:
    door = FakeDoor()
    door.delegations = (lent(),)
    async with stage(door) as at:
        await at.press("f2", "P")
        assert "+ 生效中 授予 王芳 L2    至" in at.text
        await at.press("down", "enter")
        assert "单笔不超过 50.00" in at.text
        assert "F7 收回" in at.text
        await at.press("enter")
        assert at.last is None, "who only reads it takes nothing back"
        await at.press("f7")
        assert "收回授予 王芳 的权限？立即生效。" in at.text
        await at.press("enter")
        assert at.last == c.RevokeDelegation(delegation_id="d1")
