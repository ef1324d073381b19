"""Wakes those who wait for commits: streams, router, workers. One process, so an event per sleeper is enough."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator


class Bus:
    """`wake` is called from the writer thread, `wait` on the loop."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._sleepers: set[asyncio.Event] = set()
        self.closing = False

    def attach(self) -> None:
        """Bind to the running loop; wakes before that are not needed by anybody."""
        self._loop = asyncio.get_running_loop()

    def wake(self) -> None:
        loop = self._loop
        if loop is not None and not loop.is_closed():
            with contextlib.suppress(RuntimeError):  # the loop closed in between
                loop.call_soon_threadsafe(self._ring)

    def _ring(self) -> None:
        for sleeper in self._sleepers:
            sleeper.set()

    def close(self) -> None:
        """Everybody wakes and finds `closing` true."""
        self.closing = True
        self.wake()

    @contextlib.contextmanager
    def sleeper(self) -> Iterator[asyncio.Event]:
        """An event that is set after each commit; clear it before looking, wait for it after."""
        event = asyncio.Event()
        self._sleepers.add(event)
        try:
            yield event
        finally:
            self._sleepers.discard(event)


async def wait(event: asyncio.Event, seconds: float) -> bool:
    """Whether `event` was set within `seconds` of real time."""
    if event.is_set():
        return True
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
    return event.is_set()
