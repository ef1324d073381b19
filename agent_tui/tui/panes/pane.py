"""A pane: a title line and a body. The focused one carries a mark as well as a colour."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.events import DescendantBlur, DescendantFocus

from agent_tui.tui import marks
from agent_tui.tui.line import Line, joined, piece, spread
from agent_tui.tui.widgets.lines import Bar, Lines, Painter
from agent_tui.tui.words import Words


class ScrolledLines(Lines, can_focus=True):
    """Lines to read: the cursor keys scroll, there is no cursor."""

    BINDINGS: ClassVar = [
        Binding("down", "scroll(1)", show=False),
        Binding("up", "scroll(-1)", show=False),
        Binding("pagedown,space", "scroll_page(1)", show=False),
        Binding("pageup", "scroll_page(-1)", show=False),
        Binding("home", "scroll_edge(0)", show=False),
        Binding("end", "scroll_edge(1)", show=False),
    ]

    def action_scroll(self, by: int) -> None:
        self.scroll_relative(y=by, animate=False, force=True)

    def action_scroll_page(self, by: int) -> None:
        self.scroll_relative(y=by * max(self.size.height - 1, 1), animate=False, force=True)

    def action_scroll_edge(self, end: int) -> None:
        self.scroll_to(y=len(self.lines) if end else 0, animate=False, force=True)


class Pane(Vertical):
    """Subclasses yield their body; `title` paints the line above it."""

    name_key = ""
    """`tui.pane.<name_key>`; also the word in the hint bar's keys."""
    key = ""
    """The key that leads here, printed."""

    def __init__(self, words: Words, painter: Painter) -> None:
        super().__init__(id=f"pane-{self.name_key}", classes="pane")
        self.words, self.painter = words, painter
        self._info, self._right = "", ""
        self.reachable = True
        """Whether there is anything to turn to."""
        self.focused = False

    def compose(self) -> ComposeResult:
        yield Bar(self.painter, classes="bar pane-title")
        yield from self.body()

    def body(self) -> ComposeResult:
        """The widgets below the title."""
        yield from ()

    def heading(self) -> str:
        """The name of the pane."""
        return self.words(f"pane.{self.name_key}")

    def title(self, info: str = "", right: str = "") -> None:
        """What stands beside the name, and at the right end."""
        self._info, self._right = info, right
        self.paint_title()

    def paint_title(self) -> None:
        bar = self.query_one(".pane-title", Bar)
        bar.put(self._title(bar.size.width or self.size.width))

    def _title(self, width: int) -> Line:
        role = "title_focus" if self.focused else "title"
        mark = marks.CHOSEN if self.focused else " "
        name = self.heading()
        left = joined(
            [(piece(f"{mark}", role), piece(f" {self.key} {name}", role)), (piece(self._info, role),)],
            ("  ", role),
            width,
        )
        right: Line = (piece(self._right or self._pages(), role), (" ", role))
        return spread(left, right, width, role)

    def _pages(self) -> str:
        """Where panes are pages: the keys of the others, so that nobody forgets they are there."""
        if not self.screen.has_class("-pages"):
            return ""
        others = [pane for pane in self.screen.query(Pane) if pane is not self and pane.reachable]
        return "  ".join(f"{pane.key} {pane.heading()}" for pane in others)

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        self.focused = True
        self.paint_title()

    def on_descendant_blur(self, event: DescendantBlur) -> None:
        self.focused = False
        self.paint_title()

    def on_resize(self) -> None:
        self.call_after_refresh(self.paint_title)

    def enter(self) -> None:
        """Take the focus."""
        for widget in self.query(Lines):
            if widget.can_focus:
                widget.focus(scroll_visible=False)
                return
