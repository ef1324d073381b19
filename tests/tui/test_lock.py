"""The lock: it covers everything, shows nothing of anybody, loses nothing, and waits for nobody who is speaking."""

from __future__ import annotations

import pytest
from textual.widgets import Input

from agent_tui.clock import monotonic
from agent_tui.domain.commands import SetAgentState
from agent_tui.domain.contact import Channel
from agent_tui.i18n.catalog import say
from agent_tui.i18n.message import msg
from agent_tui.tui.app import DeskApp
from agent_tui.tui.dialogs.form import Form
from agent_tui.tui.dialogs.page import Page
from agent_tui.tui.guard import WARN_S
from agent_tui.tui.screens.desk import DeskScreen
from agent_tui.tui.screens.lock import LockScreen
from tests.tui.stage import Stage, stage

IDLE_S = 900.0


def program(at: Stage) -> DeskApp:
    app = at.pilot.app
    assert isinstance(app, DeskApp)
    return app


async def untouched(at: Stage, seconds: float) -> None:
    """Nobody touches the desk for so long."""
    app = program(at)
    app.lock_after(IDLE_S)
    app.key_at = monotonic() - seconds
    app.guard._began = app.key_at
    app.guard.look()
    await at.settle()


def locked(at: Stage) -> bool:
    return isinstance(at.pilot.app.screen, LockScreen)


async def unlock(at: Stage, password: str = "right") -> None:
    at.pilot.app.screen.query_one("#lock-password", Input).value = password
    await at.press("enter")
    for worker in list(at.pilot.app.workers):
        if worker.name == "_unlock":
            await worker.wait()
    await at.settle()


async def test_a_desk_that_nobody_touches_locks_and_the_password_opens_it() -> None:
    async with stage() as at:
        await untouched(at, IDLE_S - 1)
        assert not locked(at)
        await untouched(at, IDLE_S)
        assert locked(at)
        await unlock(at)
        assert isinstance(at.pilot.app.screen, DeskScreen)


async def test_it_says_so_a_minute_before() -> None:
    async with stage(language="en") as at:
        await untouched(at, IDLE_S - WARN_S)
        assert "locks in 60 s" in at.line("said")


async def test_the_lock_shows_the_clock_how_many_wait_and_nothing_of_anybody() -> None:
    async with stage(language="en", size=(80, 24)) as at:
        await at.offer(channel=Channel.CHAT)
        await at.press("f9", "f2", "0")
        assert locked(at)
        assert "Waiting in the queue: 11" in at.text
        assert "Conversations in your hands: 1" in at.text
        for private in ("欧阳", "张•", "POS", "138"):
            assert private not in at.text


async def test_a_wrong_password_says_how_many_are_left_and_is_gone_from_the_field() -> None:
    async with stage(language="en") as at:
        await at.press("f2", "0")
        await unlock(at, "wrong")
        assert "4 tries left" in at.text
        assert at.pilot.app.screen.query_one("#lock-password", Input).value == ""
        assert locked(at)


async def test_what_was_being_typed_stands_there_afterwards() -> None:
    async with stage() as at:
        await at.offer(channel=Channel.CHAT)
        await at.press("f9", "f2", "n")
        await at.type("call back after five")
        await untouched(at, IDLE_S)
        assert locked(at)
        await unlock(at)
        form = at.pilot.app.screen
        assert isinstance(form, Form)
        assert form.values["note"] == "call back after five"


async def test_a_dialog_that_comes_while_it_is_locked_comes_below_the_lock() -> None:
    async with stage(language="en") as at:
        await at.press("f2", "0")
        at.pilot.app.push_screen(Page(at.desk.words, at.desk.painter, "PRIVATE", lambda _: []))
        await at.pilot.pause()
        assert locked(at)
        assert "PRIVATE" not in at.text
        await unlock(at)
        assert "PRIVATE" in at.text


async def test_nobody_who_speaks_is_locked_out_but_what_stood_in_clear_goes() -> None:
    async with stage() as at:
        await at.offer(channel=Channel.PHONE)
        await at.press("f9")
        await at.told("contact")
        await untouched(at, IDLE_S * 3)
        assert not locked(at)
        assert at.door.keeper.covered  # type: ignore[attr-defined]


async def test_nobody_is_offered_a_call_at_a_locked_desk() -> None:
    async with stage() as at:
        await at.press("f2", "r")
        await at.told("agent")
        await untouched(at, IDLE_S)
        assert isinstance(at.last, SetAgentState)
        assert at.last.state == "not_ready"


async def test_over_by_lease_it_opens_only_when_the_server_renewed_it() -> None:
    async with stage(language="en") as at:
        at.door.keeper.lock("lease")
        program(at).guard.look()
        await at.settle()
        await unlock(at)
        assert locked(at)
        assert "unlock when it has" in at.text


@pytest.mark.parametrize(
    ("lasts_s", "said"), [(43_200, "12 小时"), (5_400, "90 分钟"), (60, "1 分钟"), (20, "1 分钟")]
)
async def test_what_was_erased_names_the_time_that_the_centre_has_set(lasts_s: float, said: str) -> None:
    async with stage() as at:
        at.door.keeper.lease_s, at.door.keeper.left_s = lasts_s, 0.0  # type: ignore[attr-defined, misc]
        at.door.keeper.lock("lease")
        program(at).guard.look()
        await at.settle()
        assert f"{said}内没有连上服务器" in at.text
        await unlock(at)
        assert f"已超过 {said}没有连上服务器" in at.text


async def test_a_locked_desk_without_the_server_says_how_long_its_data_may_stay() -> None:
    async with stage() as at:
        await at.press("f2", "0")
        assert "本机客户资料将按规定清除" not in at.text
        at.door.online = False
        at.door.keeper.left_s = 3_725.0  # type: ignore[attr-defined]
        at.pilot.app.screen.paint()  # type: ignore[attr-defined]
        await at.settle()
        assert "再过 1:02:05 仍未连上服务器" in at.text


async def test_a_wiped_desk_closes_and_says_why() -> None:
    async with stage() as at:
        at.door.keeper.ended = msg("vault.wiped")
        program(at).guard.look()
        await at.pilot.pause()
    failure = program(at).failure
    assert getattr(failure, "key", "") == "vault.wiped"


@pytest.mark.parametrize("language", ["zh", "en", "ja"])
@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=str)
async def test_every_word_of_the_lock_fits(language: str, size: tuple[int, int]) -> None:
    async with stage(language=language, size=size) as at:
        await at.press("f2", "0")
        shown = "".join(at.text.split())
        for name in ("title", "keys", "why.key", "password"):
            assert "".join(say(f"vault.lock.{name}", language).split()) in shown
