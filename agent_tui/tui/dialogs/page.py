"""A page to read: help, the key card, why this one is next; and what every dialog of text longer than its box does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar, Generic, TypeVar

from textual.app import ComposeResult
from textual.binding import Binding

from agent_tui.tui.dialogs.dialog import Dialog
from agent_tui.tui.line import Line, piece, spread
from agent_tui.tui.widgets.lines import Bar, Lines, Painter
from agent_tui.tui.words import Words

T = TypeVar("T")

AROUND = 9
"""Rows of the terminal that the text leaves to others: border, title and keys of the box, and the bars below it."""


class Scrolling(Dialog[T], Generic[T]):
    """Text that scrolls with the cursor keys. The line of keys counts what is still below, so that nobody takes the
    end of the box for the end of the text."""

    BINDINGS: ClassVar = [
        Binding("down", "scroll(1)", show=False),
        Binding("up", "scroll(-1)", show=False),
        Binding("pagedown,space", "scroll(12)", show=False),
        Binding("pageup", "scroll(-12)", show=False),
    ]

    _room = 0
    """Lines of text in sight."""

    def body(self) -> ComposeResult:
        yield Lines(self.painter, id="page-text", classes="dialog-lines")

    def read(self, lines: Sequence[Line]) -> None:
        """Show these, as many as there is room for."""
        text = self.query_one("#page-text", Lines)
        text.show(lines)
        text.styles.height = self._room = max(1, min(len(lines), self.size.height - AROUND))
        self._count()

    def _count(self) -> None:
        self.query_one(".dialog-keys", Bar).put(self.keys_line(self.inner))

    def keys_line(self, width: int) -> Line:
        text = self.query_one("#page-text", Lines)
        below = len(text.lines) - text.scroll_offset.y - self._room
        more = (piece(self.words("help.below", count=below), "bar_warn"), (" ", "bar")) if below > 0 else ()
        return spread(((" ", "bar_muted"), piece(self._keys, "bar_muted")), more, width, "bar_muted")

    def action_scroll(self, by: int) -> None:
        self.query_one("#page-text", Lines).scroll_relative(y=by, animate=False, force=True)
        self.call_after_refresh(self._count)


class Page(Scrolling[None]):
    """Escape, F1, F9 or Enter closes."""

    BINDINGS: ClassVar = [Binding("f1,f9,enter", "back", show=False)]

    def __init__(self, words: Words, painter: Painter, title: str, lines: Callable[[int], Sequence[Line]]) -> None:
        """`lines`: the page for a width in cells."""
        super().__init__(words, painter, title, words("help.close"))
        self._lines = lines

    def paint(self) -> None:
        super().paint()
        self.read(self._lines(self.inner - 2))
