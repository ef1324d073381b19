"""Example builders: a test names only what it is about."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from agent_tui.domain.agent import Agent, AgentState
from agent_tui.domain.centre import Group, Names
from agent_tui.domain.contact import Channel, Contact
from agent_tui.domain.customer import Customer, Product
from agent_tui.domain.ticket import Ticket, TicketKind

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
"""A Monday, 10:00 in Shanghai."""


def at(seconds: float) -> datetime:
    """`seconds` after NOW."""
    return NOW + timedelta(seconds=seconds)


def agent(id: str = "a1", **fields: Any) -> Agent:
    given = {"login": id, "name": "陈晓", "level": 2, "groups": ("cards",), "state": AgentState.READY, "since": NOW}
    return Agent(id=id, **{**given, **fields})


def contact(id: str = "k1", **fields: Any) -> Contact:
    given = {"channel": Channel.PHONE, "group": "cards", "first_group": "cards", "offered_at": NOW, "queued_at": NOW}
    return Contact(id=id, **{**given, **fields})


def customer(id: str = "c1", **fields: Any) -> Customer:
    given = {
        "name": "张•",
        "phone": "138••••5678",
        "products": (Product(id=f"{id}-card", kind="credit_card", number="•••• 1234"),),
    }
    return Customer(id=id, **{**given, **fields})


def ticket(id: str = "t1", **fields: Any) -> Ticket:
    given = {"number": "260302-0001-3", "kind": TicketKind.WORK_ORDER, "group": "merchant_ops", "opened_at": NOW}
    return Ticket(id=id, **{**given, **fields})


def group(id: str = "cards", **fields: Any) -> Group:
    given = {"names": Names(zh="信用卡", en="Cards", ja="クレジットカード")}
    return Group(id=id, **{**given, **fields})
