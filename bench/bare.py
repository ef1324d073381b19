"""The reference: a bare Textual app with the desk's empty panes, and with `--list N` one virtual list of made-up rows."""

from __future__ import annotations

import sys
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widgets import Static


class Rows(ScrollView, can_focus=True):
    """A virtual list that fetches nothing: what the widget itself costs."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("down", "go(1)"), Binding("up", "go(-1)")]

    def __init__(self, count: int) -> None:
        super().__init__()
        self.count = count
        self.cursor = 0
        self.virtual_size = Size(100, count)

    def render_line(self, y: int) -> Strip:
        index = y + self.scroll_offset.y
        style = Style(reverse=index == self.cursor)
        text = f"{index:06d} phone waiting 00:12 standard cards".ljust(self.size.width)
        return Strip([Segment(text, style)]).crop(0, self.size.width)

    def action_go(self, by: int) -> None:
        before, self.cursor = self.cursor, max(0, min(self.count - 1, self.cursor + by))
        if not self.scroll_offset.y <= self.cursor < self.scroll_offset.y + self.size.height:
            self.scroll_to_region(Region(0, self.cursor, 1, 1), animate=False, force=True)
        self.refresh_line(before - self.scroll_offset.y)
        self.refresh_line(self.cursor - self.scroll_offset.y)


class Bare(App[None]):
    ENABLE_COMMAND_PALETTE = False
    CSS = "Horizontal {height: 1fr} Horizontal > * {width: 1fr; border: solid gray}"

    def compose(self) -> ComposeResult:
        count = int(sys.argv[2]) if len(sys.argv) > 2 else 0
        with Horizontal():
            yield Rows(count) if count else Static("usable")
            yield Static("")
        with Horizontal():
            yield Static("")
            yield Static("")
        yield Static("status")

    def on_mount(self) -> None:
        for rows in self.query(Rows):
            rows.focus()


if __name__ == "__main__":
    Bare().run()
