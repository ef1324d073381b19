"""Business time as a robot knows it: from the server's words, running on at its speed between them."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from agent_tui.clock import monotonic


class Pace:
    """Estimates the server's clock and waits in business seconds. `speed` 0 means that it stands between words."""

    def __init__(self, at: datetime, speed: float) -> None:
        self._at = at
        self._origin = monotonic()
        self.speed = speed

    def hear(self, at: datetime, speed: float) -> None:
        """The server said what time it is."""
        self._at, self._origin, self.speed = at, monotonic(), speed

    def now(self) -> datetime:
        return self._at + timedelta(seconds=(monotonic() - self._origin) * self.speed)

    async def sleep(self, seconds: float) -> None:
        """Wait `seconds` of business time. At speed 0 it gives way once: there, time passes by commands only."""
        await asyncio.sleep(max(seconds, 0.0) / self.speed if self.speed > 0 else 0.0)

    async def until(self, moment: datetime) -> None:
        await self.sleep((moment - self.now()).total_seconds())
