"""Contacts, the customer behind one, what was written: the panes beside the queue."""

from __future__ import annotations

import msgspec

from agent_tui.desk.sight import Sight
from agent_tui.desk.views import (
    ContactDetail,
    ContactView,
    Customer360,
    CustomerCard,
    GuidedContacts,
    MyContacts,
    ThreadOf,
)
from agent_tui.domain.centre import Group
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
    tickets = read.of_customer(sight.cache, Ticket, customer.id, OTHERS_AT_MOST)
    tickets = tuple(sorted(tickets, key=lambda t: (t.state == TicketState.CLOSED, t.due_at or t.opened_at)))
    return Customer360(
        customer=customer,
        contacts=read.contacts_of(sight.cache, customer.id, CONTACTS_AT_MOST),
        tickets=tickets,
        promises=tuple(t for t in tickets if t.kind == TicketKind.CALL_BACK and t.state != TicketState.CLOSED),
        complaints=tuple(t for t in tickets if t.kind == TicketKind.COMPLAINT),
        notes=read.of_customer(sight.cache, Note, customer.id, OTHERS_AT_MOST),
        hands={ticket.id: sight.name_of(ticket.handler_id) for ticket in tickets if ticket.handler_id},
    )


def contact_detail(sight: Sight, query: ContactDetail) -> ContactView | None:
    contact = read.get(sight.cache, Contact, query.contact_id)
    return _contact_view(sight, contact) if contact else None


def guided_contacts(sight: Sight, query: GuidedContacts) -> tuple[Contact, ...]:
    """Contacts whose script can be printed again."""
    if query.customer_id is None:
        found = read.contacts_ended(sight.cache, OTHERS_AT_MOST)
    else:
        found = read.contacts_of(sight.cache, query.customer_id, CONTACTS_AT_MOST)
    return tuple(contact for contact in found if contact.blueprint)


def my_contacts(sight: Sight, query: MyContacts) -> tuple[ContactView, ...]:
    """The one to look at first stands first."""
    return tuple(_contact_view(sight, contact) for contact in sight.my_contacts())


def thread_of(sight: Sight, query: ThreadOf) -> tuple[Message, ...]:
    thread = read.get(sight.cache, Thread, query.contact_id)
    return thread.messages if thread else ()


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
