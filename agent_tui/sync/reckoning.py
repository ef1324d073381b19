"""Business time at the server, reckoned from its last word: what it said plus what has elapsed since, at its speed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from agent_tui.clock import monotonic, wall


class Reckoning:
    """A `Clock` that never goes back, except when the server itself begins a new time (another epoch)."""

    def __init__(self) -> None:
        self.speed = 1.0
        self._at: datetime | None = None
        self._origin = 0.0
        self._latest = datetime.min.replace(tzinfo=UTC)

    def learn(self, at: datetime, speed: float) -> None:
        """The server says it is `at` now, running at `speed`."""
        self._at, self.speed, self._origin = at, speed, monotonic()

    def resume(self, at: datetime, speed: float, wall_s: float) -> None:
        """Go on from what was learnt when this machine's clock read `wall_s`, in an earlier run of the program."""
        elapsed = max(0.0, wall().timestamp() - wall_s)
        self.learn(at + timedelta(seconds=elapsed * speed), speed)

    def forget(self) -> None:
        """Another server, or one restored: its time counts alone."""
        self._latest = datetime.min.replace(tzinfo=UTC)

    def now(self) -> datetime:
        if self._at is None:
            return wall()
        said = self._at + timedelta(seconds=(monotonic() - self._origin) * self.speed)
        self._latest = max(self._latest, said)
        return self._latest
