"""A window of an ordered list of any length: from the nearest place already known, or from the nearer end."""

from __future__ import annotations

from typing import Any

from agent_tui.store.cache import Cache
from agent_tui.store.place import floor

Line = tuple[int, int, str, bytes]
"""place, row number, entity, body."""

_MARKS = 64


class Window:
    """One list of the queue pane, `low` ≤ place < `high`."""

    def __init__(self, cache: Cache, low_list: int, high_list: int) -> None:
        self._cache = cache
        self._low, self._high = floor(low_list), floor(high_list + 1)
        self._lists = range(low_list, high_list + 1)
        self._revision = -1
        self._total = 0
        self._marks: dict[int, tuple[int, int]] = {}

    def total(self) -> int:
        """How many rows the list has."""
        self._fresh()
        return self._total

    def lines(self, offset: int, limit: int) -> list[Line]:
        """Rows `offset` to `offset + limit` in order."""
        self._fresh()
        limit = max(0, min(limit, self._total - offset))
        if limit == 0:
            return []
        before = max((mark for mark in self._marks if mark <= offset), default=0)
        after_window = self._total - offset - limit
        if after_window < offset - before:
            rows = self._cache.all("window_up", self._low, self._high, limit, after_window)
            rows.reverse()
        elif before:
            place, n = self._marks[before]
            rows = self._cache.all("window_after", place, n, self._high, limit, offset - before)
        else:
            rows = self._cache.all("window_down", self._low, self._high, limit, offset)
        self._remember(offset, rows)
        return [(row[0], row[1], row[2], row[3]) for row in rows]

    def _remember(self, offset: int, rows: list[tuple[Any, ...]]) -> None:
        if len(self._marks) >= _MARKS:
            self._marks.clear()
        if rows:
            self._marks[offset + 1] = (rows[0][0], rows[0][1])
            self._marks[offset + len(rows)] = (rows[-1][0], rows[-1][1])

    def _fresh(self) -> None:
        if self._revision != self._cache.order_revision:
            self._revision = self._cache.order_revision
            self._marks.clear()
            self._total = sum(n for list_, _, n in self._cache.all("tally") if list_ in self._lists)
