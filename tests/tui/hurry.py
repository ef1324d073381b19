"""A loop on which waiting takes no time: when nothing is left to do, its clock goes to the next thing due.

What a desk does on screen depends on pauses (changes gathered for a tenth of a second, a key soon after a key, a countdown).
A test has to pass through them, and need not live through them. On this clock they also have the same length on an
idle machine and on a busy one: time spent computing is no time. Whatever the loop cannot foresee (a thread, a socket)
is waited for on the real clock.
"""

from __future__ import annotations

import asyncio
import selectors
import time
from asyncio import Future
from collections.abc import Callable
from concurrent.futures import Executor
from typing import Any

OWN_SOCKETS = 1
"""A loop listens to itself, to be woken by threads and signals."""


class _Selector(selectors.DefaultSelector):
    """Waits for sockets and threads as ever; for nothing but time, it says how long it would have waited."""

    def __init__(self) -> None:
        super().__init__()
        self.waited_s = 0.0
        self.working = 0
        """Threads at work for the loop."""

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None or self.working or len(self.get_map()) > OWN_SOCKETS:
            began = time.monotonic()
            ready = super().select(timeout)
            self.waited_s += time.monotonic() - began
            return ready
        ready = super().select(0)
        self.waited_s += 0.0 if ready else max(timeout, 0.0)
        return ready


class HurriedLoop(asyncio.SelectorEventLoop):
    """`time()` counts only what was waited."""

    def __init__(self) -> None:
        self._waiting = _Selector()
        super().__init__(self._waiting)

    def time(self) -> float:
        return self._waiting.waited_s

    def run_in_executor(self, executor: Executor | None, func: Callable[..., Any], *args: Any) -> Future[Any]:  # type: ignore[override]
        job = super().run_in_executor(executor, func, *args)
        self._waiting.working += 1
        job.add_done_callback(self._came_back)
        return job

    def _came_back(self, _: Future[Any]) -> None:
        self._waiting.working -= 1


def hurried_time() -> float:
    """Seconds on the clock of the running loop; without one, the machine's."""
    try:
        return asyncio.get_running_loop().time()
    except RuntimeError:
        return time.monotonic()
