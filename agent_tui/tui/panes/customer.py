"""The customer pane: the whole customer, scrolling."""

from __future__ import annotations

from textual.app import ComposeResult

from agent_tui.tui.line import Line
from agent_tui.tui.panes.pane import Pane, ScrolledLines


class CustomerPane(Pane):
    name_key, key = "customer", "F4"

    def body(self) -> ComposeResult:
        yield ScrolledLines(self.painter, id="customer-lines")

    @property
    def shown(self) -> ScrolledLines:
        return self.query_one("#customer-lines", ScrolledLines)

    @property
    def width(self) -> int:
        """Cells for a line."""
        return self.shown.size.width

    def show(self, lines: list[Line], info: str, right: str, *, other: bool = False) -> None:
        """Paint a customer; `other` says it is another one than before, so reading begins at the top."""
        if other:
            self.shown.scroll_to(y=0, animate=False, force=True)
        self.shown.show(lines)
        self.title(info, right)
