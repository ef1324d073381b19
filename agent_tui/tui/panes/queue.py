"""The queue pane: calls and tickets in the order of service, any number of them."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult

from agent_tui.desk.door import Door
from agent_tui.desk.views import QueueRow, QueueRows
from agent_tui.tui.line import Line
from agent_tui.tui.panes.pane import Pane
from agent_tui.tui.panes.queue_lines import KINDS, QueueText
from agent_tui.tui.widgets.lines import Painter
from agent_tui.tui.widgets.rows import Rows
from agent_tui.tui.words import Words


class QueuePane(Pane):
    name_key, key = "queue", "F3"

    def __init__(self, words: Words, painter: Painter, door: Door, text: QueueText) -> None:
        super().__init__(words, painter)
        self._door, self.text = door, text
        self.kind = KINDS[0]
        self.right = ""
        self.begin_at = 0
        """The row that is chosen at first."""
        self._known = True

    def body(self) -> ComposeResult:
        rows = Rows(self.painter, self._fetch, self._paint, id="queue-rows")
        rows.cursor = self.begin_at
        yield rows

    @property
    def rows(self) -> Rows[QueueRow]:
        return self.query_one("#queue-rows", Rows)

    def _fetch(self, offset: int, limit: int) -> tuple[int, Sequence[QueueRow]]:
        page = self._door.view(QueueRows(offset=offset, limit=limit, kind=self.kind))
        self._known = page.known
        return page.total, page.rows

    def _paint(self, row: QueueRow, width: int) -> Line:
        return self.text.line(row, width)

    def narrow(self, kind: str) -> None:
        """Show one kind of rows."""
        self.kind = kind
        rows = self.rows
        rows.cursor = 0
        rows.scroll_to(y=0, animate=False, force=True)
        self.update()

    def update(self) -> None:
        """Data changed."""
        self.rows.reload()
        count = self.words("rows", count=f"{self.rows.total:,}")
        shown = "" if self.kind == "all" else self.words.of("kind", self.kind)
        nothing = self.words("empty.queue" if self._known else "empty.queue_unknown")
        info = f"{shown} {count}".strip() if self.rows.total else nothing
        self.title(info, self.right)

    def enter(self) -> None:
        self.rows.focus(scroll_visible=False)
