"""Actions under authority by keys: the limit, the effect before it happens, the refusal and who could help."""

from __future__ import annotations

import msgspec

from agent_tui.domain import commands as c
from agent_tui.domain.customer import Product, Secret
from tests.tui.stage import Stage, stage


async def test_a_fee_within_the_limit_shows_its_effect_before_it_is_done() -> None:
    async with stage() as at:
        await at.in_a_call()
        await at.press("f2", "W")
        assert "您现在可办 50.00，今日已用 20.00" in at.text
        await at.fill("30", "first time")
        await at.press("f9")
        assert "向 张• 减免费用 30.00 CNY" in at.text
        assert not any(isinstance(sent, c.PerformAction) for sent in at.door.sent)
        await at.press("enter")
        done = at.sent(c.PerformAction)
        assert (done.action, done.amount_minor, done.reason, done.contact_id) == (
            "waive_fee",
            3_000,
            "first time",
            "q0",
        )


async def test_a_balance_that_was_asked_for_is_said() -> None:
    async with stage() as at:
        await at.in_a_call()
        await at.press("f2", "Q", "f9", "enter")
        asked = at.sent(c.PerformAction)
        assert asked.action == "query_balance"
        assert "信用卡  •••• 1234  可用额度 12,345.00" in at.text


async def test_the_effect_names_the_transaction_in_dispute() -> None:
    async with stage() as at:
        await at.in_a_call()
        await at.press("f2", "D")
        await at.fill("300", "fuel 1 Nov", "charged twice")
        await at.press("f9")
        assert "交易：fuel 1 Nov" in at.text
        assert not any(isinstance(sent, c.PerformAction) for sent in at.door.sent)


async def test_a_temporary_limit_has_an_end_that_is_a_day() -> None:
    async with stage() as at:
        await at.in_a_call()
        await at.press("f2", "L")
        await at.fill("300", "31 March")
        await at.press("f9")
        assert "“到期日”须为日期，例如 2026-03-15。" in at.text
        await at.retype("2025-03-31")
        await at.press("f9")
        assert "“到期日”已经过去，请填写今天或以后的日期。" in at.text
        await at.retype("2026-03-31")
        await at.press("f9")
        assert "到期日：2026-03-31" in at.text
        await at.press("enter")
        done = at.sent(c.PerformAction)
        assert done.args == {"until": "2026-03-31"}


async def test_a_statement_is_sent_for_a_month_to_what_is_on_record() -> None:
    async with stage() as at:
        await at.in_a_call()
        await at.press("f2", "S")
        await at.fill("2030-02", "2")
        await at.press("f9")
        assert "“账单年月”尚未到来，请填写本月或以前的年月。" in at.text
        await at.retype("2026-02")
        await at.press("f9")
        assert "账单年月：2026-02" in at.text
        assert "发送方式：预留手机短信" in at.text
        await at.press("enter")
        done = at.sent(c.PerformAction)
        assert done.args == {"month": "2026-02", "way": "sms"}


def with_two_cards(at: Stage, second: str = "blocked") -> None:
    """The customer has a credit card as usual, and a debit card in that state."""
    cards = (
        Product(id="p1", kind="credit_card", number="•••• 1234"),
        Product(id="p2", kind="debit_card", number="•••• 9876", status=second),
    )
    at.door.customers["c1"] = msgspec.structs.replace(at.door.customers["c1"], products=cards)


async def test_the_card_that_an_action_fits_is_chosen_and_every_other_says_its_state() -> None:
    async with stage() as at:
        with_two_cards(at)
        await at.in_a_call()
        await at.press("f2", "B")
        assert "1 信用卡 •••• 1234  2 借记卡 •••• 9876 已止付" in at.text
        await at.press("1", "f9", "enter")
        done = at.sent(c.PerformAction)
        assert done.product_id == "p1"


async def test_before_something_is_chosen_no_rule_is_said_about_it() -> None:
    async with stage() as at:
        with_two_cards(at, "normal")
        await at.in_a_call()
        await at.press("f2", "B")
        assert "先选定要办理的一项" in at.text


async def test_a_fee_above_the_limit_says_so_and_names_who_could() -> None:
    async with stage() as at:
        await at.in_a_call()
        await at.press("f2", "W")
        await at.type("80")
        assert "本级额度 50.00" in at.text
        assert "L3" in at.text
        assert "现无人在线" not in at.text
        assert "王芳" in at.text


async def test_a_reason_that_the_policy_asks_for_cannot_be_left_out() -> None:
    async with stage() as at:
        await at.in_a_call()
        await at.press("f2", "W")
        await at.type("30")
        await at.press("f9")
        assert "请填写原因" in at.text


async def test_an_amount_that_is_none_is_said() -> None:
    async with stage() as at:
        await at.in_a_call()
        await at.press("f2", "W")
        await at.type("3o")
        await at.press("f9")
        assert "金额应为数字" in at.text


async def test_full_width_digits_are_an_amount() -> None:
    async with stage() as at:
        await at.in_a_call()
        await at.press("f2", "W")
        await at.fill("３０", "x")
        await at.press("f9", "enter")
        done = at.sent(c.PerformAction)
        assert done.amount_minor == 3_000


async def test_a_greyed_action_answers_with_its_reason() -> None:
    async with stage() as at:
        await at.in_a_call()
        await at.press("f6", "u")
        assert "解除止付须三级以上" in at.line("said")
        assert not any(isinstance(sent, c.PerformAction) for sent in at.door.sent)
        await at.press("f8")
        assert "王芳" in at.text


async def test_a_card_is_blocked_after_choosing_it_and_saying_yes() -> None:
    async with stage() as at:
        await at.in_a_call()
        await at.press("f2", "B", "1", "f9")
        assert "原因：遗失" in at.text
        assert "立即止付 张• 的 信用卡 •••• 1234" in at.text
        await at.press("enter")
        done = at.sent(c.PerformAction)
        assert (done.action, done.product_id, done.reason) == ("block_card", "p1", "lost")


async def test_a_field_is_revealed_with_a_purpose_and_its_seconds_shown() -> None:
    async with stage() as at:
        await at.in_a_call()
        await at.press("f2", "R", "2", "tab", "1", "f9")
        done = at.door.sent[-1]
        assert done == c.RevealField(customer_id="c1", field=Secret.PHONE, purpose="核验身份", contact_id="q0")
        await at.told("reveal")
        assert "13812345678" in at.text
        assert "剩 60 秒" in at.text
        at.door.reveals.clear()
        await at.told("reveal")
        assert "13812345678" not in at.text


async def test_a_work_order_goes_to_a_department_also_while_offline() -> None:
    async with stage() as at:
        await at.in_a_call()
        at.door.online = False
        await at.told("connection")
        await at.press("f2", "O")
        await at.fill("fraud", "please check")
        await at.press("f9")
        assert at.last == c.RaiseWorkOrder(
            group="risk_dept", title="fraud", text="please check", contact_id="q0", customer_id="c1"
        )
        assert "已存本机" in at.line("said")


async def test_a_complaint_is_raised_at_its_level_with_its_clock_in_sight() -> None:
    async with stage() as at:
        await at.in_a_call()
        await at.press("f2", "O", "shift+tab", "shift+tab", "4", "tab", "tab")
        assert "危机投诉" in at.text
        assert "首次响应" in at.text
        await at.fill("rude", "waited for an hour")
        await at.press("f9")
        done = at.sent(c.RaiseWorkOrder)
        assert (done.complaint, done.customer_id, done.contact_id) == ("crisis", "c1", "q0")


async def test_escape_leaves_a_form_and_its_text_is_there_again() -> None:
    async with stage() as at:
        await at.in_a_call()
        await at.press("f2", "O")
        await at.type("half")
        await at.press("escape", "f2", "O")
        assert at.door.drafts["work_order:c1:title"] == "half"
        assert "half" in at.text
