"""Requests for a co-sign at the signer's and at the asker's desk: everything needed for the decision is on the screen,
and what became of it is said with its reason."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from agent_tui.domain import commands as c
from agent_tui.domain.approval import ApprovalState
from agent_tui.wire.command import Outcome
from tests import eg
from tests.tui.fake import ME
from tests.tui.requests import become, ended, lent, of_mine, signature, signer, to_sign
from tests.tui.stage import stage

S = ApprovalState


@pytest.mark.parametrize(("size", "language"), [((80, 24), "zh"), ((120, 40), "en"), ((80, 24), "ja")])
async def test_a_request_is_announced_and_its_page_holds_what_a_signer_decides_by(
    size: tuple[int, int], language: str
) -> None:
    view = to_sign()
    async with stage(signer(), size=size, language=language) as at:
        await become(at, view)
        assert "陈晓" in at.line("said") and "200.00" in at.line("said")
        await at.press("f8", "enter")
        for told in ("陈晓", "L2", "200.00 CNY", "张•", "第三次投诉", "L3", "50.00", view.short_hash, "F9", "F7"):
            assert told in at.text, told


async def test_the_list_names_who_asks_what_for_whom_how_long_and_why() -> None:
    async with stage(signer(to_sign(), to_sign("r2", people=2, amount_minor=250_000))) as at:
        await at.press("f8")
        assert "! 等我签署 减免费用 200.00 CNY 张•" in at.text
        assert "剩 10:00  陈晓 L2  第三次投诉" in at.text
        assert "剩 10:00  已签 0/2  陈晓 L2" in at.text


async def test_signing_takes_the_password_and_binds_what_was_shown() -> None:
    view = to_sign()
    async with stage(signer(view)) as at:
        await at.press("f8", "enter", "f9")
        assert f"您签署的正是摘要 {view.short_hash} 的内容" in at.text
        assert "F9 签署" in at.text
        await at.type("wrong")
        await at.press("f9")
        assert "密码或动态口令不正确，未作任何处理。" in at.text
        assert not at.door.sent, "nothing is sent before the person is known"
        await at.type("right")
        await at.press("f9")
        approval = view.approval
        assert at.last == c.DecideApproval(
            approval_id="r1",
            decision="sign",
            payload_hash=approval.payload_hash,
            target_version=approval.target_version,
        )
        assert "已签署：减免费用 200.00 CNY 张•" in at.line("said")


@pytest.mark.parametrize(
    ("state", "outcome", "told"),
    [
        (S.EXECUTED, "applied", "已复核并执行：减免费用 200.00 CNY 张•"),
        (S.STALE, "conflict", "复核失效，未执行：减免费用 200.00 CNY 张•。申请提出后客户或工单资料已有变动"),
    ],
)
async def test_a_row_that_comes_before_the_answer_is_not_lost_on_the_signer(
    state: S, outcome: str, told: str
) -> None:
    door = signer(to_sign())
    door.step_up_left = 200.0
    over = ended(to_sign(), state, "authority.stale_target", signature(to_sign().approval, signer_id=ME))

    async def settle(command_id: str, timeout: float = 10.0) -> Outcome:
        await become(at, over)
        return Outcome(id=command_id, outcome=outcome)

    async with stage(door) as at:
        await at.press("f8", "enter", "f9")
        door.settle = settle  # type: ignore[method-assign]
        await at.press("f9")
        await at.hears(told)


async def test_a_one_time_code_is_as_good_as_the_password() -> None:
    door = signer(to_sign())
    door.password = "492039"
    async with stage(door) as at:
        await at.press("f8", "enter", "f9")
        await at.type("492039")
        await at.press("f9")
        assert isinstance(at.last, c.DecideApproval)


async def test_enter_after_the_password_signs_and_no_password_lands_in_the_comment() -> None:
    door = signer(to_sign())
    async with stage(door) as at:
        await at.press("f8", "enter", "f9")
        assert "回车或 F9 签署" in at.text and "请用密码或动态口令" in at.text
        await at.type("wrong")
        await at.press("enter")
        assert "密码或动态口令不正确，未作任何处理。" in at.text
        await at.type("right")
        await at.press("enter")
        assert isinstance(at.last, c.DecideApproval)
        assert at.last.reason == ""


async def test_who_authenticated_lately_is_not_asked_again() -> None:
    door = signer(to_sign())
    door.step_up_left = 200.0
    async with stage(door) as at:
        await at.press("f8", "enter", "f9")
        assert "密码" not in at.text
        await at.press("f9")
        assert isinstance(at.last, c.DecideApproval)


async def test_the_first_of_two_signers_learns_that_one_more_is_needed() -> None:
    door = signer(to_sign(people=2))
    door.step_up_left = 200.0
    async with stage(door) as at:
        await at.press("f8", "enter")
        assert "L3 以上 2 人，已签 0 人" in at.text
        await at.press("f9", "f9")
        assert "已签署，还须 1 人：减免费用" in at.line("said")


async def test_a_refusal_needs_its_reason_and_keeps_it_when_the_form_is_left() -> None:
    door = signer(to_sign())
    door.step_up_left = 200.0
    async with stage(door) as at:
        await at.press("f8", "enter", "f7")
        assert "F9 拒绝" in at.text
        await at.press("f9")
        assert "请填写拒绝理由" in at.text
        await at.type("ask the branch")
        await at.press("escape", "f7")
        assert "ask the branch" in at.text
        await at.press("f9")
        assert isinstance(at.last, c.DecideApproval)
        assert (at.last.decision, at.last.reason) == ("refuse", "ask the branch")
        assert "已拒绝：减免费用" in at.line("said")
        assert not at.door.drafts.get("cosign:r1")


async def test_what_is_not_what_the_digest_says_cannot_be_signed() -> None:
    from msgspec.structs import replace

    async with stage(signer(replace(to_sign(), true=False))) as at:
        await at.press("f8", "enter")
        assert "本机核算不一致，请勿签署，并报告主管。" in at.text
        await at.press("f9")
        assert "请勿签署" in at.text.split("\n\n")[0]
        assert not at.door.sent


async def test_ones_own_request_is_never_signed_only_withdrawn() -> None:
    async with stage(signer(of_mine())) as at:
        await at.press("f8", "enter")
        assert "您不能签署：这是您本人提出的申请，须由他人复核。" in at.text
        assert "可签署者" in at.text and "王芳" in at.text, "who could"
        assert "F9 签署" not in at.text
        await at.press("f9")
        assert not at.door.sent
        await at.press("f7")
        assert "撤回申请：减免费用 200.00 CNY 张•？" in at.text
        await at.press("enter")
        assert at.last == c.WithdrawApproval(approval_id="r1")
        assert "申请已撤回" in at.line("said")


@pytest.mark.parametrize(
    ("state", "outcome", "told"),
    [
        (S.EXPIRED, "authority.is_expired", "复核超时，未执行：减免费用 200.00 CNY 张•。如仍需要请重新申请。"),
        (
            S.STALE,
            "authority.stale_target",
            "复核失效，未执行：减免费用 200.00 CNY 张•。申请提出后客户或工单资料已有变动",
        ),
        (
            S.FAILED,
            "authority.failed_effect",
            "复核后执行失败：减免费用 200.00 CNY 张•。对方系统未执行，限额已退回。",
        ),
    ],
)
async def test_the_asker_is_told_at_once_what_became_of_it_and_why(state: S, outcome: str, told: str) -> None:
    async with stage(signer(of_mine())) as at:
        await become(at, of_mine())
        await become(at, ended(of_mine(), state, outcome))
        assert told in at.line("said")


async def test_a_refusal_reaches_the_asker_with_name_and_reason_and_stays_readable() -> None:
    refusal = signature(of_mine().approval, "refuse", reason="先问分行")
    async with stage(signer(of_mine())) as at:
        await become(at, of_mine())
        await become(at, ended(of_mine(), S.REJECTED, "authority.is_rejected", refusal))
        assert "复核被拒绝：减免费用 200.00 CNY 张•。王芳 拒绝：先问分行" in at.line("said")
        await at.press("f8", "enter")
        assert "王芳 L3  拒绝" in at.text and "先问分行" in at.text
        assert "F7 撤回申请" not in at.text


async def test_where_the_reason_does_not_fit_the_line_the_key_that_shows_it_does() -> None:
    async with stage(signer(of_mine()), size=(80, 24)) as at:
        await become(at, of_mine())
        await become(at, ended(of_mine(), S.STALE, "authority.stale_authority"))
        assert at.line("said").startswith("复核失效，未执行：减免费用 200.00 CNY 张•。")
        assert at.line("said").endswith("F8 查看。")
        await at.press("f8", "enter")
        assert "现行规则" in at.text


@pytest.mark.parametrize(
    ("state", "told"), [(S.WITHDRAWN, "已撤回"), (S.EXPIRED, "已超时"), (S.EXECUTED, "已执行"), (S.STALE, "已失效")]
)
async def test_a_signer_is_told_why_it_waits_no_longer(state: S, told: str) -> None:
    async with stage(signer(to_sign())) as at:
        await become(at, to_sign())
        assert "待我签署 1" in at.line("status")
        await become(at, ended(to_sign(), state))
        assert f"不再等您签署（{told}）：减免费用 200.00 CNY 张•" in at.line("said")
        assert "待我签署" not in at.line("status")


async def test_a_page_that_lies_open_when_the_time_is_over_can_be_signed_no_more() -> None:
    async with stage(signer(to_sign())) as at:
        await at.press("f8", "enter")
        at.door.approvals = [ended(to_sign(), S.EXPIRED, "authority.is_expired")]
        at.pilot.app.screen.paint()  # type: ignore[attr-defined]
        await at.settle()
        assert "x 已超时" in at.text
        assert "F9 签署" not in at.text
        await at.press("f9", "f7")
        assert "申请未在时限内签署" in at.text
        assert not at.door.sent


async def test_at_the_smallest_terminal_what_is_below_is_counted_and_the_keys_stay() -> None:
    async with stage(signer(to_sign(sentences=({"zh": "规则一" * 30}, {"zh": "规则二" * 30}))), size=(80, 24)) as at:
        await at.press("f8", "enter")
        assert "F9 签署" in at.text
        assert "下方还有" in at.text
        for _ in range(4):
            await at.press("pagedown")
        assert "下方还有" not in at.text
        assert "F9 签署" in at.text


async def test_with_nothing_waiting_the_key_says_so() -> None:
    async with stage(signer()) as at:
        await at.press("f8")
        assert "没有等您签署的申请" in at.line("said")


async def test_the_signer_sees_by_name_whose_authority_the_maker_acts_with_and_until_when() -> None:
    until = eg.NOW + timedelta(hours=8)
    door = signer(to_sign(delegation_id="01a2-lent", lender_name="罗丹", lent_until=until))
    async with stage(door) as at:
        await at.press("f8", "enter")
        assert "由 罗丹 转授，至 03-02 18:00；须事后监督" in at.text


async def test_a_signer_reads_before_they_sign_in_whose_name_it_counts() -> None:
    given = lent(grantor_id="a4", grantor_name="罗丹", grantee_id=ME)
    door = signer(msgspec.structs.replace(to_sign(), delegation=given))
    async with stage(door, size=(80, 24)) as at:
        await at.press("f8", "enter")
        assert "凭转授权" in at.text
        await at.press("f9")
        assert "以 罗丹 转授您的权限签署" in at.text


async def test_whoever_signs_for_a_complaint_reads_which_and_of_what_level_in_words() -> None:
    about: dict[str, Any] = {"action": "downgrade_complaint", "amount_minor": None, "limit_minor": None}
    asked = to_sign(**about, complaint="260302-0001-3", complaint_level="crisis")
    payload = (("action", "downgrade_complaint"), ("args.level", "serious"))
    async with stage(signer(msgspec.structs.replace(asked, payload=payload))) as at:
        await at.press("f8")
        assert "投诉降级 危机 张•" in at.text
        await at.press("enter")
        assert "投诉降级  260302-0001-3  危机" in at.text
        assert "严重 (serious)" in at.text and "级别  serious" not in at.text
