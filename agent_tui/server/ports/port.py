"""The shape of a port to another system: one call, three possible results."""

from __future__ import annotations

from typing import Protocol

import msgspec

from agent_tui.domain.effects import External


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """`done`, `refused` (with a reason) or `unknown`: nobody can say whether it was carried out."""

    outcome: str
    reason: str = ""


class Port(Protocol):
    name: str

    async def perform(self, key: str, errand: External) -> Result:
        """Carry it out. `key` is the same for every repetition, so that the other system does it once. An
        exception means the same as `unknown`."""
