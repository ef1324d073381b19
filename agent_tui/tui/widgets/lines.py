"""The one way lines reach the screen: a scrolling widget that paints a sequence of lines and repaints what changed."""

from __future__ import annotations

from collections.abc import Sequence

from rich.segment import Segment
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from agent_tui.tui.line import EMPTY, Line
from agent_tui.tui.marks import CHOSEN
from agent_tui.tui.themes import Ink

_CACHE = 512


class Painter:
    """Lines to strips, with the strips of recent lines kept."""

    def __init__(self, ink: Ink) -> None:
        self.ink = ink
        self._strips: dict[tuple[Line, int, str], Strip] = {}

    def wear(self, ink: Ink) -> None:
        """Another theme."""
        self.ink = ink
        self._strips.clear()

    def strip(self, line: Line, width: int, over: str = "") -> Strip:
        """`line` as exactly `width` cells; `over` is a role that covers the whole line (the cursor)."""
        key = (line, width, over)
        found = self._strips.get(key)
        if found is None:
            if len(self._strips) >= _CACHE:
                self._strips.clear()
            cover = self.ink[over] if over else None
            if over and line and line[0][0].startswith(" "):
                # The chosen line carries a mark as well as a colour.
                line = ((CHOSEN + line[0][0][1:], line[0][1]), *line[1:])
            segments = [Segment(text, cover or self.ink[role]) for text, role in line]
            ground = cover or (self.ink[line[-1][1]] if line and _has_own_ground(line[-1][1]) else self.ink.ground)
            found = self._strips[key] = Strip(segments).adjust_cell_length(width, ground).simplify()
        return found


def _has_own_ground(role: str) -> bool:
    """Bars are filled to the end in their own background."""
    return role.startswith(("bar", "title", "offer", "sim"))


class Lines(ScrollView, can_focus=False):
    """Paints lines. `show` compares them with what is there and repaints the difference only."""

    def __init__(self, painter: Painter, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.painter = painter
        self.lines: tuple[Line, ...] = ()
        self.cursor: int | None = None
        self.show_horizontal_scrollbar = False

    def show(self, lines: Sequence[Line], cursor: int | None = None) -> None:
        """Make `lines` what is seen; `cursor` is the line painted as chosen."""
        before, self.lines = self.lines, tuple(lines)
        moved = {self.cursor, cursor} - {None} if cursor != self.cursor else set()
        self.cursor = cursor
        if len(before) != len(self.lines):
            self.virtual_size = Size(0, len(self.lines))
        for at in range(max(len(before), len(self.lines))):
            old = before[at] if at < len(before) else EMPTY
            new = self.lines[at] if at < len(self.lines) else EMPTY
            if old != new or at in moved:
                self.repaint(at)

    def repaint(self, at: int) -> None:
        """Paint one line again, if it is in sight."""
        y = at - self.scroll_offset.y
        if 0 <= y < self.size.height:
            self.refresh(Region(0, y, self.size.width, 1))

    def reveal(self, at: int) -> None:
        """Scroll so that line `at` is seen; half a page at the edge, so that few keys scroll at all."""
        top, height = self.scroll_offset.y, max(self.size.height, 1)
        if top <= at < top + height:
            return
        wanted = at - height // 2
        self.scroll_to(
            y=max(0, min(wanted, max(len(self.lines), self.virtual_size.height) - height)), animate=False, force=True
        )

    def render_line(self, y: int) -> Strip:
        at = y + self.scroll_offset.y
        line = self.lines[at] if at < len(self.lines) else EMPTY
        over = "" if at != self.cursor or at >= len(self.lines) else self.over()
        return self.painter.strip(line, self.size.width, over)

    def over(self) -> str:
        """Role of the chosen line."""
        return "cursor" if self.has_focus else "cursor_idle"


class Bar(Lines):
    """A single line."""

    def put(self, line: Line) -> None:
        """Make `line` what is seen."""
        self.show((line,))
