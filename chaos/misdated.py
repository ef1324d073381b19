"""`python -m chaos.misdated MILLISECONDS PLAN`: a station whose wall clock is wrong by so much, before anything reads it."""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime, timedelta

from agent_tui import clock


def misdate(skew_ms: int) -> None:
    """From now on this process is so many milliseconds ahead; must come before the desk is imported."""
    right = time.time_ns

    def wrong_ns() -> int:
        return right() + skew_ms * 1_000_000

    def wrong_wall() -> datetime:
        return datetime.now(UTC) + timedelta(milliseconds=skew_ms)

    time.time_ns = wrong_ns
    clock.wall = wrong_wall


def main() -> int:
    misdate(int(sys.argv.pop(1)))
    from chaos import station

    return station.main()


if __name__ == "__main__":
    sys.exit(main())
