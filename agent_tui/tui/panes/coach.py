"""The coach's page: opened by its key while a training contact runs, and by itself when it was scored."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding

from agent_tui.tui.dialogs.dialog import Dialog
from agent_tui.tui.keymap import with_twins
from agent_tui.tui.line import Line
from agent_tui.tui.panes.coach_lines import own
from agent_tui.tui.widgets.lines import Lines, Painter
from agent_tui.tui.words import Words

CHOICES = ("again", "next", "choose", "leave")
"""What a trainee may do after the score, in the order of its digits."""


class CoachPage(Dialog[str]):
    """One of CHOICES, or None to go back to the desk. Only a scored contact offers them by digit."""

    BINDINGS: ClassVar = [
        Binding("escape,f1,f9,enter,ctrl+y", "back", show=False),
        Binding("down", "scroll(1)", show=False),
        Binding("up", "scroll(-1)", show=False),
        Binding("pagedown,space", "scroll(10)", show=False),
        Binding("pageup", "scroll(-10)", show=False),
        *(Binding(with_twins(str(digit)), f"choose({name!r})", show=False) for digit, name in enumerate(CHOICES, 1)),
    ]

    def __init__(
        self, words: Words, painter: Painter, title: str, lines: Callable[[int], Sequence[Line]], *, scored: bool
    ) -> None:
        """`lines`: the page for a width in cells."""
        keys = own(words, "coach.keys_done" if scored else "coach.keys_open")
        super().__init__(words, painter, own(words, "coach.title", title=title), keys, role="sim")
        self._lines, self.scored = lines, scored

    def body(self) -> ComposeResult:
        yield Lines(self.painter, id="coach-text", classes="dialog-lines")

    def paint(self) -> None:
        super().paint()
        text = self.query_one("#coach-text", Lines)
        lines = self._lines(self.inner - 2)
        text.show(lines)
        text.styles.height = max(1, min(len(lines), self.size.height - 8))

    def action_scroll(self, by: int) -> None:
        self.query_one("#coach-text", Lines).scroll_relative(y=by, animate=False, force=True)

    def action_choose(self, choice: str) -> None:
        if self.scored:
            self.dismiss(choice)
