"""The sign-in screen: what keeps somebody out is one sentence there, and the password goes nowhere else."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from agent_tui.client.api import unreachable
from agent_tui.client.problems import TryLater
from agent_tui.errors import AgentTuiError, Refused, StoreError
from agent_tui.server import problems
from agent_tui.tui import themes
from agent_tui.tui.app import DeskApp
from agent_tui.tui.entry import CLOSED, Typed
from agent_tui.tui.screens.desk import DeskScreen
from agent_tui.tui.screens.sign_in import SignInScreen
from agent_tui.tui.words import Words
from tests.tui.fake import FakeDoor


class Entrance:
    """A way in that refuses with what a test says, then lets in."""

    def __init__(self, *refusals: AgentTuiError) -> None:
        self.refusals, self.tried = list(refusals), list[Typed]()
        self.app = DeskApp("desk", None, Words("zh"), themes.load("dark"))

    async def enter(self, typed: Typed) -> None:
        self.tried.append(typed)
        if self.refusals:
            raise self.refusals.pop(0)
        await self.app.admit(FakeDoor())


@asynccontextmanager
async def standing(entrance: Entrance, given: Typed) -> AsyncIterator[Pilot[int]]:
    app = entrance.app
    app.begin_at(SignInScreen(app.words, app.painter, "desk", given, entrance.enter))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        yield pilot


async def typed(pilot: Pilot[int], text: str) -> None:
    await pilot.press(*text, "enter")
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


def screen(pilot: Pilot[int]) -> str:
    width = pilot.app.size.width
    return "\n".join(strip.crop(0, width).text for strip in pilot.app.screen._compositor.render_strips())


KNOWN = Typed(server="https://desk", login="chen.xiao", password="")


async def test_enter_leads_through_what_is_missing_and_in() -> None:
    entrance = Entrance()
    async with standing(entrance, Typed(server="", login="", password="")) as pilot:
        for text in ("srv", "me", "secret"):
            await typed(pilot, text)
        assert entrance.tried == [Typed(server="srv", login="me", password="secret")]
        assert isinstance(pilot.app.screen, DeskScreen)


async def test_a_known_profile_asks_for_the_password_alone_and_shows_none_of_it() -> None:
    entrance = Entrance(Refused("desk.connection.bad_credentials"))
    async with standing(entrance, KNOWN) as pilot:
        await pilot.press(*"secret")
        assert "secret" not in screen(pilot)
        await typed(pilot, "")
        assert "登录名或密码不正确" in screen(pilot)
        assert pilot.app.screen.query_one("#sign-in-password", Input).value == ""
        await typed(pilot, "right")
        assert isinstance(pilot.app.screen, DeskScreen)


async def test_after_a_change_of_password_the_former_one_is_asked_for_too() -> None:
    entrance = Entrance(StoreError(CLOSED))
    async with standing(entrance, KNOWN) as pilot:
        await typed(pilot, "new")
        assert "改密前的密码" in screen(pilot)
        await pilot.press(*"new", "tab", *"old", "f9")
        await pilot.app.workers.wait_for_complete()
        assert entrance.tried[-1] == Typed(server="https://desk", login="chen.xiao", password="new", former="old")


SLOW = TryLater(problems.make("slow-down", key="server.refusal.too_many_tries"), 30)
OLD = Refused("desk.connection.too_old")
FORGED = httpx.ConnectError("x")
EXPIRED = ssl.SSLCertVerificationError("x")
EXPIRED.verify_message = "certificate has expired"
FORGED.__cause__ = EXPIRED


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (SLOW, "密码错误次数过多"),
        (OLD, "本程序版本过低"),
        (unreachable(FORGED), "证书未通过校验"),
        (unreachable(httpx.ConnectError("x")), "服务器没有响应"),
    ],
)
async def test_each_reason_is_one_sentence_and_the_screen_stays(error: AgentTuiError, sentence: str) -> None:
    async with standing(Entrance(error), KNOWN) as pilot:
        await typed(pilot, "secret")
        assert sentence in screen(pilot)
        assert isinstance(pilot.app.screen, SignInScreen)
