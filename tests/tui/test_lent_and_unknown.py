"""What a person is told of authority lent to them, and the list of effects of which nobody knows whether they took place."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from agent_tui.desk.effect_views import EffectView
from agent_tui.domain import commands as c
from agent_tui.domain.contact import Why
from agent_tui.domain.ticket import TicketKind
from tests import eg
from tests.tui.fake import ME, FakeDoor
from tests.tui.requests import lent
from tests.tui.stage import Stage, stage

TO_ME: dict[str, Any] = {"grantor_id": "a3", "grantor_name": "王芳", "grantee_id": ME, "grantee_name": "本人"}

# ---- lent to me --------------------------------------------------------------------------------------------------------


async def become(at: Stage, **fields: Any) -> None:
    """The delegation is this now, and the desk was told."""
    at.door.delegations = (lent(**TO_ME, **fields),)
    await at.told("delegation")


async def test_who_is_lent_authority_is_told_by_whom_for_what_and_until_when() -> None:
    async with stage() as at:
        await at.told("connection")
        await become(at)
        assert "王芳 已将权限转授给您，至 03-02 18:00：减免费用。" in at.line("said")


async def test_what_was_lent_before_the_desk_began_is_not_told_as_news() -> None:
    door = FakeDoor()
    door.delegations = (lent(**TO_ME),)
    async with stage(door) as at:
        await at.told("delegation")
        assert "转授" not in at.line("said")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"revoked_at": eg.at(60)}, "王芳 已收回转授给您的权限：减免费用"),
        ({"ended": True}, "转授权已到期：王芳，减免费用"),
    ],
)
async def test_who_loses_lent_authority_is_told_at_once(change: dict[str, Any], said: str) -> None:
    async with stage() as at:
        await become(at)
        await become(at, **change)
        assert said in at.line("said")


# ---- of which nobody knows ---------------------------------------------------------------------------------------------


def effect(*, mine: bool = False, key: str = "server.effect.unknown") -> EffectView:
    """A fee of 30.00 that the bank's system did not answer, caused by 王芳 or by me."""
    why = Why(key=key, args={"amount_minor": 3_000})
    ticket = eg.ticket(
        "u1", kind=TicketKind.UNKNOWN_EFFECT, customer_id="c1", name="张•", effect="waive_fee", why=why
    )
    return EffectView(ticket=ticket, maker="本人" if mine else "王芳", mine=mine, open=True)


def waiting(view: EffectView) -> FakeDoor:
    door = FakeDoor()
    door.effects = (view,)
    return door


@pytest.mark.parametrize(("key", "outcome"), [("f9", "done"), ("f7", "not_done")])
async def test_somebody_else_finds_out_and_says_on_what_ground(key: str, outcome: str) -> None:
    async with stage(waiting(effect())) as at:
        await at.press("f2", "K")
        assert "? 结果不明 减免费用 30.00 CNY 张•" in at.text
        await at.press("enter")
        assert "请先在银行系统中查明是否已办成，再记录；不要直接重做。" in at.text
        await at.press(key, "f9")
        assert not at.door.sent, "nothing without a ground"
        await at.type("core shows it")
        await at.press("f9")
        assert at.last == c.ResolveEffect(ticket_id="u1", outcome=outcome, reason="core shows it")


async def test_who_caused_it_may_not_judge_it() -> None:
    async with stage(waiting(effect(mine=True))) as at:
        await at.press("f2", "K", "enter")
        assert "须由他人在银行系统中核实后记录" in at.text
        await at.press("f9", "f7")
        assert "核查依据" not in at.text
        assert not at.door.sent


async def test_what_the_bank_refused_is_read_and_closed() -> None:
    async with stage(waiting(effect(mine=True, key="server.effect.refused"))) as at:
        await at.press("f2", "K")
        assert "x 系统拒绝" in at.text
        await at.press("enter", "f9")
        await at.type("told the customer")
        await at.press("f9")
        assert at.last == c.MoveTicket(ticket_id="u1", state="closed", text="told the customer")


async def test_what_was_found_out_stays_to_be_read_and_takes_no_more() -> None:
    view = msgspec.structs.replace(effect(), open=False)
    async with stage(waiting(view)) as at:
        await at.press("f2", "K")
        assert "+ 已查明" in at.text
        await at.press("enter", "f9", "f7")
        assert not at.door.sent


async def test_with_nothing_to_find_out_the_key_says_so() -> None:
    async with stage() as at:
        await at.press("f2", "K")
        assert "没有待核的结果。" in at.line("said")
