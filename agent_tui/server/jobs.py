"""What the server does by itself: each job is a step repeated on the event loop, woken by commits or by time.

What a job decides becomes a system command with an id derived from what it is about, so that a step repeated after
a restart repeats nothing.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Protocol

import msgspec

from agent_tui.errors import StoreError
from agent_tui.server.bus import Bus, wait
from agent_tui.server.lease import Lease

log = logging.getLogger("agent_tui.server")
BREATH_S = 0.05
"""At least this long between two steps, so that a burst of commits is one step."""


LOOK_S = 0.1
"""How often a process looks whether it leads."""


async def _end(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


class Job(Protocol):
    name: str
    every_s: float
    """Real seconds between two steps."""
    woken: bool
    """Whether a commit wakes it before that."""

    async def step(self) -> None:
        """Do what is due."""


class Crew(msgspec.Struct, frozen=True):
    """What one process of all does: made when it takes the lease, so that it remembers nothing older."""

    jobs: tuple[Job, ...] = ()
    finish: Callable[[], None] | None = None
    """The last thing before the server stops."""


class Runner:
    """Keeps jobs going until it is stopped; a step that fails is logged and tried again at its next turn.

    Some run in every process, the crew only in the one that holds the lease."""

    def __init__(self, bus: Bus, lease: Lease, everywhere: tuple[Job, ...], crew: Callable[[], Crew]) -> None:
        self._bus = bus
        self._lease = lease
        self._everywhere = everywhere
        self._make_crew = crew
        self._crew: Crew | None = None
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        self._tasks = [asyncio.create_task(self._keep(job), name=job.name) for job in self._everywhere]
        self._tasks.append(asyncio.create_task(self._lease.keep(), name="lease"))
        self._tasks.append(asyncio.create_task(self._lead(), name="lead"))

    async def stop(self) -> None:
        """End everything, let the crew finish, give the lease to others."""
        await _end(self._tasks)
        if self._crew is not None and self._crew.finish is not None and self._lease.held:
            self._crew.finish()
        await self._lease.drop()

    async def _lead(self) -> None:
        """As long as the lease is held the crew works."""
        while True:
            if self._lease.held and (crew := self._muster()) is not None:
                tasks = [asyncio.create_task(self._keep(job), name=job.name) for job in crew.jobs]
                try:
                    await self._lost()
                finally:
                    await _end(tasks)
                self._crew = None
            await asyncio.sleep(LOOK_S)

    async def _lost(self) -> None:
        held = True
        while held:
            await asyncio.sleep(LOOK_S)
            held = self._lease.held

    def _muster(self) -> Crew | None:
        try:
            self._crew = self._make_crew()
        except StoreError as error:
            log.error("jobs: %s", error.key)
        return self._crew

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
