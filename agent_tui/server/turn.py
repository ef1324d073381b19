"""What one command turns out to be: what it changes, what it answers, whose limits it touches."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import msgspec

from agent_tui.domain.effects import Effects, Refusal
from agent_tui.server import problems
from agent_tui.server.authority import Ruling
from agent_tui.server.database import Tx
from agent_tui.server.limits import Hold
from agent_tui.wire.problem import Problem


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """The act that effects on other systems are carried out for, when it is not the command at hand."""

    id: str
    maker: str
    contact_id: str | None = None


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    """Both may be there: a request that went stale is changed, and its signer is told so."""

    effects: Effects = Effects()
    problem: Problem | None = None
    holds: tuple[Hold, ...] = ()
    writes: tuple[Callable[[Tx], None], ...] = ()
    """What else is written after the rows."""
    outcome: str = "applied"
    about: str | None = None
    """`entity:id`, when it is not what the command itself names."""
    customer_id: str | None = None
    origin: Origin | None = None
    ruling: Ruling | None = None
    facts: dict[str, object] = {}
    """More for the audit row; nothing personal."""

    @property
    def changes(self) -> bool:
        """Whether anything is written besides the record."""
        effects = self.effects
        return bool(effects.puts or effects.events or effects.externals or effects.requests or self.holds)


Verdict: TypeAlias = Turn | Problem


def stopped(refusal: Refusal, command_id: str) -> Turn:
    """A rule said no; nothing changes."""
    return Turn(problem=problems.of_refusal(refusal, command_id))
