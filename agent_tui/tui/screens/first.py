"""What is on the screen first: the queue, to be moved through, while everything else is still being loaded.

It loads no more than it shows. The keys it has no use for yet are kept and given to the screen that follows.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.screen import Screen

from agent_tui.desk.door import Door
from agent_tui.desk.views import QueueRow
from agent_tui.tui.panes.queue import QueuePane
from agent_tui.tui.panes.queue_lines import QueueText
from agent_tui.tui.screens.station import NARROW
from agent_tui.tui.widgets.lines import Painter
from agent_tui.tui.widgets.rows import Rows
from agent_tui.tui.words import Words

BARS = 4
"""Lines of the screen that follows which are no pane's."""


class FirstQueue(QueuePane):
    """The queue before the names of its groups are known."""

    def _fetch(self, offset: int, limit: int) -> tuple[int, Sequence[QueueRow]]:
        total, rows = super()._fetch(offset, limit)
        self.text.groups = {row.group: "" for row in rows}
        return total, rows


class FirstScreen(Screen[None]):
    AUTO_FOCUS: ClassVar[str | None] = "#queue-rows"

    def __init__(self, door: Door, words: Words, painter: Painter, now: datetime) -> None:
        super().__init__(id="first")
        self._door, self._words, self._painter, self._now = door, words, painter, now
        self.pressed: list[tuple[str, str | None]] = []
        """Keys for the screen that follows."""

    def compose(self) -> ComposeResult:
        yield FirstQueue(self._words, self._painter, self._door, QueueText(self._words, {}, self._now))

    def on_mount(self) -> None:
        self._place()
        self.call_after_refresh(self.query_one(FirstQueue).update)

    def on_resize(self) -> None:
        self._place()

    def _place(self) -> None:
        """Where the queue stands on the screen that follows, so that it does not jump."""
        width, height = self.app.size
        pages = width < NARROW
        styles = self.query_one(FirstQueue).styles
        styles.margin = (1, 0, 0, 0)
        styles.width = width if pages else (width - 1) // 2
        styles.height = (height - BARS) if pages else (height - BARS) // 2

    @property
    def cursor(self) -> int:
        """The row the person has moved to meanwhile."""
        return self.query_one(FirstQueue).rows.cursor or 0

    @on(Rows.Chosen)
    def keep_choice(self, event: Rows.Chosen) -> None:
        event.stop()
        self.pressed.append(("enter", "\r"))

    def on_key(self, event: events.Key) -> None:
        if event.key not in self.active_bindings:
            event.stop()
            self.pressed.append((event.key, event.character))
