"""The two clocks: business time (may be virtual) and real monotonic time.

Business time decides service levels, routing, calendars and metrics. Real time decides tokens, leases,
step-up and heartbeats. Code that needs business time takes a `Clock`; nothing else may call the system clock.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """A source of business time."""

    @property
    def speed(self) -> float:
        """Business seconds per real second; 1.0 in live operation, 0.0 when the clock stands."""

    def now(self) -> datetime:
        """The business time, timezone-aware, in UTC."""


class SystemClock:
    """Business time is the machine's time."""

    speed = 1.0

    def now(self) -> datetime:
        return datetime.now(UTC)


class ScaledClock:
    """Business time that started at `start` and runs `speed` times as fast as real time."""

    def __init__(self, start: datetime, speed: float) -> None:
        self._start = start.astimezone(UTC)
        self._origin = time.monotonic()
        self.speed = speed

    def now(self) -> datetime:
        return self._start + timedelta(seconds=(time.monotonic() - self._origin) * self.speed)


class ManualClock:
    """Business time that moves only when told to; for simulation on a virtual clock and for tests."""

    speed = 0.0

    def __init__(self, start: datetime) -> None:
        self._now = start.astimezone(UTC)

    def now(self) -> datetime:
        return self._now

    def advance(self, seconds: float) -> None:
        """Move forward by `seconds` (never backward)."""
        if seconds < 0:
            raise ValueError("business time never goes back")
        self._now += timedelta(seconds=seconds)

    def set(self, moment: datetime) -> None:
        """Move forward to `moment`; an earlier moment is ignored, since business time never goes back."""
        self._now = max(self._now, moment.astimezone(UTC))


def monotonic() -> float:
    """Real seconds since an arbitrary point; for countdowns, tokens and leases on this machine."""
    return time.monotonic()


def wall() -> datetime:
    """Real UTC time; for token expiry and identifiers, never for a business rule."""
    return datetime.now(UTC)


def stamp(moment: datetime | None) -> str:
    """UTC text that sorts as time does; empty for None."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ") if moment else ""
