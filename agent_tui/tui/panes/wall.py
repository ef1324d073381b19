"""The panes of the supervisor's wall: titles of their own, lines that scroll, people one can choose."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding

from agent_tui.tui.line import Line
from agent_tui.tui.panes.pane import Pane, ScrolledLines
from agent_tui.tui.panes.wall_lines import own
from agent_tui.tui.widgets.lines import Lines, Painter
from agent_tui.tui.words import Words


class WallPane(Pane):
    """Lines under a heading from `monitor.toml`."""

    def __init__(self, name: str, key: str, words: Words, painter: Painter) -> None:
        self.name_key, self.key = name, key
        super().__init__(words, painter)

    def heading(self) -> str:
        return own(self.words, self.name_key)

    def body(self) -> ComposeResult:
        yield ScrolledLines(self.painter, id=f"{self.name_key}-lines")

    @property
    def lines(self) -> Lines:
        return self.query_one(f"#{self.name_key}-lines", Lines)

    @property
    def room(self) -> tuple[int, int]:
        """Cells and lines for the body."""
        return max(self.lines.size.width, 20), max(self.lines.size.height, 3)

    def show(self, lines: Sequence[Line], info: str = "", right: str = "") -> None:
        self.lines.show(lines)
        self.title(info, right)


class Chooser(Lines, can_focus=True):
    """Lines of which one is chosen by the cursor keys."""

    BINDINGS: ClassVar = [
        Binding("down", "move(1)", show=False),
        Binding("up", "move(-1)", show=False),
        Binding("pagedown", "move(10)", show=False),
        Binding("pageup", "move(-10)", show=False),
        Binding("home", "move(-9999)", show=False),
        Binding("end", "move(9999)", show=False),
    ]

    def action_move(self, by: int) -> None:
        if self.lines:
            self.show(self.lines, max(0, min((self.cursor or 0) + by, len(self.lines) - 1)))
            self.reveal(self.cursor or 0)


class PeoplePane(WallPane):
    """People by state; the chosen one is followed when the order changes."""

    def __init__(self, key: str, words: Words, painter: Painter) -> None:
        super().__init__("people", key, words, painter)
        self._ids: list[str] = []

    def body(self) -> ComposeResult:
        yield Chooser(self.painter, id="people-lines")

    @property
    def chosen(self) -> str | None:
        """The person under the cursor."""
        at = self.lines.cursor
        return self._ids[at] if at is not None and at < len(self._ids) else None

    def show_people(self, ids: Sequence[str], lines: Sequence[Line], info: str, right: str) -> None:
        before = self.chosen
        self._ids = list(ids)
        at = self._ids.index(before) if before in self._ids else 0
        self.lines.show(lines, at if ids else None)
        self.title(info, right)
