"""What a robot needs of the public API, so that robots are tested without a server."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Protocol, TypeAlias

import msgspec

from agent_tui.domain.commands import Command
from agent_tui.domain.effects import LinkRequest
from agent_tui.wire.feed import Beat, Page
from agent_tui.wire.problem import Problem


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one command of a robot."""

    outcome: str
    """`applied`, `refused`, `conflict`… as `wire.command.Outcome`, or `failed` when the server was out of reach."""
    problem: Problem | None = None

    @property
    def applied(self) -> bool:
        return self.outcome == "applied"


class Requested(msgspec.Struct, frozen=True, kw_only=True):
    """One event of the link stream."""

    seq: int
    request: LinkRequest


News: TypeAlias = Page | Beat


class Seat(Protocol):
    """One signed-in party: a colleague, the observer, or a link."""

    agent_id: str

    async def send(self, command: Command) -> Answer:
        """Issue a command; sent again under the same id while the server is out of reach. Never raises for a refusal."""

    async def report(self, command: Command) -> Answer:
        """The same through the ingress, for links."""

    def news(self) -> AsyncIterator[News]:
        """Snapshot and changes as pages, then for ever; reconnects by itself."""

    def requests(self, after: int) -> AsyncIterator[Requested]:
        """Service requests asked of this link."""
