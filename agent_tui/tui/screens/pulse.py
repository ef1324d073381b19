"""Changes of data gathered into few repaints: a burst is painted once, and never right after a key."""

from __future__ import annotations

from collections.abc import Callable

from textual.screen import Screen
from textual.timer import Timer

from agent_tui.clock import monotonic

COALESCE_S = 0.1
"""Changes are painted together after this long."""
AFTER_KEY_S = 0.04
"""Nothing else is painted within this long after a key: the key's own paint goes first."""


class Pulse:
    """Calls `paint(entities)` for what changed."""

    def __init__(self, screen: Screen[None], paint: Callable[[frozenset[str]], None]) -> None:
        self._screen, self._paint = screen, paint
        self._dirty: frozenset[str] = frozenset()
        self._due: Timer | None = None

    def changed(self, entities: frozenset[str]) -> None:
        """Data changed: paint it a little later."""
        self._dirty |= entities
        if self._due is None:
            self._due = self._screen.set_timer(COALESCE_S, self._flush)

    def soon(self, entities: frozenset[str]) -> None:
        """Paint these with the next frame, together with whatever else is due."""
        if not self._dirty or self._due is not None:
            self._screen.call_after_refresh(self._now)
        self._dirty |= entities

    def _flush(self) -> None:
        wait = getattr(self._screen.app, "key_at", 0.0) + AFTER_KEY_S - monotonic()
        if wait > 0:
            self._due = self._screen.set_timer(wait, self._flush)
            return
        self._now()

    def _now(self) -> None:
        if self._due is not None:
            self._due.stop()
            self._due = None
        dirty, self._dirty = self._dirty, frozenset()
        if dirty and self._screen.is_mounted:
            self._paint(dirty)
