"""Example builders: a test names only what it is about."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from agent_tui.domain.agent import Agent, AgentState
from agent_tui.domain.centre import Category, Group, Names
from agent_tui.domain.contact import Channel, Contact
from agent_tui.domain.customer import Customer, Product
from agent_tui.domain.effects import E
from agent_tui.domain.knowledge import Article, Bulletin, ContactPerson, Page
from agent_tui.domain.release import Proposal
from agent_tui.domain.rows import Entity, facets
from agent_tui.domain.ticket import Ticket, TicketKind
from agent_tui.domain.walk import Seen, Walk

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


def category(id: str = "card_loss", **fields: Any) -> Category:
    given = {
        "names": Names(zh="挂失", en="Card loss", ja="紛失"),
        "group": "cards",
        "words": ("挂失", "lost card", "紛失"),
    }
    return Category(id=id, **{**given, **fields})


def page(title: str = "年费减免口径", text: str = "白金卡首年免年费。", words: tuple[str, ...] = ("年费",)) -> Page:
    return Page(title=title, text=text, words=words)


def bulletin(id: str = "fees-2026", **fields: Any) -> Bulletin:
    given = {
        "department": "card_ops",
        "pages": {"zh": page()},
        "valid_from": at(-3_600),
        "valid_to": at(86_400),
        "published_at": at(-3_600),
        "published_by": "a9",
    }
    return Bulletin(id=id, **{**given, **fields})


def article(id: str = "annual-fee", **fields: Any) -> Article:
    given = {
        "department": "card_ops",
        "pages": {"zh": page()},
        "people": (ContactPerson("沈立群", "6201"),),
        "valid_from": at(-3_600),
        "valid_to": at(86_400),
        "published_at": at(-3_600),
        "published_by": "a9",
    }
    return Article(id=id, **{**given, **fields})


def proposal(blueprint: str = "card_loss", number: int = 2, **fields: Any) -> Proposal:
    given = {
        "titles": {"zh": "挂失", "en": "Card loss", "ja": "紛失"},
        "owner": "card_ops",
        "change": "再版",
        "valid_from": "2026-03-02",
        "valid_to": "2027-12-31",
        "wording": "{}",
        "digest": f"sha-256:{number}",
        "begins": NOW,
        "ends": at(86_400),
    }
    return Proposal(blueprint=blueprint, number=number, **{**given, **fields})


def walk(blueprint: str = "card_loss@1", **fields: Any) -> Walk:
    """Two nodes, nine seconds, the second one left when the contact ended."""
    sights = (
        Seen(at_ms=0, node="calm", move="start", language="zh", house="zh"),
        Seen(at_ms=4_000, node="what", move="advance", language="zh", house="zh"),
    )
    return Walk(blueprint=blueprint, **{"began": NOW, "seen": sights, "lasted_ms": 9_000, **fields})


class Rows:
    """The `State` of a rule: rows in memory. `keep` takes over what a rule returned."""

    def __init__(self, *rows: Entity) -> None:
        self.rows: dict[tuple[object, str], Entity] = {}
        self.keep(*rows)

    def keep(self, *rows: Entity) -> None:
        self.rows |= {(type(row), row.id): row for row in rows}

    def get(self, kind: type[E], id: str) -> E | None:
        found = self.rows.get((kind, id))
        return found if isinstance(found, kind) else None

    def find(self, kind: type[E], **facets_: str | None) -> list[E]:
        def fits(row: Entity) -> bool:
            have = facets(row)
            return all(value is None or getattr(have, name) == value for name, value in facets_.items())

        return sorted((row for row in self.rows.values() if isinstance(row, kind) and fits(row)), key=sort_of)

    def tickets_on(self, day: str) -> int:
        return sum(ticket.number.startswith(day) for ticket in self.find(Ticket))


def sort_of(row: Entity) -> str:
    return facets(row).sort
