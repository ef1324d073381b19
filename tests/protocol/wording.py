"""What an office holds besides contacts: tickets that change again and again, bulletins, articles, reasons of contact and
blueprints; and what each of them looks like after the next change that somebody makes elsewhere."""

from __future__ import annotations

from datetime import timedelta

import msgspec

from agent_tui.blueprints.model import dump
from agent_tui.blueprints.parse import parse
from agent_tui.config.data import files
from agent_tui.domain.centre import Bundle, Category
from agent_tui.domain.commands import (
    Command,
    MoveTicket,
    PublishArticle,
    PublishBulletin,
    RetireArticle,
    WithdrawBulletin,
)
from agent_tui.domain.knowledge import Article, Bulletin, Page, Pages
from agent_tui.domain.rows import Entity
from agent_tui.domain.ticket import Ticket, TicketKind, TicketState
from tests import eg

DAY = timedelta(days=1)
CATEGORY, BULLETIN, ARTICLE, BUNDLE = "card_loss", "fees-2026", "annual-fee", "blueprint:card_loss"
COMPLAINT, WORK_ORDER = "t2", "t3"
ELSEWHERE: tuple[tuple[type[Entity], str], ...] = (
    (Ticket, COMPLAINT),
    (Ticket, WORK_ORDER),
    (Bulletin, BULLETIN),
    (Article, ARTICLE),
    (Category, CATEGORY),
    (Bundle, BUNDLE),
)
"""Rows that change behind everybody's back."""
TICKET_CHANGES, CATEGORY_CHANGES = 0, 4
"""Numbers of changes to a ticket and to a reason of contact."""
MOVES = tuple(state.value for state in TicketState)


def rows() -> list[Entity]:
    """One of each, as they are when the office opens."""
    blueprint = parse(next(iter(files("scripts/blueprints", "card_loss.yaml"))).read_text("utf-8"), "card_loss.yaml")
    complaint = {"kind": TicketKind.COMPLAINT, "customer_id": "c1", "complaint_level": "general", "owner_id": "a1"}
    return [
        eg.category(CATEGORY),
        eg.bulletin(BULLETIN, department="cards"),
        eg.article(ARTICLE, department="cards", categories=(CATEGORY,)),
        Bundle(id=BUNDLE, kind="blueprint", revision="1", text=dump(blueprint).decode()),
        eg.ticket(COMPLAINT, number="260302-0002-1", group="cards", title="complains", **complaint),
        eg.ticket(WORK_ORDER, number="260302-0003-9", group="cards", title="looks", owner_id="a2", customer_id="c2"),
    ]


def pages(word: str) -> Pages:
    return {"zh": Page(title=f"年费{word}", text=f"白金卡{word}首年免年费。", words=(word,))}


def changed(row: Entity, n: int) -> Entity:
    """The row after the n-th change to it. Words that robots count stay where they are."""
    word = "改" * (n % 3 + 1)
    match row:
        case Ticket():
            group, handler = ("cards", "loans", "cards")[n % 3], (None, "a1", "a2")[n % 3]
            return msgspec.structs.replace(row, text=f"终端 T{n % 5:07}{word}", group=group, handler_id=handler)
        case Bulletin():
            to = ((), ("loans",), ("cards",))[n % 3]
            return msgspec.structs.replace(row, pages=pages(word), to=to, revision=row.revision + 1)
        case Article():
            retired = None if n % 2 else eg.NOW
            return msgspec.structs.replace(row, pages=pages(word), retired_at=retired, revision=row.revision + 1)
        case Category():
            return msgspec.structs.replace(row, names=msgspec.structs.replace(row.names, zh=f"挂失{word}"))
        case Bundle():
            kind = ("blueprint", "proposal", "retired")[n % 3]
            return msgspec.structs.replace(row, kind=kind, revision=str(n))
    raise AssertionError(f"nobody changes a {type(row).__name__} elsewhere")


def told(what: str, word: str) -> Command:
    """A department's word: published, published anew, or taken back."""
    span = {"valid_from": eg.NOW - DAY, "valid_to": eg.NOW + DAY, "department": "cards", "pages": pages(word)}
    match what:
        case "bulletin":
            return PublishBulletin(bulletin_id=BULLETIN, acknowledge=True, **span)  # type: ignore[arg-type]
        case "article":
            people = eg.article().people
            return PublishArticle(article_id=ARTICLE, people=people, categories=(CATEGORY,), **span)  # type: ignore[arg-type]
        case "withdraw":
            return WithdrawBulletin(bulletin_id=BULLETIN, reason=word)
    return RetireArticle(article_id=ARTICLE, reason=word)


def move(ticket: Ticket, state: str, word: str) -> MoveTicket:
    """Taken up, given back, answered or closed."""
    return MoveTicket(ticket_id=ticket.id, state=state, text=word)
