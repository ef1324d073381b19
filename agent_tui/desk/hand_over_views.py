"""Read models of what is left undone: hand-overs at the end of a shift, and whose desk holds unsent work."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from agent_tui.desk.query import Query

if TYPE_CHECKING:  # the models are made, never decoded
    from agent_tui.domain.agent import Agent
    from agent_tui.domain.ticket import Ticket


class HandOvers(Query["HandOverBoard"], frozen=True):
    """."""


class HandOverBoard(msgspec.Struct, frozen=True, kw_only=True):
    tickets: tuple[Ticket, ...]
    """Handed over and not done with: those nobody has taken first, the oldest first."""
    holders: tuple[Agent, ...]
    """Whose desk said that it holds unsent work, the longest first."""
