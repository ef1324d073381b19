"""Commands about whose hands a work order or complaint is in, beside `commands.MoveTicket` with which people take it up
and give it back themselves."""

from __future__ import annotations

from agent_tui.domain.authority_commands import Base


class AssignTicket(Base, frozen=True, kw_only=True):
    """A supervisor puts it into the hands of a colleague, who could take it up themselves."""

    ticket_id: str
    assignee_id: str
    text: str = ""
    """Why, or what to see to; kept as a note."""


class ReturnTicket(Base, frozen=True, kw_only=True):
    """The centre's own: back into the group's queue from somebody who may not have it in hand any more."""

    ticket_id: str
    handler_id: str
