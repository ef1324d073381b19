"""Which lanes have something under way: commands for one target go one after the other, those for different targets together."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable

AT_ONCE = 4
"""Requests under way, so that one slow answer holds up nobody else."""


class Lanes:
    """Tasks by lane; a task may hold several."""

    def __init__(self, freed: Callable[[], None]) -> None:
        """`freed()`: something may begin."""
        self._freed = freed
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def __contains__(self, lane: str) -> bool:
        return lane in self._tasks

    def held(self) -> set[str]:
        return set(self._tasks)

    @property
    def full(self) -> bool:
        return len(set(self._tasks.values())) >= AT_ONCE

    def begin(self, lanes: Iterable[str], work: Coroutine[None, None, None]) -> None:
        """Hold these lanes until `work` has ended, or was cancelled before it began."""
        task = asyncio.create_task(work)
        self._tasks |= dict.fromkeys(lanes, task)
        task.add_done_callback(self._ended)

    def cancel(self) -> None:
        """Break off whatever is under way."""
        for task in self._tasks.values():
            task.cancel()

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks = {lane: other for lane, other in self._tasks.items() if other is not task}
        self._freed()
