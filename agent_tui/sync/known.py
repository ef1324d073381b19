"""Outcomes for those who wait for them, and for a while for those who ask late."""

from __future__ import annotations

import asyncio
from collections import OrderedDict

import msgspec

from agent_tui.wire.command import Outcome

REMEMBERED = 200


class Known:
    """What became of commands, in memory only."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, Outcome] = OrderedDict()
        self._waiting: dict[str, list[asyncio.Future[Outcome]]] = {}

    def forget(self, command_id: str) -> None:
        """It is sent once more: what became of it before counts no more."""
        self._known.pop(command_id, None)

    async def settle(self, command_id: str, timeout: float) -> Outcome | None:
        """The outcome once it is known; None if it is not within `timeout` real seconds."""
        if command_id in self._known:
            return self._known[command_id]
        future: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(command_id, []).append(future)
        try:
            async with asyncio.timeout(timeout):
                return await future
        except TimeoutError:
            return None
        finally:
            waiting = self._waiting.get(command_id, [])
            if future in waiting:
                waiting.remove(future)

    def tell(self, outcome: Outcome) -> None:
        """Whoever waits for it has it now. A revealed value goes to them only, and is remembered nowhere here."""
        self._known[outcome.id] = msgspec.structs.replace(outcome, value=None)
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        for future in self._waiting.pop(outcome.id, []):
            if not future.done():
                future.set_result(outcome)
