"""Search: results as one types, each with the reason why it was found; Enter opens the chosen one.

A key typed while a search is due replaces it: what is no longer asked is never looked up, and typing never waits.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.timer import Timer
from textual.widgets import Input

from agent_tui.desk.found import Found, FoundItem
from agent_tui.tui.dialogs.dialog import Dialog
from agent_tui.tui.line import piece, spread
from agent_tui.tui.panes.found_lines import LINES_EACH, found_lines, own
from agent_tui.tui.text import clean
from agent_tui.tui.widgets.lines import Bar, Lines, Painter
from agent_tui.tui.words import Words

AFTER_S = 0.025
"""A search starts this long after the last key: a burst of keys is one search."""
AROUND = 9
"""Rows that the results leave to others: border, title, the field, keys, and the bars around the box."""
AGAIN_S = 1.0
"""While rows are still being indexed, the same search is made again."""


class Search(Dialog[FoundItem]):
    """The item chosen, or None."""

    BINDINGS: ClassVar = [
        Binding("escape", "back", show=False, priority=True),
        Binding("down", "move(1)", show=False, priority=True),
        Binding("up", "move(-1)", show=False, priority=True),
        Binding("pagedown", "move(5)", show=False, priority=True),
        Binding("pageup", "move(-5)", show=False, priority=True),
        Binding("enter,f9", "choose", show=False, priority=True),
    ]

    def __init__(self, words: Words, painter: Painter, look: Callable[[str], Found], typed: str = "") -> None:
        """`look(typed)` finds; it is called on the event loop and must be quick."""
        super().__init__(words, painter, own(words, "search.title"), own(words, "search.keys"))
        self._look, self._typed = look, typed
        self._due: Timer | None = None
        self._at = 0
        self._asked: str | None = None
        self.found = Found(items=())
        self.searches = 0
        """How often was looked up, for tests."""

    def body(self) -> ComposeResult:
        yield Input(self._typed, id="search-typed", compact=True, select_on_focus=False)
        yield Lines(self.painter, id="search-list", classes="dialog-lines")

    @property
    def typed(self) -> str:
        return clean(self.query_one("#search-typed", Input).value)

    def on_mount(self) -> None:
        super().on_mount()
        self.set_interval(AGAIN_S, self._again)
        self._soon()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._soon()

    def _soon(self) -> None:
        if self._due is not None:
            self._due.stop()
        self._due = self.set_timer(AFTER_S, self._search)

    def _again(self) -> None:
        if self.found.waiting:
            self._asked = None
            self._search()

    def _search(self) -> None:
        """Look up what stands there now, unless it has just been looked up."""
        if self._due is not None:
            self._due.stop()
            self._due = None
        typed = self.typed
        if typed == self._asked:
            return
        self._at = 0 if self._asked is not None or not self.found.items else self._at
        self._asked = typed
        self.searches += 1
        self.found = self._look(typed)
        self._show()

    # ---- painting --------------------------------------------------------------------------------------------------

    def paint(self) -> None:
        super().paint()
        room = max(self.size.height - AROUND, LINES_EACH)
        self.query_one("#search-list", Lines).styles.height = room - room % LINES_EACH
        self._show()

    def _show(self) -> None:
        width, shown = self.inner, self.query_one("#search-list", Lines)
        self._at = max(0, min(self._at, len(self.found.items) - 1))
        lines = found_lines(self.found, self.typed, self.words, width)
        above = len(lines) - len(self.found.items) * LINES_EACH
        at = above + self._at * LINES_EACH
        shown.show(lines, at if self.found.items else None)
        if self.found.items:
            shown.reveal(at + LINES_EACH - 1)
            shown.reveal(at if self._at else 0)
        self._count(width)

    def _count(self, width: int) -> None:
        """How many were found, and how many cannot be found yet."""
        said = own(self.words, "search.count", count=len(self.found.items)) if self.found.items else ""
        if self.found.waiting:
            said = own(self.words, "search.indexing", count=self.found.waiting)
        left = ((" ", self._role), piece(self._title, self._role))
        right = (piece(said, self._role), (" ", self._role)) if said else ()
        self.query_one(".dialog-title", Bar).put(spread(left, right, width, self._role))

    # ---- keys ------------------------------------------------------------------------------------------------------

    def action_move(self, by: int) -> None:
        if self.found.items:
            self._at = max(0, min(self._at + by, len(self.found.items) - 1))
            self._show()

    def action_choose(self) -> None:
        """Enter may come before the search for the last key: then it is made first."""
        self._search()
        if self.found.items:
            self.dismiss(self.found.items[self._at])
        else:
            self.app.bell()
