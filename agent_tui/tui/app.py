"""The terminal program: theme, first screen, and what happens when it fails. Everything else is in the screens."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Awaitable, Callable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events
from textual.app import App
from textual.screen import Screen
from textual.worker import WorkerFailed

from agent_tui.clock import monotonic
from agent_tui.desk.door import Door
from agent_tui.errors import AgentTuiError, UsageError
from agent_tui.tui import themes
from agent_tui.tui.ahead import Ahead
from agent_tui.tui.guard import Guard
from agent_tui.tui.widgets.lines import Painter
from agent_tui.tui.words import Words

if TYPE_CHECKING:
    from agent_tui.tui.screens.first import FirstScreen

SETTLED_S = 2.0
"""So long after the first paint the program is taken to be complete."""

IDLE_S = 900.0
"""A desk that nobody touches for so long is locked (PCI DSS 8.2.8)."""

SCREENS = {
    "desk": ("agent_tui.tui.screens.desk", "DeskScreen"),
    "monitor": ("agent_tui.tui.screens.monitor", "MonitorScreen"),
}
"""Mode → module and class of its screen, imported when that mode starts."""


class Program(App[int], inherit_bindings=False):
    """What every terminal program of ours has: theme, words, the moment of the last key, an end without a traceback."""

    CSS_PATH: ClassVar = ["styles/station.tcss", "styles/dialogs.tcss"]
    ENABLE_COMMAND_PALETTE = False
    TITLE = "agent-tui"

    def __init__(self, words: Words, theme: themes.ThemeFile) -> None:
        super().__init__()
        self.words = words
        self.painter = Painter(themes.Ink(theme))
        self.ahead = Ahead(self, self._act_on)
        self.key_at = 0.0
        """When the last key came (monotonic seconds)."""
        self.failure: BaseException | None = None
        self.demo_password = ""
        """Of the made-up person at a seat of the demo, who could not know it; filled in where it is asked."""
        self.register_theme(themes.textual_theme(theme))
        self.theme = theme.name

    def on_ready(self) -> None:
        self.set_timer(SETTLED_S, settle_memory)

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.Key) and not event.is_forwarded:
            self.key_at = monotonic()
            await self.ahead.key(event)
            return
        await super().on_event(event)

    async def _act_on(self, event: events.Key) -> None:
        """What comes of a key whose turn it is."""
        await super().on_event(event)

    def _fatal_error(self) -> None:
        """Leave without printing the stock traceback, which shows the values of variables."""
        failure = self._exception
        self.failure = failure.error if isinstance(failure, WorkerFailed) else failure
        self._close_messages_no_wait()


class DeskApp(Program, inherit_bindings=False):
    """One mode, one screen. `connect` runs after the first paint."""

    def __init__(self, mode: str, door: Door | None, words: Words, theme: themes.ThemeFile) -> None:
        """Without a `door`, `begin_at` says where somebody is let in."""
        super().__init__(words, theme)
        self.mode, self._door = mode, door
        self._entrance: Screen[None] | None = None
        self._connect: Callable[[], Awaitable[object]] | None = None
        self._first: FirstScreen | None = None
        self.guard = Guard(self, IDLE_S)
        self.drafts: Path | None = None
        """Folder of an author's drafts."""

    @property
    def door(self) -> Door:
        """Of whoever was let in."""
        assert self._door is not None, "nobody was let in yet"
        return self._door

    def begin_at(self, entrance: Screen[None]) -> None:
        """What is shown until somebody is let in."""
        self._entrance = entrance

    def take_seat(self, door: Door) -> None:
        """Whose files are open already."""
        self._door = door

    async def admit(self, door: Door) -> None:
        """Somebody signed in: their desk, above the entrance."""
        self._door = door
        make = await asyncio.to_thread(_whole, self.mode)
        await self.push_screen(make(door, self.words, self.painter))
        self.set_interval(1.0, lambda: self.guard.look())

    def begin_with(self, first: FirstScreen) -> None:
        """What is shown while the mode's own screen is still being loaded."""
        self._first = first

    def get_default_screen(self) -> Screen[None]:
        return self._entrance or self._first or station(self.mode)(self.door, self.words, self.painter)

    def lock_after(self, seconds: float) -> None:
        """Lock when no key came for so long."""
        self.guard = Guard(self, seconds)

    def push_screen(self, screen: Screen[Any] | str, *args: Any, **how: Any) -> Any:
        """What opens while the desk is locked opens below the lock."""
        pushed = super().push_screen(screen, *args, **how)
        if self._door is not None and self._door.keeper.locked:
            self.guard.cover()
        return pushed

    def connect_with(self, connect: Callable[[], Awaitable[object]]) -> None:
        """What reaches for the server once something is on the screen."""
        self._connect = connect

    def on_ready(self) -> None:
        """The first paint is done: now the rest, then the server."""
        if self._entrance is not None:
            super().on_ready()
            return
        self.set_interval(1.0, lambda: self.guard.look())
        self.run_worker(self._go_on(), exclusive=True, group="connect")

    async def _go_on(self) -> None:
        if self._first is not None:
            await self._furnish(self._first)
        if self._connect is not None:
            await self._reach(self._connect)

    async def _furnish(self, first: FirstScreen) -> None:
        """The mode's own screen, loaded in a thread, since keys move through the queue meanwhile."""
        make = await asyncio.to_thread(_whole, self.mode)

        from agent_tui.tui.screens.desk_view import DeskView

        screen = make(self.door, self.words, self.painter)
        if isinstance(screen, DeskView):
            screen.queue.begin_at = first.cursor
            screen.call_after_refresh(lambda: screen.queue.rows.reveal(first.cursor))
        await self.push_screen(screen)
        for key, character in first.pressed:
            screen.call_after_refresh(self.post_message, events.Key(key, character))

    async def _reach(self, connect: Callable[[], Awaitable[object]]) -> None:
        try:
            await connect()
        except AgentTuiError as error:
            # Signing in was refused: nothing can be done at this desk, so it closes and says why.
            self.failure = error
            self.exit(error.exit_code)


def settle_memory() -> None:
    """What was made at the start stays: the collector, switched off for it (`__main__`), need not look at it again."""
    if not gc.isenabled():
        gc.collect()
        gc.freeze()
        gc.enable()


def _whole(mode: str) -> Callable[[Door, Words, Painter], Screen[None]]:
    """`station`, with every view its panes will ask for."""
    import_module("agent_tui.desk.selectors")
    return station(mode)


def station(mode: str) -> Callable[[Door, Words, Painter], Screen[None]]:
    """The screen of a mode. UsageError if this program has none."""
    place = SCREENS.get(mode)
    if place is None:
        raise UsageError("tui.start.no_mode", mode=mode)
    module, name = place
    found: Callable[[Door, Words, Painter], Screen[None]] = getattr(import_module(module), name)
    return found
