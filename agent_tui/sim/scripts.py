"""The blueprints that robots have at hand: those on the feed, in force today; and which of them a contact opens with."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from agent_tui.blueprints.facts import of_contact, of_customer
from agent_tui.blueprints.model import Blueprint, in_force, load
from agent_tui.blueprints.propose import propose
from agent_tui.domain.agent import Agent
from agent_tui.domain.centre import Bundle
from agent_tui.domain.contact import Contact
from agent_tui.domain.customer import Customer
from agent_tui.domain.release_rules import IN_USE
from agent_tui.sim.floor import Floor
from agent_tui.sim.guided import Opening
from agent_tui.sim.plan import Plan
from agent_tui.sim.rehearsal import Errand


class Scripts:
    """Read from the floor's rows, each revision once for all robots of a process."""

    def __init__(self, floor: Floor, zone: str) -> None:
        self._floor, self._zone = floor, ZoneInfo(zone)
        self._read: dict[str, Blueprint | None] = {}

    def today(self, now: datetime) -> str:
        """ISO 8601 date at the centre."""
        return now.astimezone(self._zone).date().isoformat()

    def in_force(self, now: datetime) -> list[Blueprint]:
        """Of each the latest version that may be taken out."""
        latest: dict[str, Blueprint] = {}
        for bundle in self._floor.all(Bundle):
            blueprint = self._blueprint(bundle) if bundle.kind == IN_USE else None
            if blueprint is None or not in_force(blueprint, self.today(now)):
                continue
            if blueprint.id not in latest or latest[blueprint.id].version < blueprint.version:
                latest[blueprint.id] = blueprint
        return list(latest.values())

    def opens_with(self, contact: Contact, category: str, now: datetime) -> tuple[Blueprint, ...]:
        """The blueprint that the desk proposes for a contact and, where triage was wrong, the one that its real
        `category` stands for after it. Empty where none fits."""
        there = self.in_force(now)
        first = _first(there, contact.category or contact.guess, contact)
        right = _first(there, category, contact)
        if first is None or right is None or first.id == right.id:
            return (right,) if right else (first,) if first else ()
        return (first, right)

    def _blueprint(self, bundle: Bundle) -> Blueprint | None:
        key = f"{bundle.id}/{bundle.revision}"
        if key not in self._read:
            try:
                self._read[key] = load(bundle.text)
            except msgspec.DecodeError:
                self._read[key] = None
        return self._read[key]


def _first(there: list[Blueprint], category: str | None, contact: Contact) -> Blueprint | None:
    found = propose(there, category, contact.subject, contact.language)
    return next((proposal.blueprint for proposal in found if proposal.category), None)


def opening(
    contact: Contact,
    customer: Customer | None,
    me: Agent | None,
    plan: Plan,
    reasons: tuple[str, ...],
    words: str,
    now: datetime,
    today: str,
) -> Opening:
    """What a robot knows when it opens a blueprint: what a desk would know, and why the customer came.

    `words` is what it writes where a blueprint wants something in words.
    """
    facts = {"time.today": today, **of_contact(contact), **(of_customer(customer) if customer else {})}
    if me is not None:
        facts |= {"agent.name": me.name, "agent.id": me.login}
    errand = Errand(
        action=plan.action,
        order=plan.order,
        category=plan.about,
        amount_minor=plan.amount_minor,
        product_id=plan.product_id,
        products=customer.products if customer else (),
        known=customer is not None,
        words=words,
        today=today,
    )
    house = me.languages[0] if me and me.languages else "zh"
    return Opening(
        contact=contact, facts=facts, house=house, errand=errand, reasons=reasons, talk_s=plan.talk_s, began=now
    )
