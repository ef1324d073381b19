"""Telling panes what changed, at most eight times a second however much changes."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterable
from contextvars import Context, copy_context

from agent_tui.clock import monotonic

INTERVAL_S = 0.125

Listener = Callable[[frozenset[str]], None]


class Wakes:
    """The first change is told in the next turn of the loop, those that follow within `INTERVAL_S` together."""

    def __init__(self) -> None:
        self._listeners: list[tuple[Listener, Context]] = []
        self._touched: set[str] = set()
        self._last = -INTERVAL_S
        self._timer: asyncio.TimerHandle | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = threading.get_ident()

    def watch(self, listener: Listener) -> Callable[[], None]:
        """Call `listener(entities)`; returns how to stop.

        It is called in the context it was registered in: what it starts belongs to the same program, although a
        change may come from the journal's own thread, whose context is empty.
        """
        entry = (listener, copy_context())
        self._listeners.append(entry)
        self._find_loop()

        def stop() -> None:
            if entry in self._listeners:
                self._listeners.remove(entry)

        return stop

    def touch(self, entities: Iterable[str]) -> None:
        """These changed. May be called from any thread; without a loop nobody is told."""
        names = frozenset(entities)
        if threading.get_ident() == self._thread:
            self._find_loop()
            self._add(names)
        elif self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._add, names)

    def close(self) -> None:
        self._listeners.clear()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._loop = None

    def _find_loop(self) -> None:
        if self._loop is None:
            try:
                self._loop = asyncio.get_running_loop()
            except RuntimeError:
                return
            self._thread = threading.get_ident()

    def _add(self, names: frozenset[str]) -> None:
        self._touched |= names
        if self._timer is None and self._loop is not None and self._listeners:
            delay = max(0.0, self._last + INTERVAL_S - monotonic())
            self._timer = self._loop.call_later(delay, self._tell)

    def _tell(self) -> None:
        self._timer = None
        self._last = monotonic()
        touched, self._touched = frozenset(self._touched), set()
        for listener, context in tuple(self._listeners):
            context.run(listener, touched)
