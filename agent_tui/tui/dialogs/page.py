"""A page to read: help, the key card, why this one is next."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding

from agent_tui.tui.dialogs.dialog import Dialog
from agent_tui.tui.line import Line
from agent_tui.tui.widgets.lines import Lines, Painter
from agent_tui.tui.words import Words

AROUND = 8
"""Rows of the terminal that the text leaves to others: border, title and keys of the box, and its margins."""


class Page(Dialog[None]):
    """Scrolls with the cursor keys; Escape, F1 or F9 closes."""

    BINDINGS: ClassVar = [
        Binding("escape,f1,f9,enter", "back", show=False),
        Binding("down", "scroll(1)", show=False),
        Binding("up", "scroll(-1)", show=False),
        Binding("pagedown,space", "scroll(12)", show=False),
        Binding("pageup", "scroll(-12)", show=False),
    ]

    def __init__(self, words: Words, painter: Painter, title: str, lines: Callable[[int], Sequence[Line]]) -> None:
        """`lines`: the page for a width in cells."""
        super().__init__(words, painter, title, words("help.close"))
        self._lines = lines

    def body(self) -> ComposeResult:
        yield Lines(self.painter, id="page-text", classes="dialog-lines")

    def paint(self) -> None:
        super().paint()
        text = self.query_one("#page-text", Lines)
        lines = self._lines(self.inner - 2)
        text.show(lines)
        text.styles.height = max(1, min(len(lines), self.size.height - AROUND))

    def action_scroll(self, by: int) -> None:
        self.query_one("#page-text", Lines).scroll_relative(y=by, animate=False, force=True)
