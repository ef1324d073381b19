"""Handing over at the end of a shift: what a desk could not finish goes to a supervisor or colleague with its words, as a
ticket that somebody takes."""

from __future__ import annotations

from agent_tui.domain.authority_commands import Base
from agent_tui.domain.ticket import Ticket

PREFIX = "hand_over:"


class HandOver(Base, frozen=True, kw_only=True):
    """What its maker leaves behind: refused, in conflict, or too late."""

    title: str
    text: str
    """Why it was not done, and what was typed."""
    contact_id: str | None = None


def about(agent_id: str) -> str:
    """What such a ticket is about: whose hand-over it is."""
    return f"{PREFIX}{agent_id}"


def giver(ticket: Ticket) -> str:
    """Id of the person who handed it over."""
    return ticket.about.removeprefix(PREFIX)
