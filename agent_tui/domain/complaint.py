"""Complaints at three levels: how soon each is answered first, and the legal clock that runs from the start (product section 8)."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from agent_tui.domain.ticket import Ticket, TicketState

COMPLAINT_LEVELS = ("general", "serious", "crisis")
"""From the lightest to the heaviest."""


class ComplaintClocks(msgspec.Struct, frozen=True, kw_only=True):
    """From the moment a complaint is raised, by the clock on the wall: nobody's anger keeps office hours."""

    general_s: int = 86_400
    """Seconds to the first response, by level."""
    serious_s: int = 14_400
    crisis_s: int = 1_800
    legal_days: int = 15
    """Days to the decision that the customer is told."""

    def first_due(self, level: str, opened_at: datetime) -> datetime:
        """When somebody must have taken it up. KeyError for a level that there is not."""
        seconds = {"general": self.general_s, "serious": self.serious_s, "crisis": self.crisis_s}[level]
        return opened_at + timedelta(seconds=seconds)

    def decided_by(self, opened_at: datetime) -> datetime:
        """When the customer must have been told the decision."""
        return opened_at + timedelta(days=self.legal_days)

    def due(self, ticket: Ticket) -> datetime:
        """What runs for this complaint now: the first response until somebody takes it up, then the legal clock."""
        if ticket.state is TicketState.OPEN:
            return self.first_due(ticket.complaint_level or COMPLAINT_LEVELS[0], ticket.opened_at)
        return self.decided_by(ticket.opened_at)
