"""One link's line to the server: reports events, runs what takes time beside each other, ends cleanly."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine

from agent_tui.domain.commands import Command, ReportEvent
from agent_tui.sim.pace import Pace
from agent_tui.sim.seat import Answer, Seat


class Line:
    """What robot customers and the switch simulator share."""

    def __init__(self, seat: Seat, pace: Pace) -> None:
        self.seat, self.pace = seat, pace
        self._tasks: set[asyncio.Task[None]] = set()
        self.refused: list[tuple[Command, Answer]] = []
        """What the server did not take from this link, to be looked at: a contact may have moved on, nothing else."""

    def spawn(self, work: Coroutine[object, object, None]) -> None:
        """Run beside everything else; an exception is told to the loop's handler."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            task.get_loop().call_exception_handler({"message": "robot", "exception": task.exception(), "task": task})

    async def close(self) -> None:
        """Stop everything that runs."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def report(self, command: Command) -> Answer:
        answer = await self.seat.report(command)
        if not answer.applied:
            self.refused.append((command, answer))
        return answer

    async def event(self, contact_id: str, event: str, party: str, agent_id: str | None = None) -> Answer:
        """Report an event of the switch."""
        return await self.report(ReportEvent(contact_id=contact_id, event=event, party=party, agent_id=agent_id))

    async def within(self, seconds: float, *events: asyncio.Event) -> bool:
        """Whether one of `events` came within so many business seconds."""
        waits = [asyncio.create_task(event.wait()) for event in events]
        timer = asyncio.create_task(self.pace.sleep(seconds))
        try:
            await asyncio.wait({*waits, timer}, return_when=asyncio.FIRST_COMPLETED)
            return any(event.is_set() for event in events)
        finally:
            for task in (*waits, timer):
                task.cancel()
