"""How many requests one session may send: a bucket for each, filled again as time passes. In memory, for this process.

Desks send a few requests a minute and a burst after an outage; what empties a bucket is a program out of order. Streams
count once, when they are opened.
"""

from __future__ import annotations

from agent_tui.clock import monotonic

BURST_S = 20.0
"""Seconds of the usual rate that may come at once."""
FOR_LINKS = 40.0
"""A link speaks for the whole floor: so many times the rate of a person."""
MOST = 20_000
"""Buckets kept before the full ones are forgotten."""


class Rates:
    """Buckets by name."""

    def __init__(self, per_s: float) -> None:
        """`per_s`: requests a second in the long run; 0 sets no limit."""
        self._per_s = per_s
        self._buckets: dict[str, tuple[float, float]] = {}

    def take(self, name: str, times: float = 1.0) -> float:
        """Count one request. Returns the real seconds to wait before the next one: 0 when this one may go on.
        `times`: how much more than a person this one may send."""
        if not self._per_s:
            return 0.0
        per_s, now = self._per_s * times, monotonic()
        left, since = self._buckets.get(name, (per_s * BURST_S, now))
        left = min(per_s * BURST_S, left + (now - since) * per_s)
        if left < 1.0:
            self._buckets[name] = (left, now)
            return (1.0 - left) / per_s
        self._buckets[name] = (left - 1.0, now)
        if len(self._buckets) > MOST:
            self._trim(now)
        return 0.0

    def _trim(self, now: float) -> None:
        """Whoever was silent for a whole burst has a full bucket again, with or without a place here."""
        self._buckets = {name: kept for name, kept in self._buckets.items() if now - kept[1] < BURST_S}
