"""A page that one reads and then acts on: keys of its own at the bottom, Escape leaves it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding

from agent_tui.desk.commands import printed
from agent_tui.tui.dialogs.page import Scrolling
from agent_tui.tui.line import Line
from agent_tui.tui.widgets.lines import Painter
from agent_tui.tui.words import Words


class KeyedPage(Scrolling[str]):
    """The key pressed, of those given; None when it was only read."""

    BINDINGS: ClassVar = [Binding("f1", "back", show=False)]

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

    def paint(self) -> None:
        super().paint()
        self.read(self._lines(self.inner - 2))

    def on_key(self, event: events.Key) -> None:
        if event.key in self.offered:
            event.stop()
            self.dismiss(event.key)
