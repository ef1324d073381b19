"""Yes or no, with what exactly will happen above it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult

from agent_tui.tui.dialogs.dialog import Dialog
from agent_tui.tui.line import EMPTY, Line, folded
from agent_tui.tui.widgets.lines import Lines, Painter
from agent_tui.tui.words import Words


class Confirm(Dialog[bool]):
    """True for yes; False or None for no."""

    BINDINGS: ClassVar = [("enter,f9", "yes", ""), ("escape", "back", "")]

    def __init__(self, words: Words, painter: Painter, title: str, text: Sequence[tuple[str, str]]) -> None:
        """`text`: paragraphs, each with the role of its ink."""
        super().__init__(words, painter, title, words("ask.confirm"))
        self._text = text

    def body(self) -> ComposeResult:
        yield Lines(self.painter, id="confirm-text", classes="dialog-lines")

    def paint(self) -> None:
        super().paint()
        lines: list[Line] = [EMPTY]
        for text, role in self._text:
            lines += folded(text, self.inner - 4, role, (("  ", "text"),))
        self.query_one("#confirm-text", Lines).show([*lines, EMPTY])
        self.query_one("#confirm-text", Lines).styles.height = min(len(lines) + 1, self.size.height - 4)

    def action_yes(self) -> None:
        self.dismiss(True)
