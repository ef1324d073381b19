"""Notes: who may write one about what. Whoever handled it, its group, and supervisors; nobody else's hands go there.

What was written offline and comes late is judged by who handled it, not by who has it now.
"""

from __future__ import annotations

from agent_tui.domain.agent import Agent, Role
from agent_tui.domain.case import Case, refuse
from agent_tui.domain.commands import AddNote
from agent_tui.domain.contact import Contact
from agent_tui.domain.effects import Effects
from agent_tui.domain.ticket import Note, Ticket

OVERSEERS = frozenset({Role.SUPERVISOR, Role.ADMINISTRATOR})


def add_note(command: AddNote, case: Case) -> Effects:
    text = case.clean(command.text)
    if not text:
        refuse("empty_text")
    contact = case.contact(command.contact_id) if command.contact_id else None
    ticket = case.state.get(Ticket, command.ticket_id) if command.ticket_id else None
    if command.ticket_id and ticket is None:
        refuse("no_ticket", ticket=command.ticket_id)
    about = command.customer_id or (contact and contact.customer_id) or (ticket and ticket.customer_id) or None
    if contact is None and ticket is None and about is None:
        refuse("note_about_nothing")
    if command.customer_id:
        case.customer(command.customer_id)
        _check_whose(contact, command.customer_id)
    _check_hands(contact, ticket, about, case)
    note = written(text, case, command.contact_id, about, command.ticket_id)
    fact = case.event("NoteAdded", contact, case.actor.id, length=len(text))
    return Effects(puts=(note,), events=(fact,))


def written(
    text: str, case: Case, contact_id: str | None, customer_id: str | None, ticket_id: str | None = None
) -> Note:
    """A note of now by the one who asks."""
    return Note(
        id=case.new_id(),
        text=text,
        at=case.now,
        author_id=case.actor.id,
        contact_id=contact_id,
        customer_id=customer_id,
        ticket_id=ticket_id,
    )


def _check_whose(contact: Contact | None, customer_id: str) -> None:
    """A contact of one customer is no way to write about another."""
    if contact is not None and contact.customer_id not in (None, customer_id):
        refuse("not_that_customer")


def _check_hands(contact: Contact | None, ticket: Ticket | None, customer_id: str | None, case: Case) -> None:
    """Refuse unless the one who asks has to do with what the note is about."""
    agent = case.agent()
    if agent.role in OVERSEERS:
        return
    if contact is not None or ticket is not None:
        known = (contact is None or concerns(contact, agent)) and (ticket is None or _ticket_concerns(ticket, agent))
    else:
        contacts = case.state.find(Contact, customer_id=customer_id)
        tickets = case.state.find(Ticket, customer_id=customer_id)
        known = any(concerns(item, agent) for item in contacts) or any(_ticket_concerns(t, agent) for t in tickets)
    if not known:
        refuse("note_not_yours")


def concerns(contact: Contact, agent: Agent) -> bool:
    """Whether this agent has or had the contact, or works in a group that it is or was open to."""
    consulted = contact.consult is not None and contact.consult.to_id == agent.id
    hands = agent.id in (contact.agent_id, contact.owner_id, *contact.answered_by) or consulted
    return hands or not {contact.group, *contact.overflow_groups}.isdisjoint(agent.groups)


def _ticket_concerns(ticket: Ticket, agent: Agent) -> bool:
    return ticket.owner_id == agent.id or ticket.group in agent.groups
