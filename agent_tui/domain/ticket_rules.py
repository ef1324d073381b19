"""Tickets: work orders to departments with their clock (M10), complaints with theirs (M11), promised call-backs (M12), and
who may close them.

Legal moves stand in `domain.ticket.TICKET_MOVES`. The department answers; whoever took the customer's contact first owns
the ticket until the customer has the answer (M9), so only they, or a supervisor, close it. Of a work order or a complaint
one person of the group has it in hand while it is in progress, and gives it back, answers it or closes it.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import NoReturn
from zoneinfo import ZoneInfo

import msgspec

from agent_tui.domain.agent import Agent, Role
from agent_tui.domain.calendar import ALWAYS, Calendar, due
from agent_tui.domain.case import Case, refuse, stale
from agent_tui.domain.centre import Group
from agent_tui.domain.commands import MoveTicket, RaiseWorkOrder
from agent_tui.domain.complaint import COMPLAINT_LEVELS, ComplaintClocks
from agent_tui.domain.contact import Contact, Why
from agent_tui.domain.effects import Effects, Event
from agent_tui.domain.hand_over import HandOver, about
from agent_tui.domain.ticket import TAKEN_UP, TICKET_MOVES, Note, Ticket, TicketKind, TicketState
from agent_tui.ids import ticket_number

FEEDBACK = timedelta(hours=24)
"""M10: the customer hears from us within 24 hours, by the clock on the wall."""
PROMISED = "domain.ticket_why.promised"
"""Why a call-back stands: its time was agreed with the customer, or the 24 hours."""


def hours_of(group: Group | None) -> Calendar:
    """When a group works; always, where it does not say."""
    return (group.hours if group else None) or ALWAYS


def _local(moment: datetime, group: Group | None) -> datetime:
    """By the group's clock on the wall."""
    hours = hours_of(group)
    return moment.astimezone(UTC if hours is ALWAYS else ZoneInfo(hours.timezone))


def next_number(group: Group | None, case: Case) -> str:
    """The next ticket number of the group's day."""
    day = _local(case.now, group).strftime("%y%m%d")
    return ticket_number(day, case.state.tickets_on(day) + 1)


def decided_by(ticket: Ticket, case: Case) -> datetime:
    """When a complaint must be decided by law, which is what `complaint_in_time` measures."""
    group = case.state.get(Group, ticket.group)
    return (group.complaint if group else ComplaintClocks()).decided_by(ticket.opened_at)


def clocked(ticket: Ticket, group: Group | None) -> Ticket:
    """A complaint with the clock that runs for it now; any other ticket as it is."""
    if ticket.kind is not TicketKind.COMPLAINT:
        return ticket
    clocks = group.complaint if group else ComplaintClocks()
    return msgspec.structs.replace(ticket, due_at=clocks.due(ticket))


def opened(ticket: Ticket, case: Case) -> Event:
    """The fact that a ticket was opened."""
    clock = decided_by(ticket, case) if ticket.kind is TicketKind.COMPLAINT else ticket.due_at
    due_s = (clock - ticket.opened_at).total_seconds() if clock else None
    return Event(
        name="TicketOpened",
        at=case.now,
        contact_id=ticket.contact_id,
        agent_id=ticket.owner_id,
        group=ticket.group,
        customer_id=ticket.customer_id,
        data={"ticket": ticket.id, "kind": ticket.kind.value, "due_s": due_s},
    )


def call_back(contact: Contact, why: Why, at: datetime, case: Case) -> Ticket:
    """A call-back due at `at`, which the contact's owner answers for."""
    group = case.state.get(Group, contact.group)
    return Ticket(
        id=case.new_id(),
        number=next_number(group, case),
        kind=TicketKind.CALL_BACK,
        customer_id=contact.customer_id,
        contact_id=contact.id,
        name=contact.name,
        tier=contact.tier,
        language=contact.language,
        group=contact.group,
        owner_id=contact.owner_id or contact.agent_id,
        title=contact.subject,
        why=why,
        opened_at=case.now,
        due_at=at,
    )


def raise_work_order(command: RaiseWorkOrder, case: Case) -> Effects:
    group = case.state.get(Group, command.group) or refuse("no_group", group=command.group)
    title, text = case.clean(command.title), case.clean(command.text)
    if not title:
        refuse("title_needed")
    contact = case.contact(command.contact_id) if command.contact_id else None
    customer_id = command.customer_id or (contact.customer_id if contact else None)
    if contact is not None and command.customer_id and contact.customer_id != command.customer_id:
        refuse("not_that_customer")
    if command.complaint is not None and command.complaint not in COMPLAINT_LEVELS:
        refuse("unknown_complaint_level")
    if command.complaint is not None and group.kind == "department":
        # Nobody there may close it, and the customer would wait for ever.
        refuse("complaint_to_department")
    if command.complaint is not None and customer_id is None:
        # It is closed under the authority of the customer's tier, which nobody could judge.
        refuse("complaint_needs_customer")
    customer = case.customer(customer_id) if customer_id else None
    whose = customer or contact
    ticket = Ticket(
        id=case.new_id(),
        number=next_number(group, case),
        kind=TicketKind.COMPLAINT if command.complaint else TicketKind.WORK_ORDER,
        complaint_level=command.complaint,
        customer_id=customer_id,
        contact_id=command.contact_id,
        group=group.id,
        owner_id=(contact.owner_id if contact else None) or case.actor.id,
        title=title,
        text=text,
        opened_at=case.now,
        due_at=due(hours_of(group), case.now, group.handle_s).at,
        name=whose.name if whose else "",
        tier=str(whose.tier) if whose else "standard",
        language=whose.language if whose else "zh",
    )
    ticket = clocked(ticket, group)
    return Effects(puts=(ticket,), events=(opened(ticket, case),))


def hand_over(command: HandOver, case: Case) -> Effects:
    """A ticket in the contact's group, else in the giver's own: colleagues there and supervisors see it."""
    agent, contact = case.agent(), case.contact(command.contact_id) if command.contact_id else None
    title, text = case.clean(command.title), case.clean(command.text)
    if not title:
        refuse("title_needed")
    id = contact.group if contact else next(iter(agent.groups), "")
    group = case.state.get(Group, id) if id else None
    ticket = Ticket(
        id=case.new_id(),
        number=next_number(group, case),
        kind=TicketKind.HAND_OVER,
        contact_id=command.contact_id,
        customer_id=contact.customer_id if contact else None,
        name=contact.name if contact else "",
        group=id,
        owner_id=agent.id,
        about=about(agent.id),
        title=title,
        text=text,
        opened_at=case.now,
    )
    return Effects(puts=(ticket,), events=(opened(ticket, case),))


def _works_in(agent: Agent, group: str) -> bool:
    return group in agent.groups or agent.role in (Role.SUPERVISOR, Role.ADMINISTRATOR)


def _check_hands(ticket: Ticket, to: TicketState, agent: Agent) -> None:
    """Refuse unless it is this agent's to move the ticket there."""
    owns = ticket.owner_id == agent.id or agent.role is Role.SUPERVISOR
    calls = ticket.kind is TicketKind.CALL_BACK and ticket.handler_id == agent.id
    if to is TicketState.CLOSED and not (owns or calls):
        refuse("owner_closes", number=ticket.number)
    if not owns and not _works_in(agent, ticket.group):
        refuse("not_your_ticket", number=ticket.number)


def elsewhere(ticket: Ticket, agent: Agent) -> bool:
    """Whether a colleague has it in hand: then it is theirs to work on, and only a supervisor takes it out of their hands."""
    return ticket.handler_id not in (None, agent.id) and agent.role is not Role.SUPERVISOR


def in_hand(ticket: Ticket, case: Case) -> NoReturn:
    """Say who was quicker, and since when."""
    handler = case.state.get(Agent, ticket.handler_id) if ticket.handler_id else None
    since = _local(ticket.handled_since or case.now, case.state.get(Group, ticket.group))
    who = handler.name if handler else ticket.handler_id or ""
    stale("taken_up", number=ticket.number, who=who, at=since.strftime("%m-%d %H:%M"))


def _check_move(ticket: Ticket, to: TicketState, agent: Agent, case: Case) -> None:
    """Refuse a move that its state does not allow, or that is another's to make."""
    takes = to is TicketState.IN_PROGRESS
    theirs = ticket.handler_id not in (None, agent.id) if takes else elsewhere(ticket, agent)
    if theirs and to is not TicketState.CLOSED:
        in_hand(ticket, case)
    if to not in TICKET_MOVES[ticket.state]:
        stale(f"ticket_is_{ticket.state.value}", number=ticket.number)


def _check_answer(ticket: Ticket, case: Case) -> None:
    """What people take up is answered by whoever did, no supervisor excepted; a complaint is closed under authority, and
    never just answered."""
    if ticket.kind is TicketKind.COMPLAINT:
        refuse("complaint_by_action")
    if ticket.kind is TicketKind.CALL_BACK:
        refuse("call_back_closes", number=ticket.number)
    if ticket.handler_id is None:
        refuse("take_up_first", number=ticket.number)
    if ticket.handler_id != case.actor.id:
        in_hand(ticket, case)


def move_ticket(command: MoveTicket, case: Case) -> Effects:
    ticket = case.state.get(Ticket, command.ticket_id) or refuse("no_ticket", ticket=command.ticket_id)
    if command.state not in [state.value for state in TicketState]:
        refuse("unknown_state", state=command.state)
    to, agent = TicketState(command.state), case.agent()
    _check_move(ticket, to, agent, case)
    if ticket.kind is TicketKind.COMPLAINT and to is TicketState.CLOSED:
        refuse("complaint_by_action")
    _check_hands(ticket, to, agent)
    if to is TicketState.ANSWERED and ticket.kind in TAKEN_UP:
        _check_answer(ticket, case)
    text = case.clean(command.text)
    if to is TicketState.ANSWERED and not text:
        refuse("answer_needed")
    if ticket.kind is TicketKind.CALL_BACK and to is TicketState.CLOSED and not text:
        refuse("call_back_note")
    return moved(ticket, to, text, case)


def raised(ticket: Ticket, level: str, text: str, case: Case) -> Effects:
    """A complaint at a higher level, waiting to be taken up at that level, with a note of why."""
    group = case.state.get(Group, ticket.group)
    higher = (group.complaint if group else ComplaintClocks()).raised(ticket, level, case.now)
    done = moved(ticket, TicketState.OPEN, text, case)
    puts = tuple(higher if isinstance(row, Ticket) else row for row in done.puts)
    return Effects(puts=puts, events=done.events if ticket.state is not TicketState.OPEN else ())


def moved(ticket: Ticket, to: TicketState, text: str, case: Case, *, hands: str | None = None) -> Effects:
    """The ticket in its new state, with a note of what was written. `hands`: whose it is in then, if not the actor's."""
    closed_at = case.now if to is TicketState.CLOSED else None
    note = Note(
        id=case.new_id(),
        text=text,
        at=case.now,
        author_id=case.actor.id,
        ticket_id=ticket.id,
        customer_id=ticket.customer_id,
    )
    late = ticket.due_at is not None and case.now > ticket.due_at
    fact = Event(
        name="TicketMoved",
        at=case.now,
        contact_id=ticket.contact_id,
        agent_id=case.actor.id if case.actor.kind == "agent" else None,
        group=ticket.group,
        customer_id=ticket.customer_id,
        data={
            "ticket": ticket.id,
            "kind": ticket.kind.value,
            "from": ticket.state.value,
            "to": to.value,
            "age_s": (case.now - ticket.opened_at).total_seconds(),
            "late": late,
        },
    )
    answer = text if to is TicketState.ANSWERED else ticket.answer
    taken = to is TicketState.IN_PROGRESS
    owner = case.actor.id if taken and ticket.kind is TicketKind.HAND_OVER else ticket.owner_id
    held = taken and ticket.kind in TAKEN_UP
    changed = msgspec.structs.replace(
        ticket,
        state=to,
        closed_at=closed_at,
        answer=answer,
        owner_id=owner,
        handler_id=(hands or case.actor.id) if held else None,
        handled_since=case.now if held else None,
    )
    changed = clocked(changed, case.state.get(Group, ticket.group))
    return Effects(puts=(changed, note) if text else (changed,), events=(fact,))
