"""The facts rules are asked about, read from rows: the same at a desk, where a key is greyed, and on the server, where
it counts."""

from __future__ import annotations

from datetime import datetime

import msgspec

from agent_tui.domain.agent import Agent
from agent_tui.domain.centre import Group
from agent_tui.domain.complaint import level_of
from agent_tui.domain.contact import OPEN_STATES, Contact, Verified
from agent_tui.domain.customer import Customer
from agent_tui.domain.effects import Rows
from agent_tui.domain.ticket import Ticket, TicketKind
from agent_tui.policy.decision import ActorFacts, SubjectFacts


class About(msgspec.Struct, frozen=True, kw_only=True):
    """What an act is about, by ids; empty for nothing of that kind."""

    customer_id: str = ""
    contact_id: str | None = None
    product_id: str | None = None
    ticket_id: str | None = None
    group: str = ""
    author_id: str = ""
    """Who wrote what it is about."""


def actor_facts(agent: Agent, level: int, step_up_age_s: int | None, now: datetime) -> ActorFacts:
    """`level` is the effective one, with what was lent. Certifications out of date do not count."""
    return ActorFacts(
        id=agent.id,
        level=level,
        role=agent.role.value,
        groups=agent.groups,
        certifications=tuple(sorted(code for code, until in agent.certifications.items() if until > now)),
        active=agent.active,
        step_up_age_s=step_up_age_s,
    )


def groups_of(about: About, agent: Agent, rows: Rows) -> list[Group]:
    """The groups whose hours count: of the contact and the ticket it is about, without either those of the person."""
    contact = rows.get(Contact, about.contact_id) if about.contact_id else None
    ticket = rows.get(Ticket, about.ticket_id) if about.ticket_id else None
    named = {found.group for found in (contact, ticket) if found is not None and found.group} or set(agent.groups)
    return [group for id in sorted(named) if (group := rows.get(Group, id)) is not None]


def subject_facts(about: About, agent: Agent, rows: Rows) -> SubjectFacts:
    """A contact of somebody else's customer proves nothing: then the caller counts as not verified. Nor does a ticket."""
    customer = rows.get(Customer, about.customer_id) if about.customer_id else None
    contact = rows.get(Contact, about.contact_id) if about.contact_id else None
    ticket = rows.get(Ticket, about.ticket_id) if about.ticket_id else None
    if contact is not None and (contact.customer_id or "") != about.customer_id:
        contact = None
    if ticket is not None and about.customer_id and (ticket.customer_id or "") != about.customer_id:
        ticket = None
    products = customer.products if customer else ()
    product = next((p for p in products if p.id == about.product_id), None)
    open_now = contact is not None and contact.state in OPEN_STATES
    own = contact is not None and contact.agent_id == agent.id and open_now
    # Who verified the caller does not matter, but for whom: a colleague of the group, or oneself.
    ours = own or (contact is not None and contact.group in agent.groups and open_now)
    groups = {found.group for found in (contact, ticket) if found is not None} | {about.group} - {""}
    return SubjectFacts(
        customer_id=about.customer_id,
        tier=customer.tier.value if customer else "standard",
        sensitivity=(customer.sensitivity or "") if customer else "",
        frozen=customer.frozen if customer else False,
        verified=(contact.verified if contact and ours else Verified.NONE).value,
        own_contact=own,
        own_group=not groups.isdisjoint(agent.groups),
        owner=agent.id in (about.author_id, *((ticket.owner_id, ticket.handler_id) if ticket else ())),
        product_kind=product.kind if product else "",
        product_status=product.status if product else "",
        complaint_level=level_of(ticket) if ticket and ticket.kind is TicketKind.COMPLAINT else "",
    )
