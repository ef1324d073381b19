"""Choose one of several: type to narrow, a digit or Enter chooses. The palette, directories and lists use it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Generic, TypeVar

import msgspec
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.widgets import Input

from agent_tui.tui import marks
from agent_tui.tui.dialogs.dialog import Dialog
from agent_tui.tui.keymap import half_width
from agent_tui.tui.line import Line, Piece, cell, crop, length, piece
from agent_tui.tui.text import clean
from agent_tui.tui.widgets.lines import Lines, Painter
from agent_tui.tui.words import Words

K = TypeVar("K")

AROUND = 9
"""Rows of the terminal that the list leaves to others: border, title, filter and keys of the box, and what is around it."""


class Item(msgspec.Struct, Generic[K], frozen=True):
    """One thing to choose."""

    value: K
    label: str
    detail: str = ""
    greyed: str = ""
    """Why it cannot be chosen; choosing it says so."""
    words: str = ""
    """Further text to find it by."""
    key: str = ""
    """Its key, printed at the right."""


def narrowed(items: Sequence[Item[K]], words: str) -> list[Item[K]]:
    """Those that hold every word: those it names exactly, then beginnings of labels, then the rest. Case and full
    width do not matter."""
    wanted = [_plain(word) for word in words.split()]

    def rank(item: Item[K]) -> int | None:
        text = _plain(f"{item.label} {item.detail} {item.words} {item.key}")
        if not all(word in text for word in wanted):
            return None
        if wanted and wanted[0] in _plain(item.words).split():
            return 0
        return 1 if wanted and _plain(item.label).startswith(wanted[0]) else 2

    ranked = [(found, at, item) for at, item in enumerate(items) if (found := rank(item)) is not None]
    return [item for _, _, item in sorted(ranked, key=lambda entry: entry[:2])]


def _plain(text: str) -> str:
    return "".join(half_width(char) for char in text).lower()


class Filter(Input):
    """The text field of a list: digits choose while it is empty, cursor keys move in the list."""

    def on_key(self, event: events.Key) -> None:
        dialog = self.screen
        if not isinstance(dialog, Pick):
            return
        character = half_width(event.character)
        if dialog.digits and not self.value and len(character) == 1 and character in "123456789":
            event.prevent_default().stop()
            dialog.choose_at(int(character) - 1)


class Pick(Dialog[K], Generic[K]):
    """The value chosen, or None."""

    BINDINGS: ClassVar = [
        Binding("escape", "back", show=False),
        Binding("down", "move(1)", show=False, priority=True),
        Binding("up", "move(-1)", show=False, priority=True),
        Binding("pagedown", "move(10)", show=False, priority=True),
        Binding("pageup", "move(-10)", show=False, priority=True),
        Binding("enter,f9", "choose", show=False, priority=True),
    ]

    def __init__(
        self,
        words: Words,
        painter: Painter,
        title: str,
        items: Sequence[Item[K]],
        *,
        digits: bool = True,
        typed: str = "",
    ) -> None:
        super().__init__(words, painter, title, words("pick.filter"))
        self.items, self.digits = list(items), digits
        self._typed, self._at = typed, 0
        self.found: list[Item[K]] = narrowed(self.items, typed)

    def body(self) -> ComposeResult:
        yield Filter(self._typed, id="pick-filter", compact=True, select_on_focus=False)
        yield Lines(self.painter, id="pick-list", classes="dialog-lines")

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self.found, self._at = narrowed(self.items, clean(event.value)), 0
        self._list()

    def paint(self) -> None:
        super().paint()
        self.query_one("#pick-list", Lines).styles.height = max(1, min(len(self.items), self.size.height - AROUND))
        self._list()

    def _list(self) -> None:
        width = self.inner
        shown = self.query_one("#pick-list", Lines)
        if not self.found:
            shown.show([(("   ", "text"), piece(self.words("pick.nothing"), "muted"))])
            return
        label = min(max(length(((item.label, ""),)) for item in self.found) + 1, width * 3 // 5)
        shown.show([self._line(at, item, width, label) for at, item in enumerate(self.found)], self._at)
        shown.reveal(self._at)

    def _line(self, at: int, item: Item[K], width: int, label: int) -> Line:
        typed = bool(self.query_one("#pick-filter", Input).value)
        digit = str(at + 1) if self.digits and not typed and at < 9 else " "
        role = "muted" if item.greyed else "text"
        key = item.key.rjust(9) if item.key else ""
        line = (
            (f" {digit} ", "key"),
            self.lead(item),
            cell(item.label, label, role),
            (" ", "text"),
            piece(item.greyed or item.detail, "muted"),
        )
        body = crop(line, width - len(key) - 1)
        return (*body, (" " * max(width - length(body) - len(key) - 1, 0), "text"), (key, "key"), (" ", "text"))

    def lead(self, item: Item[K]) -> Piece:
        """The mark before an entry."""
        return (f"{marks.DENIED if item.greyed else ' '} ", "muted")

    def action_move(self, by: int) -> None:
        if self.found:
            self._at = max(0, min(self._at + by, len(self.found) - 1))
            self._list()

    def action_choose(self) -> None:
        self.choose_at(self._at)

    def choose_at(self, at: int) -> None:
        """Choose the nth of those in sight; a greyed one answers with its reason in the title."""
        if not 0 <= at < len(self.found):
            return
        item = self.found[at]
        if item.greyed:
            self.retitle(item.greyed)
            self.app.bell()
            return
        self.dismiss(item.value)
