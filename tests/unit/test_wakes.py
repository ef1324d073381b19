"""Whoever watches is called as if from where they began to watch, whichever thread the change came from."""

from __future__ import annotations

import asyncio
import threading
from contextvars import ContextVar

from agent_tui.desk.wakes import Wakes

PROGRAM: ContextVar[str] = ContextVar("PROGRAM", default="none")


async def test_a_change_from_another_thread_is_told_in_the_context_of_the_watcher() -> None:
    wakes, told = Wakes(), asyncio.Event()
    heard: list[tuple[frozenset[str], str]] = []

    def listen(entities: frozenset[str]) -> None:
        heard.append((entities, PROGRAM.get()))
        told.set()

    PROGRAM.set("desk")
    stop = wakes.watch(listen)
    writer = threading.Thread(target=lambda: wakes.touch(("journal",)))
    writer.start()
    writer.join()
    await told.wait()
    assert heard == [(frozenset({"journal"}), "desk")]
    stop()
    wakes.close()
