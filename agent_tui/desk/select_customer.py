"""Contacts, the customer behind one, what was written: the panes beside the queue."""

from __future__ import annotations

import msgspec

from agent_tui.desk.sight import Sight
from agent_tui.desk.views import (
    Categories,
    ContactDetail,
    ContactView,
    Customer360,
    CustomerCard,
    Directory,
    MyContacts,
    Notices,
    Party,
    ThreadOf,
)
from agent_tui.domain.agent import Agent, AgentState
from agent_tui.domain.centre import Category, Group, Notice
from agent_tui.domain.contact import Contact, Message, Thread
from agent_tui.domain.customer import Customer
from agent_tui.domain.ticket import Note, Ticket, TicketKind, TicketState
from agent_tui.store import read

CONTACTS_AT_MOST = 50
OTHERS_AT_MOST = 200


def customer_card(sight: Sight, query: CustomerCard) -> Customer360 | None:
    """Who they are, what they have, what happened; None for a customer this desk may not see."""
    customer = _customer(sight, query.customer_id)
    if customer is None:
        return None
    contacts = read.of_customer(sight.cache, Contact, customer.id, OTHERS_AT_MOST)
    tickets = read.of_customer(sight.cache, Ticket, customer.id, OTHERS_AT_MOST)
    tickets = tuple(sorted(tickets, key=lambda t: (t.state == TicketState.CLOSED, t.due_at or t.opened_at)))
    return Customer360(
        customer=customer,
        contacts=tuple(sorted(contacts, key=lambda c: c.offered_at, reverse=True)[:CONTACTS_AT_MOST]),
        tickets=tickets,
        promises=tuple(t for t in tickets if t.kind == TicketKind.CALL_BACK and t.state != TicketState.CLOSED),
        complaints=tuple(t for t in tickets if t.kind == TicketKind.COMPLAINT),
        notes=read.of_customer(sight.cache, Note, customer.id, OTHERS_AT_MOST),
    )


def contact_detail(sight: Sight, query: ContactDetail) -> ContactView | None:
    contact = read.get(sight.cache, Contact, query.contact_id)
    return _contact_view(sight, contact) if contact else None


def my_contacts(sight: Sight, query: MyContacts) -> tuple[ContactView, ...]:
    """The one to look at first stands first."""
    return tuple(_contact_view(sight, contact) for contact in sight.my_contacts())


def thread_of(sight: Sight, query: ThreadOf) -> tuple[Message, ...]:
    thread = read.get(sight.cache, Thread, query.contact_id)
    return thread.messages if thread else ()


def categories(sight: Sight, query: Categories) -> tuple[Category, ...]:
    """Those of `group` first, each part by id."""
    return tuple(sorted(read.every(sight.cache, Category), key=lambda c: (c.group != query.group, c.id)))


def notices(sight: Sight, query: Notices) -> tuple[Notice, ...]:
    """In force now, newest first."""
    now = sight.clock.now()
    current = (n for n in read.every(sight.cache, Notice) if n.until is None or n.until > now)
    return tuple(sorted(current, key=lambda n: n.at, reverse=True))


def directory(sight: Sight, query: Directory) -> tuple[Party, ...]:
    """Groups and people: the contact's own group, open groups, people who are free, then the rest."""
    contact = read.get(sight.cache, Contact, query.contact_id)
    group_id = contact.group if contact else ""
    groups = sorted(read.every(sight.cache, Group), key=lambda g: (g.id != group_id, not g.open_now, g.id))
    people = (a for a in read.every(sight.cache, Agent) if a.active and a.id != sight.cache.agent_id)
    ordered = sorted(people, key=lambda a: (a.state != AgentState.READY, group_id not in a.groups, a.name))
    return tuple(_group_party(sight, g) for g in groups) + tuple(_agent_party(a) for a in ordered)


def _group_party(sight: Sight, group: Group) -> Party:
    state = "open" if group.open_now else "closed"
    label = group.names.say(sight.language)
    return Party(kind="group", id=group.id, label=label, state=state, detail=group.contact_person)


def _agent_party(agent: Agent) -> Party:
    return Party(kind="agent", id=agent.id, label=agent.name, state=agent.state.value, detail=" ".join(agent.groups))


def _customer(sight: Sight, customer_id: str | None) -> Customer | None:
    customer = read.get(sight.cache, Customer, customer_id)
    name = sight.reveals.name_of_customer(customer_id) if customer_id else None
    return msgspec.structs.replace(customer, name=name) if customer and name else customer


def _contact_view(sight: Sight, contact: Contact) -> ContactView:
    name = sight.reveals.name_of_contact(contact.id)
    return ContactView(
        contact=msgspec.structs.replace(contact, name=name) if name else contact,
        group=next((g for g in read.every(sight.cache, Group) if g.id == contact.group), None),
        customer=_customer(sight, contact.customer_id),
        pending=sight.pending.types_of(f"contact:{contact.id}"),
    )
