"""Tickets: what outlives the contact. Work orders, complaints, promised call-backs, effects of unknown outcome."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec

from agent_tui.domain.contact import Why


class TicketKind(StrEnum):
    WORK_ORDER = "work_order"
    COMPLAINT = "complaint"
    CALL_BACK = "call_back"
    UNKNOWN_EFFECT = "unknown_effect"
    QUESTION = "question"
    """An agent asks the department that owns an article."""
    HAND_OVER = "hand_over"
    """What somebody left at the end of a shift; whoever takes it owns it."""


class TicketState(StrEnum):
    OPEN = "open"
    IN_PROGRESS = "in_progress"
    ANSWERED = "answered"
    """The department answered; the customer has not been told."""
    CLOSED = "closed"


TICKET_MOVES: dict[TicketState, frozenset[TicketState]] = {
    TicketState.OPEN: frozenset({TicketState.IN_PROGRESS, TicketState.ANSWERED, TicketState.CLOSED}),
    TicketState.IN_PROGRESS: frozenset({TicketState.OPEN, TicketState.ANSWERED, TicketState.CLOSED}),
    TicketState.ANSWERED: frozenset({TicketState.IN_PROGRESS, TicketState.CLOSED}),
    TicketState.CLOSED: frozenset(),
}
"""Legal transitions; a closed ticket stays closed, a new one refers to it."""


TAKEN_UP = frozenset({TicketKind.COMPLAINT, TicketKind.WORK_ORDER, TicketKind.CALL_BACK})
"""Kinds that one person of the group takes in hand while they are in progress."""


class Ticket(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    number: str
    """Read out to customers, with a check digit (`ids.ticket_number`)."""
    kind: TicketKind
    state: TicketState = TicketState.OPEN
    customer_id: str | None = None
    contact_id: str | None = None
    name: str = ""
    tier: str = "standard"
    language: str = "zh"
    group: str = ""
    """The group or department that must act."""
    owner_id: str | None = None
    """First-contact responsibility: who answers to the customer for it."""
    handler_id: str | None = None
    """Who of the group has it in hand; None while nobody does."""
    handled_since: datetime | None = None
    """When they took it up."""
    why: Why | None = None
    """Why the centre's rules opened it; None when a person did."""
    title: str = ""
    text: str = ""
    complaint_level: str | None = None
    """`general`, `serious` or `crisis`."""
    raised_at: datetime | None = None
    """From when the first response to a complaint counts since its level was raised; None where it never was."""
    opened_at: datetime
    due_at: datetime | None = None
    """By the calendar of the group, computed by the server."""
    closed_at: datetime | None = None
    effect: str | None = None
    """The external effect whose outcome is unknown."""
    about: str = ""
    """What a question is about, as `article:<id>`."""
    answer: str = ""
    """What the department answered last."""
    version: int = 0


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """What an agent wrote about a contact or ticket; scrubbed, never edited, only added to."""

    id: str
    text: str
    at: datetime
    author_id: str
    contact_id: str | None = None
    customer_id: str | None = None
    ticket_id: str | None = None
    offline: bool = False
    """Written while the server was out of reach, and sent later."""
    version: int = 0
