"""Yes or no, with what exactly will happen above it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar, TypeAlias

from textual.app import ComposeResult

from agent_tui.tui.dialogs.dialog import Dialog
from agent_tui.tui.line import EMPTY, Line, folded
from agent_tui.tui.widgets.lines import Lines, Painter
from agent_tui.tui.words import Words

AGAIN_S = 1.0
"""What may change while it is read is said anew this often."""
Text: TypeAlias = Sequence[tuple[str, str]]
"""Paragraphs, each with the role of its ink."""


class Confirm(Dialog[bool]):
    """True for yes; False or None for no."""

    BINDINGS: ClassVar = [("enter,f9", "yes", ""), ("escape", "back", "")]

    def __init__(self, words: Words, painter: Painter, title: str, text: Text | Callable[[], Text]) -> None:
        """`text`: what will happen, or how to say it as things are now."""
        super().__init__(words, painter, title, words("ask.confirm"))
        self._text = text

    def body(self) -> ComposeResult:
        yield Lines(self.painter, id="confirm-text", classes="dialog-lines")

    def on_mount(self) -> None:
        super().on_mount()
        if callable(self._text):
            self.set_interval(AGAIN_S, self.paint)

    def paint(self) -> None:
        super().paint()
        lines: list[Line] = [EMPTY]
        for text, role in self._text() if callable(self._text) else self._text:
            lines += folded(text, self.inner - 4, role, (("  ", "text"),))
        self.query_one("#confirm-text", Lines).show([*lines, EMPTY])
        self.query_one("#confirm-text", Lines).styles.height = min(len(lines) + 1, self.size.height - 4)

    def action_yes(self) -> None:
        self.dismiss(True)
