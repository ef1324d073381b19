"""A desk on a stage: the app over a fake door, what stands on its screen, and keys pressed one after another."""

from __future__ import annotations

import asyncio
import builtins
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

from textual.pilot import Pilot

from agent_tui.tui import themes
from agent_tui.tui.app import DeskApp, Program
from agent_tui.tui.screens.desk import DeskScreen
from agent_tui.tui.screens.pulse import COALESCE_S
from agent_tui.tui.words import Words
from tests.tui.fake import FakeDoor

C = TypeVar("C")
PAINTED_S = 0.02
"""A frame and a little more. A sleep on `tests.tui.hurry` ends when all that was to be done by then has been done."""


class Stage:
    """What a test sees and does."""

    def __init__(self, pilot: Pilot[int], door: FakeDoor, desk: DeskScreen) -> None:
        self.pilot, self.door, self.desk = pilot, door, desk

    async def press(self, *keys: str) -> None:
        """Press keys, each after what the one before led to."""
        for key in keys:
            await self._give(key)
            await self.settle()

    async def _give(self, key: str) -> None:
        await self.pilot.app._press_keys([key])

    async def type(self, text: str) -> None:
        """Type text as a person does."""
        for char in text:
            await self._give("space" if char == " " else char)
        await self.settle()

    async def fill(self, *texts: str) -> None:
        """Fill fields of a form, one after the other from where the cursor is."""
        for at, text in enumerate(texts):
            if at:
                await self.press("tab")
            await self.type(text)

    async def retype(self, text: str) -> None:
        """Put something else into the field."""
        await self.press("ctrl+u")
        await self.type(text)

    async def settle(self) -> None:
        """Until no key is held back and nothing is waiting to be done or painted."""
        program = self.pilot.app
        await self._frame()
        while isinstance(program, Program) and not program.ahead.at_rest:
            await self._frame()
        for _ in range(2):
            await self._frame()

    async def _frame(self) -> None:
        await asyncio.sleep(PAINTED_S)

    async def told(self, *entities: str) -> None:
        """Data changed, and the desk has painted it."""
        self.door.tell(*entities)
        await self.pilot.pause(COALESCE_S * 1.5)
        await self.settle()

    async def hears(self, text: str) -> None:
        """Until the line of what happened says it: the server's answer comes when it comes."""
        for _ in range(100):
            if text in self.line("said"):
                return
            await self.pilot.pause(0.02)
        raise AssertionError(self.line("said"))

    async def shows(self, text: str) -> None:
        """Until the screen says it: what a key opens may take its time on a busy machine."""
        for _ in range(200):
            if text in self.text:
                return
            await self.pilot.pause(0.02)
        raise AssertionError(f"never shown: {text}\n{self.text}")

    async def offer(self, **how: object) -> None:
        self.door.offer(**how)  # type: ignore[arg-type]
        await self.told("contact")

    async def in_a_call(self, *also: str) -> None:
        """A call comes and is answered; the desk has painted it, and `also` what changed with it."""
        await self.offer()
        await self.press("f9")
        await self.told("contact", *also)

    def sent(self, kind: builtins.type[C]) -> C:
        """The command submitted last, which is one of these."""
        last = self.last
        assert isinstance(last, kind), last
        return last

    @property
    def last(self) -> Any:
        """The command submitted last."""
        return self.door.sent[-1] if self.door.sent else None

    @property
    def text(self) -> str:
        """Everything on the screen, line by line."""
        width = self.pilot.app.size.width
        strips = self.pilot.app.screen._compositor.render_strips()
        return "\n".join(strip.crop(0, width).text for strip in strips)

    def line(self, bar: str) -> str:
        """The text of one of the bars: `contact`, `said`, `status`, `hints`."""
        strips = self.desk.query_one(f"#{bar}").render_lines(self.desk.query_one(f"#{bar}").size.region)
        return strips[0].text.strip()


@asynccontextmanager
async def stage(
    door: FakeDoor | None = None,
    *,
    size: tuple[int, int] = (120, 40),
    language: str = "zh",
    theme: str = "dark",
    drafts: Path | None = None,
) -> AsyncIterator[Stage]:
    """A desk that has painted once; `drafts`: the folder of an author."""
    door = door or FakeDoor()
    app = DeskApp("desk", door, Words(language), themes.load(theme))
    app.drafts = drafts
    async with app.run_test(size=size) as pilot:
        await pilot.pause(0.05)
        desk = app.screen
        assert isinstance(desk, DeskScreen)
        yield Stage(pilot, door, desk)
