"""After the leader key: which letters there are. A letter does it; the cursor and Enter too, for who has the input
method on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding

from agent_tui.desk.commands import GROUPS, DeskCommand
from agent_tui.i18n.message import Msg
from agent_tui.tui import marks
from agent_tui.tui.dialogs.dialog import Dialog
from agent_tui.tui.keymap import half_width
from agent_tui.tui.line import Line, cell, piece
from agent_tui.tui.widgets.lines import Lines, Painter
from agent_tui.tui.words import Words

_CELLS = 19
"""Of a label; three columns then fit into the box at 80 columns."""


_LEAST = 16
"""Cells of the narrowest column."""
_FRAME = 8
"""Lines around the letters: border, title, keys, and the bars that stay in sight below."""


class Leader(Dialog[str]):
    """The id of the command chosen, or None."""

    BINDINGS: ClassVar = [
        Binding("f2", "back", show=False),
        Binding("down", "move(1)", show=False),
        Binding("up", "move(-1)", show=False),
        Binding("right,pagedown", "move(10)", show=False),
        Binding("left,pageup", "move(-10)", show=False),
        Binding("enter", "choose", show=False),
    ]

    def __init__(
        self, words: Words, painter: Painter, commands: Mapping[str, DeskCommand], greyed: Mapping[str, Msg]
    ) -> None:
        super().__init__(words, painter, words("pick.leader"), words("help.ime"))
        ordered = sorted(
            commands.values(), key=lambda command: (GROUPS.index(command.group), command.leader.isupper())
        )
        self.commands, self.greyed = ordered, greyed
        self._letters = dict(commands)
        self._at = -1

    def body(self) -> ComposeResult:
        yield Lines(self.painter, id="leader-list", classes="dialog-lines")

    def paint(self) -> None:
        super().paint()
        lines = self._grid(self.inner)
        shown = self.query_one("#leader-list", Lines)
        shown.styles.height = min(len(lines), max(self.size.height - 4, 1))
        shown.show(lines)

    def _columns(self, width: int, entries: int) -> int:
        """Columns of full labels, or as many narrower ones as it takes to keep every letter in sight."""
        count, lines = max(1, width // (_CELLS + 5)), max(self.size.height - _FRAME, 1)
        return max(count, min(-(-entries // lines), width // _LEAST))

    def _entries(self) -> list[int | str]:
        """Headings and places of commands, in order."""
        found: list[int | str] = []
        for at, command in enumerate(self.commands):
            if at == 0 or command.group != self.commands[at - 1].group:
                found.append(command.group)
            found.append(at)
        return found

    def _grid(self, width: int) -> list[Line]:
        entries = self._entries()
        count = self._columns(width, len(entries))
        cells = width // count - 5
        height = -(-len(entries) // count)
        lines: list[Line] = []
        for row in range(height):
            line: Line = ()
            for entry in entries[row::height]:
                line = (
                    *line,
                    *(self._entry(entry, cells) if isinstance(entry, int) else self._heading(entry, cells)),
                )
            lines.append(line)
        return lines

    def _heading(self, group: str, cells: int) -> Line:
        return (cell(f" {self.words.heading(group)}", cells + 5, "accent"),)

    def _entry(self, at: int, cells: int) -> Line:
        command = self.commands[at]
        grey = command.id in self.greyed
        label = "cursor" if at == self._at else "muted" if grey else "text"
        return (
            piece(f" {command.leader} ", "muted" if grey else "key"),
            (f"{marks.DENIED if grey else ' '} ", "muted"),
            cell(self.words.label(command.id), cells, label),
        )

    def on_key(self, event: events.Key) -> None:
        letter = half_width(event.character)
        command = self._letters.get(letter) if letter else None
        if command:
            event.stop()
            self.dismiss(command.id)

    def action_move(self, by: int) -> None:
        self._at = (self._at + by) % len(self.commands)
        self.query_one("#leader-list", Lines).show(self._grid(self.inner))

    def action_choose(self) -> None:
        if self._at >= 0:
            self.dismiss(self.commands[self._at].id)
