"""Whose desk or monitor follows the feed at this moment: the streams that are open, and the last one of a person for a
while after it ended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from agent_tui.clock import monotonic

LIMIT_S = 15.0
"""Real seconds without a stream after which nobody sits there any more: three beats."""


class Screens:
    """Of this process, in its memory; a person may have several."""

    def __init__(self) -> None:
        self._open: Counter[str] = Counter()
        self._gone: dict[str, float] = {}
        self._left: set[str] = set()

    @contextmanager
    def follows(self, agent_id: str) -> Iterator[None]:
        """For as long as one stream of a person lasts."""
        self._left.discard(agent_id)
        self._open[agent_id] += 1
        try:
            yield
        finally:
            self._open[agent_id] -= 1
            if not self._open[agent_id]:
                del self._open[agent_id]
                self._end(agent_id)

    def _end(self, agent_id: str) -> None:
        if agent_id in self._left:
            self._left.discard(agent_id)
        else:
            self._gone[agent_id] = monotonic()

    def leave(self, agent_id: str) -> None:
        """They signed out: nothing of theirs is waited for."""
        self._gone.pop(agent_id, None)
        if agent_id in self._open:
            self._left.add(agent_id)

    def now(self) -> frozenset[str]:
        """Everybody with a stream, or with one that ended less than LIMIT_S ago."""
        since = monotonic() - LIMIT_S
        self._gone = {id: at for id, at in self._gone.items() if at > since}
        return (frozenset(self._open) | frozenset(self._gone)) - self._left
