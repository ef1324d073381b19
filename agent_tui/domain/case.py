"""The case a rule judges: who asks, what the rows are, what time it is; and how a rule says no."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import NoReturn

import msgspec

from agent_tui.domain.agent import Agent
from agent_tui.domain.contact import Contact
from agent_tui.domain.customer import Customer
from agent_tui.domain.effects import Actor, Event, LinkRequest, Refusal, State
from agent_tui.domain.scrub import scrub


class Stop(Exception):
    """Ends a rule with a refusal; `apply` returns it, nobody else sees it."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.key)
        self.refusal = refusal


def refuse(key: str, **args: str | int) -> NoReturn:
    """It is not allowed; `domain.<key>` says why and what would help."""
    raise Stop(Refusal(key=f"domain.{key}", args=args))


def stale(key: str, **args: str | int) -> NoReturn:
    """The state had moved on before the command came."""
    raise Stop(Refusal(key=f"domain.{key}", args=args, conflict=True))


class Case(msgspec.Struct, frozen=True):
    actor: Actor
    state: State
    now: datetime
    new_id: Callable[[], str]

    def agent(self, id: str | None = None) -> Agent:
        """That agent, or the one who asks."""
        found = self.state.get(Agent, id or self.actor.id)
        return found or refuse("no_agent", agent=id or self.actor.id)

    def contact(self, id: str) -> Contact:
        return self.state.get(Contact, id) or refuse("no_contact", contact=id)

    def own_contact(self, id: str) -> Contact:
        """The contact, if it is with the one who asks."""
        contact = self.contact(id)
        if contact.agent_id != self.actor.id:
            stale("not_your_contact")
        return contact

    def customer(self, id: str) -> Customer:
        return self.state.get(Customer, id) or refuse("no_customer", customer=id)

    def clean(self, text: str) -> str:
        """Text of a person for keeping. A card number or a secret in it is refused, so that they know."""
        scrubbed = scrub(text)
        if scrubbed.found:
            refuse(f"holds_{scrubbed.found[0]}")
        return scrubbed.text.strip()

    def event(
        self,
        name: str,
        contact: Contact | None = None,
        agent_id: str | None = None,
        /,
        **data: str | int | float | bool | None,
    ) -> Event:
        """A fact of now; what it is about comes from the contact."""
        if contact is None:
            return Event(name=name, at=self.now, agent_id=agent_id, data=data)
        return Event(
            name=name,
            at=self.now,
            contact_id=contact.id,
            agent_id=agent_id or contact.agent_id,
            group=contact.group,
            channel=contact.channel,
            customer_id=contact.customer_id,
            data=data,
        )


def ask(contact: Contact, service: str, agent_id: str | None = None, /, **args: str) -> LinkRequest:
    """A request to the contact's own link."""
    return LinkRequest(
        link=contact.link, service=service, contact_id=contact.id, agent_id=agent_id or contact.agent_id, args=args
    )
