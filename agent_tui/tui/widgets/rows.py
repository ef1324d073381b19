"""The virtual list: any number of rows, of which only a window around the screen is ever read.

Moving the cursor repaints two lines. When data changes the cursor stays on its row (by id) and on its place on the
screen, and only lines that read differently are painted again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar, Generic, Protocol, TypeVar

from textual import events
from textual.binding import Binding
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip

from agent_tui.tui.line import EMPTY, Line
from agent_tui.tui.widgets.lines import Lines, Painter


class Row(Protocol):
    """Anything with an id of its own."""

    @property
    def id(self) -> str: ...


R = TypeVar("R", bound=Row)
Fetch = Callable[[int, int], tuple[int, Sequence[R]]]
"""(offset, limit) → (how many there are in all, the rows of the window)."""


class Rows(Lines, Generic[R], can_focus=True):
    """Cursor keys move; `Chosen` is posted on Enter."""

    BINDINGS: ClassVar = [
        Binding("down", "move(1)", show=False),
        Binding("up", "move(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("home", "edge(0)", show=False),
        Binding("end", "edge(1)", show=False),
        Binding("enter", "choose", show=False),
    ]

    class Chosen(Message):
        """The person pressed Enter on a row."""

        def __init__(self, rows: Rows[R], row: R) -> None:
            super().__init__()
            self.rows, self.row = rows, row

    def __init__(
        self, painter: Painter, fetch: Fetch[R], paint: Callable[[R, int], Line], *, id: str | None = None
    ) -> None:
        super().__init__(painter, id=id)
        self._fetch, self._paint = fetch, paint
        self.total, self.first = 0, 0
        self.window: list[R] = []
        self._painted: dict[int, Line] = {}
        self.cursor = 0

    # ---- reading ---------------------------------------------------------------------------------------------------

    @property
    def row(self) -> R | None:
        """The row under the cursor."""
        return self.at(self.cursor or 0)

    def at(self, index: int) -> R | None:
        """The row of that index, read if it lies outside the window."""
        if not 0 <= index < self.total:
            return None
        if not self.first <= index < self.first + len(self.window):
            self._read(index)
        place = index - self.first
        return self.window[place] if 0 <= place < len(self.window) else None

    def _read(self, around: int) -> None:
        """Read a window of three screens around `around`."""
        height = max(self.size.height, 20)
        self.first = max(0, around - height)
        self.total, rows = self._fetch(self.first, 3 * height)
        self.window = list(rows)

    def reload(self) -> None:
        """Data changed: read the window again, keep the cursor on its row, repaint lines that differ."""
        held, cursor = self.row, self.cursor or 0
        before = self.total
        self._read(self.scroll_offset.y)
        if self.total != before:
            self.virtual_size = Size(0, self.total)
        self._follow(held, cursor)
        self.repaint_changed()

    def _follow(self, held: R | None, cursor: int) -> None:
        if held is not None:
            place = next((i for i, row in enumerate(self.window) if row.id == held.id), None)
            if place is not None:
                self._keep_place(cursor, self.first + place)
                return
        self.cursor = min(cursor, max(self.total - 1, 0))

    def _keep_place(self, old: int, new: int) -> None:
        """The row moved from `old` to `new`: scroll with it, unless the list stands at its beginning."""
        self.cursor = new
        top = self.scroll_offset.y
        if new != old and top:
            limit = max(0, self.total - self.size.height)
            self.scroll_to(y=max(0, min(top + new - old, limit)), animate=False, force=True)
        if self.size.height:
            self.reveal(new)

    def repaint_changed(self) -> None:
        """Paint again what reads differently now: after data, and once a second for waiting times."""
        top = self.scroll_offset.y
        for index in range(top, top + self.size.height):
            if self._painted.get(index) != self._line(index):
                self.repaint(index)

    def repaint_all(self) -> None:
        """Everything reads differently: another language, width or theme."""
        self._painted.clear()
        self.refresh()

    # ---- painting --------------------------------------------------------------------------------------------------

    def _line(self, index: int) -> Line:
        row = self.at(index)
        return self._paint(row, self.size.width) if row is not None else EMPTY

    def render_line(self, y: int) -> Strip:
        index = y + self.scroll_offset.y
        line = self._painted[index] = self._line(index)
        if len(self._painted) > 400:
            self._painted = {index: line}
        over = self.over() if index == self.cursor and line else ""
        return self.painter.strip(line, self.size.width, over)

    def on_resize(self, event: events.Resize) -> None:
        self._painted.clear()
        self._read(self.scroll_offset.y)
        self.virtual_size = Size(0, self.total)

    def on_focus(self) -> None:
        self.repaint(self.cursor or 0)

    def on_blur(self) -> None:
        self.repaint(self.cursor or 0)

    # ---- keys ------------------------------------------------------------------------------------------------------

    def go(self, index: int) -> None:
        """Put the cursor on `index`, repainting two lines."""
        index = max(0, min(index, self.total - 1))
        old, self.cursor = self.cursor or 0, index
        if index == old:
            return
        self.repaint(old)
        self.repaint(index)
        self.reveal(index)

    def action_move(self, by: int) -> None:
        self.go((self.cursor or 0) + by)

    def action_page(self, by: int) -> None:
        self.go((self.cursor or 0) + by * max(self.size.height - 1, 1))

    def action_edge(self, end: int) -> None:
        self.go(self.total - 1 if end else 0)

    def action_choose(self) -> None:
        row = self.row
        if row is not None:
            self.post_message(self.Chosen(self, row))
