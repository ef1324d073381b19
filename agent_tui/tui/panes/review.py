"""The reviews' pane of the monitor: how far the centre is, and the acts to look at; Enter opens one."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.message import Message

from agent_tui.desk.review_views import ReviewBoard
from agent_tui.tui.line import Line, folded
from agent_tui.tui.panes import review_lines
from agent_tui.tui.panes.wall import Chooser, WallPane
from agent_tui.tui.panes.wall_lines import own
from agent_tui.tui.widgets.lines import Lines, Painter
from agent_tui.tui.words import Words


class Opened(Message):
    """The act under the cursor is to be opened."""


class ReviewList(Chooser):
    """Acts to look at, one a line."""

    BINDINGS: ClassVar = [Binding("enter", "open", show=False)]

    def action_open(self) -> None:
        self.post_message(Opened())


class ReviewPane(WallPane):
    """The chosen act is followed when the order changes."""

    def __init__(self, key: str, words: Words, painter: Painter) -> None:
        super().__init__("reviews", key, words, painter)
        self._ids: list[str] = []
        self._shown: tuple[ReviewBoard, str] | None = None

    def on_resize(self) -> None:
        """Its first size comes after its first rows."""
        super().on_resize()
        if self._shown is not None:
            self.call_after_refresh(self.show_board, *self._shown)

    def body(self) -> ComposeResult:
        yield Lines(self.painter, id="reviews-head")
        yield ReviewList(self.painter, id="reviews-lines")

    @property
    def chosen(self) -> str | None:
        """The act under the cursor."""
        at = self.lines.cursor
        return self._ids[at] if at is not None and at < len(self._ids) else None

    def show_board(self, board: ReviewBoard, right: str) -> None:
        """Paint the heading and the list."""
        self._shown = (board, right)
        width, _ = self.room
        before = self.chosen
        self._ids = [row.id for row in board.rows]
        head = [*review_lines.head(board, self.words, width), review_lines.list_head(self.words, width)]
        top = self.query_one("#reviews-head", Lines)
        top.styles.height = len(head)
        top.show(head)
        lines: list[Line] = [review_lines.row(row, self.words, width) for row in board.rows]
        empty = folded(review_lines.own(self.words, "empty"), width, "muted", ((" ", "text"),))
        at = self._ids.index(before) if before in self._ids else 0
        self.lines.show(lines or empty, at if lines else None)
        self.title(own(self.words, "to_review", count=board.judge) if board.judge else "", right)
