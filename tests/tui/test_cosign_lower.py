"""Lowering the amount of a request by key, and doing under lent authority what is not one's own to do."""

from __future__ import annotations

import msgspec

from agent_tui.desk.lent_views import Lent
from agent_tui.domain import commands as c
from agent_tui.policy.decision import Allow
from tests.tui.fake import ME
from tests.tui.requests import become, lent, of_mine, signer, to_sign
from tests.tui.stage import Stage, stage


async def lower_to(at: Stage, amount: str) -> None:
    await at.press("f8", "enter", "f6")
    await at.type(amount)
    await at.press("enter")
    await at.type("half is usual")


async def test_a_signer_lowers_the_amount_instead_of_refusing_and_is_told_what_it_means() -> None:
    view = to_sign()
    async with stage(signer(view), size=(80, 24)) as at:
        await at.told("approval")
        await lower_to(at, "120")
        assert "改动申请的人不能签署该申请，须由他人签署。" in at.text
        await at.press("f9")
        assert "减免费用 200.00 CNY 张• 改为 120.00 CNY" in at.text
        await at.press("enter")
        assert at.last == c.AmendApproval(
            approval_id="r1", amount_minor=12_000, payload_hash=view.approval.payload_hash, reason="half is usual"
        )
        assert "已改低为 120.00，待签署：减免费用" in at.line("said")


async def test_it_can_only_be_lowered_and_nothing_is_sent_otherwise() -> None:
    async with stage(signer(to_sign())) as at:
        await at.told("approval")
        for amount in ("200", "0", "x"):
            await lower_to(at, amount)
            await at.press("f9")
            assert "金额须大于零并低于 200.00；要提高请另行申请。" in at.text or "金额应为数字" in at.text
            await at.press("home", "ctrl+k", "escape", "escape", "escape")
        assert at.last is None


async def test_whoever_lowered_it_is_named_and_both_sides_are_told_once() -> None:
    async with stage(signer(of_mine())) as at:
        await at.told("approval")
        lowered = of_mine(amount_minor=12_000, editors=("a3",))
        await become(at, msgspec.structs.replace(lowered, editors=("王芳",)))
        await at.hears("王芳 已改低金额：减免费用 120.00 CNY 张•")
        await at.press("f8", "enter")
        assert "王芳 改低过金额，不能签署" in at.text


async def test_under_lent_authority_it_is_done_at_once_and_says_in_whose_name() -> None:
    async with stage(size=(80, 24)) as at:
        at.door.lent_to_me = Lent(
            delegation=lent(grantor_id="a3", grantor_name="王芳", grantee_id=ME, max_level=3, max_minor=30_000),
            decision=Allow(limit_minor=30_000),
        )
        await at.offer()
        await at.press("f9")
        await at.told("contact")
        await at.press("f2", "W")
        await at.type("200")
        assert "凭 王芳 的转授权办理" in at.text
        await at.press("f8")
        assert "凭转授权即可直接办理，无需复核。" in at.text
        await at.press("f9")
        assert "凭 王芳 的转授权办理" in at.text
        await at.press("enter")
        done = at.last
        assert isinstance(done, c.PerformAction)
        assert (done.amount_minor, done.delegation_id) == (20_000, "d1")


async def test_what_is_ones_own_to_do_names_no_delegation() -> None:
    async with stage() as at:
        at.door.lent_to_me = Lent(delegation=lent(grantee_id=ME), decision=Allow())
        await at.offer()
        await at.press("f9")
        await at.told("contact")
        await at.press("f2", "W")
        await at.type("20")
        await at.press("enter")
        await at.type("once")
        await at.press("f9", "enter")
        assert (at.last.amount_minor, at.last.delegation_id) == (2_000, None)
