"""What indicators are computed from: one fact per contact, per ticket, and per stretch of an agent's state.

Facts are folded from events (`metrics.fold`) or read from a call log (`metrics.calllog`); from here on nobody
cares which.
"""

from __future__ import annotations

from datetime import datetime

import msgspec


class Leg(msgspec.Struct, frozen=True, kw_only=True):
    """One agent's part in a contact; a contact handed over has several."""

    agent_id: str
    group: str
    start: datetime
    end: datetime | None = None
    """When the agent's part, wrap-up included, was over; None while it goes on."""
    talk_s: float = 0.0
    hold_s: float = 0.0
    wrap_s: float = 0.0


class ContactFact(msgspec.Struct, frozen=True, kw_only=True):
    """One contact, as far as it had come at the moment the facts were folded. All times are business time, UTC."""

    contact_id: str
    channel: str = "phone"
    group: str = ""
    """The queue it was answered from, given up in, or is waiting in."""
    first_group: str = ""
    agent_id: str | None = None
    """Who answered it; the last one, if it was handed over."""
    customer_id: str | None = None
    tier: str = "standard"
    category: str | None = None
    result: str | None = None
    offered_at: datetime
    """It belongs to the interval that holds this moment."""
    queued_at: datetime | None = None
    """None if it never waited for an agent: hung up in the menu, or was served at once."""
    answered_at: datetime | None = None
    abandoned_at: datetime | None = None
    """When the customer gave up before any agent answered; what happens after an answer is no abandonment."""
    cleared_at: datetime | None = None
    closed_at: datetime | None = None
    wait_s: float = 0.0
    """Seconds from queued to answered or given up; up to the moment of folding while it waits."""
    talk_s: float = 0.0
    hold_s: float = 0.0
    wrap_s: float = 0.0
    transfers: int = 0
    diverted: int = 0
    """Times it was offered to an agent who did not answer."""
    overflowed: bool = False
    retriaged: bool = False
    satisfaction: int | None = None
    """1 to 5."""
    legs: tuple[Leg, ...] = ()


class AgentSpan(msgspec.Struct, frozen=True, kw_only=True):
    """One stretch of one agent's state, `start` included, `end` not."""

    agent_id: str
    state: str
    """An `AgentState`."""
    reason: str | None
    start: datetime
    end: datetime


class TicketFact(msgspec.Struct, frozen=True, kw_only=True):
    """One work order, promised call-back or complaint and its clock."""

    ticket_id: str
    kind: str
    """A `TicketKind`."""
    group: str = ""
    owner_id: str | None = None
    opened_at: datetime
    due_at: datetime | None = None
    answered_at: datetime | None = None
    """When the department answered."""
    closed_at: datetime | None = None
    """When the customer had the answer."""
