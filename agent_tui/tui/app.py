"""The terminal program: theme, first screen, and what happens when it fails. Everything else is in the screens."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from importlib import import_module
from typing import ClassVar

from textual import events
from textual.app import App
from textual.screen import Screen

from agent_tui.clock import monotonic
from agent_tui.desk.door import Door
from agent_tui.errors import AgentTuiError, UsageError
from agent_tui.tui import themes
from agent_tui.tui.widgets.lines import Painter
from agent_tui.tui.words import Words

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
        self.key_at = 0.0
        """When the last key came (monotonic seconds)."""
        self.failure: BaseException | None = None
        self.demo_password = ""
        """Of the made-up person at a seat of the demo, who could not know it; filled in where it is asked."""
        self.register_theme(themes.textual_theme(theme))
        self.theme = theme.name

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.Key):
            self.key_at = monotonic()
        await super().on_event(event)

    def _fatal_error(self) -> None:
        """Leave without printing the stock traceback, which shows the values of variables."""
        self.failure = self._exception
        self._close_messages_no_wait()


class DeskApp(Program, inherit_bindings=False):
    """One mode, one screen. `connect` runs after the first paint."""

    def __init__(self, mode: str, door: Door, words: Words, theme: themes.ThemeFile) -> None:
        super().__init__(words, theme)
        self.mode, self.door = mode, door
        self._connect: Callable[[], Awaitable[None]] | None = None

    def get_default_screen(self) -> Screen[None]:
        return station(self.mode)(self.door, self.words, self.painter)

    def connect_with(self, connect: Callable[[], Awaitable[None]]) -> None:
        """What reaches for the server once something is on the screen."""
        self._connect = connect

    def on_ready(self) -> None:
        """The first paint is done: now the server."""
        if self._connect is not None:
            self.run_worker(self._reach(self._connect), exclusive=True, group="connect")

    async def _reach(self, connect: Callable[[], Awaitable[None]]) -> None:
        try:
            await connect()
        except AgentTuiError as error:
            # Signing in was refused: nothing can be done at this desk, so it closes and says why.
            self.failure = error
            self.exit(error.exit_code)


def station(mode: str) -> Callable[[Door, Words, Painter], Screen[None]]:
    """The screen of a mode. UsageError if this program has none."""
    place = SCREENS.get(mode)
    if place is None:
        raise UsageError("tui.start.no_mode", mode=mode)
    module, name = place
    found: Callable[[Door, Words, Painter], Screen[None]] = getattr(import_module(module), name)
    return found
