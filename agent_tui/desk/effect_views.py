"""Read models of effects on other systems whose outcome nobody knows, or that were refused there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from agent_tui.desk.query import Query

if TYPE_CHECKING:  # made, never decoded
    from agent_tui.domain.ticket import Ticket


class Effects(Query["tuple[EffectView, ...]"], frozen=True, kw_only=True):
    """Those that wait for somebody first, then those settled lately."""

    id: str = ""
    """Of one ticket; empty for all."""


class EffectView(msgspec.Struct, frozen=True, kw_only=True):
    """One of them, as a ticket."""

    ticket: Ticket
    maker: str
    """Name of who caused it."""
    mine: bool
    """I caused it: then somebody else finds out."""
    open: bool

    @property
    def unknown(self) -> bool:
        """Nobody knows yet; otherwise the other system refused it."""
        return self.ticket.why is not None and self.ticket.why.key == "server.effect.unknown"

    @property
    def amount_minor(self) -> int | None:
        """Minor units, where it carries an amount."""
        amount = self.ticket.why.args.get("amount_minor") if self.ticket.why is not None else None
        return amount if isinstance(amount, int) else None
