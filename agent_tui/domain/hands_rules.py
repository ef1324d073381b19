"""In whose hands a work order or complaint may be: who could hold it, giving it to a colleague, and taking it back from
whoever left the group, lost the certification or was deactivated. Going home changes nothing: a shift ends every day.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from agent_tui.domain.agent import Agent, Role
from agent_tui.domain.case import Case, refuse, stale
from agent_tui.domain.centre import Notice
from agent_tui.domain.complaint import CERTIFICATION
from agent_tui.domain.effects import Effects
from agent_tui.domain.ticket import TAKEN_UP, TICKET_MOVES, Ticket, TicketKind, TicketState
from agent_tui.domain.ticket_commands import AssignTicket, ReturnTicket
from agent_tui.domain.ticket_rules import in_hand, moved

HOLDING_ROLES = frozenset({Role.AGENT, Role.SECOND_LINE, Role.SUPERVISOR, Role.DEPARTMENT})
"""Roles that have tickets in hand."""
TOLD_FOR = timedelta(hours=8)
"""How long people are told that a ticket changed hands without them."""


def unfit(agent: Agent | None, ticket: Ticket, now: datetime) -> str:
    """Why somebody may not have the ticket in hand: `inactive`, `role`, `group` or `certification`; empty when they may.

    What is the same for every centre. That a site's policy would let nobody take it up at this hour, say, is no reason to
    take it from those who have it."""
    if agent is None or not agent.active:
        return "inactive"
    if agent.role not in HOLDING_ROLES:
        return "role"
    if ticket.group not in agent.groups and agent.role is not Role.SUPERVISOR:
        return "group"
    until = agent.certifications.get(CERTIFICATION)
    if ticket.kind is TicketKind.COMPLAINT and (until is None or until <= now):
        return "certification"
    return ""


def off_shift(agent: Agent | None) -> bool:
    """Whether somebody with a shift on the floor is not at work; people of departments have none that is known here."""
    return agent is not None and agent.role is not Role.DEPARTMENT and not agent.here


def _ticket(id: str, case: Case) -> Ticket:
    ticket = case.state.get(Ticket, id) or refuse("no_ticket", ticket=id)
    return ticket if ticket.kind in TAKEN_UP else refuse("not_in_hands", number=ticket.number)


def assign_ticket(command: AssignTicket, case: Case) -> Effects:
    """Also out of somebody else's hands; both are told."""
    ticket, me = _ticket(command.ticket_id, case), case.agent()
    if me.role is not Role.SUPERVISOR:
        refuse("supervisors_only")
    if ticket.handler_id == command.assignee_id:
        in_hand(ticket, case)
    if TicketState.IN_PROGRESS not in {ticket.state, *TICKET_MOVES[ticket.state]}:
        stale(f"ticket_is_{ticket.state.value}", number=ticket.number)
    colleague = case.agent(command.assignee_id)
    why = unfit(colleague, ticket, case.now)
    if why:
        refuse(f"unfit_{why}", who=colleague.name, number=ticket.number)
    done = moved(ticket, TicketState.IN_PROGRESS, case.clean(command.text), case, hands=colleague.id)
    people = [colleague.id, *([ticket.handler_id] if ticket.handler_id else [])]
    args = {"number": ticket.number, "by": me.name, "who": colleague.name}
    notice = _notice("domain.notice.assigned", args, tuple(f"a:{id}" for id in people), case)
    return msgspec.structs.replace(done, puts=(*done.puts, notice))


def return_ticket(command: ReturnTicket, case: Case) -> Effects:
    """The group and those who watch are told why. Refused as long as its holder may have it."""
    ticket = _ticket(command.ticket_id, case)
    if ticket.handler_id != command.handler_id or ticket.state is not TicketState.IN_PROGRESS:
        stale("given_back_already", number=ticket.number)
    agent = case.state.get(Agent, command.handler_id)
    name = agent.name if agent else command.handler_id
    why = unfit(agent, ticket, case.now)
    if not why:
        refuse("keeps_ticket", who=name, number=ticket.number)
    done = moved(ticket, TicketState.OPEN, "", case)
    args = {"number": ticket.number, "who": name}
    notice = _notice(f"domain.notice.returned_{why}", args, (f"g:{ticket.group}", "floor"), case)
    return msgspec.structs.replace(done, puts=(*done.puts, notice))


def _notice(key: str, args: dict[str, str], to: tuple[str, ...], case: Case) -> Notice:
    return Notice(
        id=case.new_id(),
        kind="message",
        key=key,
        args={**args},
        to=to,
        at=case.now,
        until=case.now + TOLD_FOR,
        by=case.actor.id,
    )
