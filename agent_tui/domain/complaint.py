"""Complaints at three levels: how soon each is answered first, and the legal clock that runs from the start (product section 8)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import msgspec

from agent_tui.domain.ticket import Ticket, TicketState

if TYPE_CHECKING:  # of no use before the first paint
    from agent_tui.domain.agent import Agent

COMPLAINT_LEVELS = ("general", "serious", "crisis")
"""From the lightest to the heaviest."""


CERTIFICATION = "complaints"
"""What somebody needs in date to take up a complaint (`scripts/policy`)."""


def rank(level: str | None) -> int:
    """0 for the lightest, which a complaint without a level has too; -1 for a level that there is not."""
    return COMPLAINT_LEVELS.index(level or COMPLAINT_LEVELS[0]) if level in (None, *COMPLAINT_LEVELS) else -1


def handlers_in(group: str, people: Iterable[Agent], now: datetime) -> int:
    """How many people of a group may take up and close its complaints: the policy asks for the certification."""
    able = (a for a in people if a.active and group in a.groups)
    return sum(CERTIFICATION in a.certifications and a.certifications[CERTIFICATION] > now for a in able)


def level_of(ticket: Ticket) -> str:
    """Of a complaint; one that was never given a level is a general one."""
    return ticket.complaint_level or COMPLAINT_LEVELS[0]


def wrong_level(action: str, to: str, ticket: Ticket) -> str:
    """The key of why `action` cannot bring the complaint to the level `to`; empty when it can."""
    there, now = rank(to), rank(ticket.complaint_level)
    if action == "escalate_complaint":
        return "" if there > now else "domain.level_not_higher"
    return "" if -1 < there < now else "domain.level_not_lower"


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
            return self.first_due(level_of(ticket), ticket.raised_at or ticket.opened_at)
        return self.decided_by(ticket.opened_at)

    def raised(self, ticket: Ticket, level: str, now: datetime) -> Ticket:
        """The complaint at a higher level: somebody has to take it up anew, within the time of that level from now on,
        and never later than it was due before."""
        due = min(self.first_due(level, now), self.due(ticket))
        since = now - (self.first_due(level, now) - due)
        raised = msgspec.structs.replace(
            ticket,
            complaint_level=level,
            raised_at=since,
            state=TicketState.OPEN,
            handler_id=None,
            handled_since=None,
        )
        return msgspec.structs.replace(raised, due_at=self.due(raised))
