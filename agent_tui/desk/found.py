"""Read models of looking things up: what a search finds, bulletins and articles, whom one may call."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from agent_tui.desk.query import Query

if TYPE_CHECKING:  # the models are made, never decoded
    from datetime import datetime

    from agent_tui.domain.agent import Agent
    from agent_tui.domain.centre import Group
    from agent_tui.domain.knowledge import Article, Bulletin, ContactPerson, Reading
    from agent_tui.domain.ticket import Note, Ticket
    from agent_tui.search.rank import Reason

# ---- queries -----------------------------------------------------------------------------------------------------


class Search(Query["Found"], frozen=True, kw_only=True):
    """Blueprints, bulletins, articles and tickets for what was typed, the best first."""

    typed: str
    contact_id: str | None = None
    """The contact in hand: what fits its category comes before its equals."""
    most: int = 20


class Bulletins(Query["tuple[BulletinView, ...]"], frozen=True):
    """Bulletins in force for me, those I still have to read first, then the newest."""


class BulletinOf(Query["BulletinView | None"], frozen=True, kw_only=True):
    """One bulletin, in force or not; None if there is no such row here."""

    id: str


class Readers(Query["Acknowledgement | None"], frozen=True, kw_only=True):
    """Who confirmed a bulletin and who has not, as far as I may see."""

    bulletin_id: str


class Articles(Query["tuple[Article, ...]"], frozen=True):
    """Articles in force, those of my own departments first."""


class ArticleOf(Query["ArticleView | None"], frozen=True, kw_only=True):
    """One article; None if there is no such row here."""

    id: str


class TicketOf(Query["TicketView | None"], frozen=True, kw_only=True):
    """One ticket; None if there is no such row here."""

    id: str


class Departments(Query["tuple[Department, ...]"], frozen=True):
    """Whom one may call, by department."""


class Questions(Query["tuple[Ticket, ...]"], frozen=True):
    """Questions I asked or may answer, those that wait for me first."""


# ---- models ------------------------------------------------------------------------------------------------------


class FoundItem(msgspec.Struct, frozen=True, kw_only=True):
    kind: str
    """`blueprint`, `bulletin`, `article` or `ticket`."""
    id: str
    title: str
    owner: str
    """Name of the department or group."""
    reasons: tuple[Reason, ...]
    """Why it was found, the best first."""
    score: float
    expired: bool = False
    unread: bool = False
    number: str = ""


class Found(msgspec.Struct, frozen=True, kw_only=True):
    items: tuple[FoundItem, ...]
    waiting: int = 0
    """Rows that are not in the index yet: what they hold is not found."""
    misheard: str = ""
    """What was typed as a ticket number and cannot be one: its check digit is wrong."""


class BulletinView(msgspec.Struct, frozen=True, kw_only=True):
    bulletin: Bulletin
    department: str
    """Its name."""
    reading: Reading | None
    to_read: bool
    """I still have to open it, or to confirm it."""
    in_force: bool


class Acknowledgement(msgspec.Struct, frozen=True, kw_only=True):
    bulletin: Bulletin
    done: tuple[tuple[Agent, Reading], ...]
    missing: tuple[Agent, ...]
    """People it is for who have not opened or confirmed the present words."""


class ArticleView(msgspec.Struct, frozen=True, kw_only=True):
    article: Article
    department: str
    in_force: bool
    asked: tuple[Ticket, ...] = ()
    """Questions about it that I may see, the newest first."""


class TicketView(msgspec.Struct, frozen=True, kw_only=True):
    ticket: Ticket
    group: str
    notes: tuple[Note, ...]
    mine: bool
    """I own it."""
    ours: bool
    """My group has to answer it."""
    held: bool = False
    """I have it in hand."""
    owner: str = ""
    """Name of who owns it."""
    handler: str = ""
    """Name of who has it in hand; empty while nobody does."""
    off_shift: bool = False
    """They are not at work now."""
    off_since: datetime | None = None
    """Since when, where it is known."""


class Department(msgspec.Struct, frozen=True, kw_only=True):
    group: Group
    name: str
    people: tuple[ContactPerson, ...]
    """The first to call first: its own contact person, then those its articles name."""
    articles: int
    """How many articles it keeps."""
