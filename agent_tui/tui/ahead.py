"""Keys typed ahead: a key waits until the one before it has been acted on and the dialog that one opens has the focus.

Without it `F2 n` and a text typed at once would be read by whatever happens to be on the screen while the form is still
being made. Nothing is held while a command waits for the server, and nothing longer than HOLD_S.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

from textual import events
from textual.app import App
from textual.message_pump import MessagePump

from agent_tui.clock import monotonic

QUICK_S = 0.15
"""A key that comes later than this after the one before found everything at rest."""
HOLD_S = 2.0
"""The longest that a key is held for a dialog that does not come."""


class Ahead:
    """One for each program; `key` decides about every key that comes in."""

    def __init__(self, app: App[Any], forward: Callable[[events.Key], Awaitable[None]]) -> None:
        self._app, self._forward = app, forward
        self._held: deque[events.Key] = deque()
        self._last_at = 0.0
        self._settled = asyncio.Event()
        self._settled.set()
        self._commands = 0
        self._target: MessagePump | None = None
        self._pump: asyncio.Task[None] | None = None

    # ---- what dialogs and commands tell ------------------------------------------------------------------------------

    def begin(self) -> None:
        """A command begins: it may show a dialog."""
        self._commands += 1
        self.go_on()

    def end(self) -> None:
        """A command ended."""
        self._commands -= 1
        self.settle()

    def go_on(self) -> None:
        """A dialog went: the command that asked may show another."""
        if self._commands:
            self._settled.clear()

    def settle(self) -> None:
        """A dialog has the focus, or a command waits for the server: keys go where the focus is."""
        self._settled.set()

    @property
    def at_rest(self) -> bool:
        """Nothing is held, and no command is about to show a dialog."""
        return self._pump is None and not self._held and self._settled.is_set()

    # ---- keys --------------------------------------------------------------------------------------------------------

    async def key(self, event: events.Key) -> None:
        """Forward a key now, or as soon as what came before it has been done."""
        now = monotonic()
        busy = self._held or self._pump is not None or not self._settled.is_set() or now - self._last_at < QUICK_S
        self._last_at = now
        if not busy:
            await self._give(event)
            return
        self._held.append(event)
        if self._pump is None:
            self._pump = asyncio.create_task(self._give_all())

    async def _give(self, event: events.Key) -> None:
        self._target = self._app.focused or self._app.screen
        await self._forward(event)

    async def _give_all(self) -> None:
        try:
            while self._held:
                await self._acted_on()
                await self._give(self._held.popleft())
        finally:
            self._pump = None

    async def _acted_on(self) -> None:
        """Until the key before has passed everything that may take it, and what it began is open or done."""
        target, self._target = self._target, None
        while target is not None and target is not self._app and target.is_running:
            await _passed(target)
            target = target._parent
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._settled.wait(), HOLD_S)
        self._settled.set()


def ahead(app: App[Any]) -> Ahead:
    """The program's own; one that holds nothing for a program without."""
    found = getattr(app, "ahead", None)
    return found if isinstance(found, Ahead) else Ahead(app, app.on_event)


async def _passed(pump: MessagePump) -> None:
    """Until the queue of a widget has been worked off up to now."""
    done = asyncio.Event()
    if pump.call_later(done.set):
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(done.wait(), HOLD_S)
