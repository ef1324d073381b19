"""What the server does by itself: each job is a step repeated on the event loop, woken by commits or by time.

What a job decides becomes a system command with an id derived from what it is about, so that a step repeated after
a restart repeats nothing.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Protocol

from agent_tui.server.bus import Bus, wait

log = logging.getLogger("agent_tui.server")
BREATH_S = 0.05
"""At least this long between two steps, so that a burst of commits is one step."""


class Job(Protocol):
    name: str
    every_s: float
    """Real seconds between two steps."""
    woken: bool
    """Whether a commit wakes it before that."""

    async def step(self) -> None:
        """Do what is due."""


class Runner:
    """Keeps jobs going until it is stopped; a step that fails is logged and tried again at its next turn."""

    def __init__(self, bus: Bus, jobs: tuple[Job, ...]) -> None:
        self._bus = bus
        self._jobs = jobs
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        self._tasks = [asyncio.create_task(self._keep(job), name=job.name) for job in self._jobs]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _keep(self, job: Job) -> None:
        with self._bus.sleeper() as commits:
            while not self._bus.closing:
                commits.clear()
                await self._try(job)
                await asyncio.sleep(BREATH_S)
                if job.woken:
                    await wait(commits, job.every_s)
                else:
                    await asyncio.sleep(job.every_s)

    async def _try(self, job: Job) -> None:
        try:
            await job.step()
        except Exception as error:
            # The kind only: messages may hold personal data.
            log.error("job %s: %s", job.name, type(error).__name__)
