"""The queue pane's lines: one for each contact or ticket, columns by the width there is. Pure."""

from __future__ import annotations

from datetime import datetime

import msgspec

from agent_tui.desk.views import QueueRow
from agent_tui.tui import marks
from agent_tui.tui.line import Line, cell, crop, length, piece
from agent_tui.tui.words import Words

KINDS = ("all", "waiting", "mine", "tickets", "history")
"""What the list may be narrowed to (`views.QueueRows.kind`), in the order of the key."""


class Columns(msgspec.Struct, frozen=True):
    """Cells of each column; 0 leaves it out. Widths differ by language so that words stand whole."""

    state: int
    wait: int
    tier: int
    channel: int
    name: int
    group: int
    subject: int


_WORDS = {"zh": (6, 4, 4), "ja": (8, 8, 8), "en": (9, 8, 6)}
"""Language → cells of state, tier and channel."""


def columns(width: int, language: str) -> Columns:
    """How a line of `width` is divided; the subject takes what is left, the group comes when there is room."""
    state, tier, channel = _WORDS.get(language, _WORDS["en"])
    name = 8 if width < 90 else 14
    group = 0 if width < 90 else 12
    fixed = 3 + state + 1 + 6 + 2 + tier + 1 + channel + 1 + name + 1 + (group + 1 if group else 0)
    return Columns(state, 6, tier, channel, name, group, max(width - fixed, 0))


class QueueText:
    """Paints rows: knows the language, the names of groups and the time."""

    def __init__(self, words: Words, groups: dict[str, str], now: datetime) -> None:
        self.words, self.groups, self.now = words, groups, now

    def line(self, row: QueueRow, width: int) -> Line:
        """One row as a line of `width`."""
        cols = columns(width, self.words.language)
        mark, role = marks.CONTACT.get(row.state, (" ", "text"))
        late = (
            row.due is not None and row.due <= self.now and row.state in ("queued", "alerting", "open", "in_progress")
        )
        wait_role = "bad" if late else "text"
        line = (
            (" ", "text"),
            (marks.WAITING_FOR_SERVER if row.pending else mark, "accent" if row.pending else role),
            (" ", "text"),
            cell(self._state(row), cols.state, "strong" if row.mine else role),
            (" ", "text"),
            cell(self.words.span((self.now - row.since).total_seconds()), cols.wait, wait_role, "right"),
            ("! " if late else "  ", wait_role),
            cell(self.words.of("tier", row.tier), cols.tier, marks.TIER.get(row.tier, "text")),
            (" ", "text"),
            cell(self._channel(row), cols.channel, "text"),
            (" ", "text"),
            cell(row.name or row.caller or self.words("unknown_caller"), cols.name, "strong" if row.mine else "text"),
            (" ", "text"),
        )
        return (*line, *self._rest(row, cols))

    def _rest(self, row: QueueRow, cols: Columns) -> Line:
        group = (
            (cell(self.groups.get(row.group, row.group), cols.group, "muted"), (" ", "text")) if cols.group else ()
        )
        before = self._before(row)
        left = cols.subject - length(before)
        subject = (*before, cell(row.subject, left, "text")) if left > 0 else crop(before, cols.subject)
        return (*group, *subject)

    def _before(self, row: QueueRow) -> Line:
        """Before the subject: who has a ticket in hand, which a narrow pane must not cut off, and the level of a complaint."""
        said = self.words.of("complaint_level", row.level)
        level = (piece(said, marks.COMPLAINT.get(row.level, "text")), (" ", "text")) if said else ()
        handler = (piece(self.words("in_hand", who=row.handler), "accent"), (" ", "text")) if row.handler else ()
        return (*handler, *level)

    def _state(self, row: QueueRow) -> str:
        table = "contact_state" if row.kind == "contact" else "ticket_state"
        return self.words.of(table, row.state)

    def _channel(self, row: QueueRow) -> str:
        return self.words.of("channel" if row.kind == "contact" else "ticket_kind", row.channel)
