"""Named points between two steps that must survive the end of the process: at each it can be made to die, by tests only.

`AGENT_TUI_KILL_POINT=<name>:<n>` ends the process with SIGKILL at the n-th time it passes that point, as a power cut
would. Without it a point costs one comparison. `make chaos ARGS=--kill-points` walks through all of them.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

ENVIRONMENT = "AGENT_TUI_KILL_POINT"

SERVER = (
    "server.key",
    "server.seeded",
    "ledger.known",
    "ledger.decided",
    "ledger.written",
    "ledger.recorded",
    "server.commit",
    "server.committed",
    "server.answer",
    "server.page",
    "errand.asked",
    "errand.answered",
)
"""Every point of a server, in the order of its life."""
DESK = (
    "journal.commit",
    "journal.committed",
    "journal.kept",
    "desk.draft",
    "push.marked",
    "push.answered",
    "push.recorded",
    "cache.commit",
    "cache.committed",
    "pull.greeted",
    "pull.snapshot_begun",
    "pull.snapshot_page",
    "pull.snapshot_read",
    "pull.page",
    "pull.applied",
)
"""Every point of a desk."""


def _die_at(wanted: str, times: int) -> Callable[[str], None]:
    left = times

    def passing(name: str) -> None:
        nonlocal left
        if name == wanted:
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    return passing


def _read(text: str) -> Callable[[str], None] | None:
    """None for what is no `name:n`."""
    name, _, times = text.partition(":")
    return _die_at(name, int(times)) if name and times.isdigit() and int(times) else None


_passing: Callable[[str], None] | None = _read(os.environ.get(ENVIRONMENT, ""))


def arm(passing: Callable[[str], None] | None) -> None:
    """Call `passing(name)` at every point from now on; None takes it back."""
    global _passing
    _passing = passing


def kill_point(name: str) -> None:
    """Here the process may die."""
    if _passing is not None:
        _passing(name)
