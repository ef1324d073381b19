"""A page that one reads and then acts on: keys of its own at the bottom, Escape leaves it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding

from agent_tui.desk.commands import printed
from agent_tui.tui.dialogs.dialog import Dialog
from agent_tui.tui.dialogs.page import AROUND
from agent_tui.tui.line import Line
from agent_tui.tui.widgets.lines import Lines, Painter
from agent_tui.tui.words import Words


class Reading(Dialog[str]):
    """The key pressed, of those given; None when it was only read."""

    BINDINGS: ClassVar = [
        Binding("escape,f1", "back", show=False),
        Binding("down", "scroll(1)", show=False),
        Binding("up", "scroll(-1)", show=False),
        Binding("pagedown,space", "scroll(12)", show=False),
        Binding("pageup", "scroll(-12)", show=False),
    ]

    def __init__(
        self,
        words: Words,
        painter: Painter,
        title: str,
        lines: Callable[[int], Sequence[Line]],
        keys: Mapping[str, str],
    ) -> None:
        """`lines`: the page for a width in cells; `keys`: F-key → what it does."""
        offered = "  ".join(f"{printed(key)} {label}" for key, label in keys.items())
        super().__init__(words, painter, title, f"{offered}  {words('help.close')}".strip())
        self._lines, self.offered = lines, keys

    def body(self) -> ComposeResult:
        yield Lines(self.painter, id="page-text", classes="dialog-lines")

    def paint(self) -> None:
        super().paint()
        text = self.query_one("#page-text", Lines)
        lines = self._lines(self.inner - 2)
        text.show(lines)
        text.styles.height = max(1, min(len(lines), self.size.height - AROUND))

    def on_key(self, event: events.Key) -> None:
        if event.key in self.offered:
            event.stop()
            self.dismiss(event.key)

    def action_scroll(self, by: int) -> None:
        self.query_one("#page-text", Lines).scroll_relative(y=by, animate=False, force=True)
