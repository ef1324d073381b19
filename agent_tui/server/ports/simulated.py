"""A system that is not there: keeps what it was asked under each key, and fails on request."""

from __future__ import annotations

import asyncio

from agent_tui.domain.effects import External
from agent_tui.server.ports.port import Result


class SimulatedSystem:
    """Does what it is told once per key. `refuses` and `silent` name operations that go wrong, `delays`
    those that take longer."""

    def __init__(self, name: str, operations: frozenset[str], delay_s: float = 0.0) -> None:
        """`delay_s` in real seconds before each answer."""
        self.name = name
        self.done: dict[str, External] = {}
        self.refuses: dict[str, str] = {}
        self.silent: set[str] = set()
        self.delays: dict[str, float] = {}
        self.operations = operations
        self._delay_s = delay_s

    async def perform(self, key: str, errand: External) -> Result:
        await asyncio.sleep(self.delays.get(errand.operation, self._delay_s))
        if errand.operation not in self.operations:
            return Result(outcome="refused", reason="no such operation")
        if errand.operation in self.refuses:
            return Result(outcome="refused", reason=self.refuses[errand.operation])
        if errand.operation in self.silent:
            return Result(outcome="unknown")
        self.done.setdefault(key, errand)
        return Result(outcome="done")
