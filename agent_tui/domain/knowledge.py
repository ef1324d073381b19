"""What departments tell the centre (M20): bulletins to be read and acknowledged, articles to look things up in."""

from __future__ import annotations

from datetime import datetime

import msgspec


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """One language of a bulletin or an article."""

    title: str
    text: str
    words: tuple[str, ...] = ()
    """What agents and customers call it: it is found by these as by its title."""


Pages = dict[str, Page]
"""Language → page."""


def page_in(pages: Pages, language: str) -> Page:
    """The page in `language`, else in English, else in the first there is."""
    return pages.get(language) or pages.get("en") or next(iter(pages.values()))


def language_of(pages: Pages, language: str) -> str:
    """The language in which `page_in` shows it to a reader of `language`."""
    return next((one for one in (language, "en") if one in pages), next(iter(pages)))


class Bulletin(msgspec.Struct, frozen=True, kw_only=True):
    """News from a department, for a time. Unread ones show at the desk until they are."""

    id: str
    department: str
    """The group that publishes it and answers for it."""
    pages: Pages
    to: tuple[str, ...] = ()
    """Groups it is for; empty means for all staff."""
    acknowledge: bool = False
    """Whether everybody it is for must confirm having read it."""
    revision: int = 1
    """Grows when its words change: then it has to be read again."""
    valid_from: datetime
    valid_to: datetime
    published_at: datetime
    published_by: str
    from_file: bool = False
    """Whether its words stand in a file; what was corrected at a desk since, no file overwrites unasked."""
    withdrawn_at: datetime | None = None
    version: int = 0

    def holds(self, now: datetime) -> bool:
        """Whether it is in force at `now`."""
        return self.withdrawn_at is None and self.valid_from <= now < self.valid_to

    def concerns(self, groups: tuple[str, ...]) -> bool:
        """Whether it is for somebody who works in `groups`."""
        return not self.to or not set(self.to).isdisjoint(groups)


class ContactPerson(msgspec.Struct, frozen=True):
    """Whom one may call about an article."""

    name: str
    extension: str
    duty: str = ""


class Article(msgspec.Struct, frozen=True, kw_only=True):
    """Knowledge a department owns and keeps right."""

    id: str
    department: str
    """The group that owns it; questions about it go there."""
    pages: Pages
    people: tuple[ContactPerson, ...]
    """Contact persons for it, the first to call first."""
    categories: tuple[str, ...] = ()
    """Reasons of contact for which it is looked up."""
    revision: int = 1
    valid_from: datetime
    valid_to: datetime
    published_at: datetime
    published_by: str
    from_file: bool = False
    """Whether its words stand in a file; what was corrected at a desk since, no file overwrites unasked."""
    retired_at: datetime | None = None
    version: int = 0

    def holds(self, now: datetime) -> bool:
        """Whether it is in force at `now`."""
        return self.retired_at is None and self.valid_from <= now < self.valid_to


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """That one person opened a bulletin, and confirmed it."""

    id: str
    """`<bulletin>:<agent>`."""
    bulletin_id: str
    agent_id: str
    department: str
    revision: int
    """Of the words that were read."""
    read_at: datetime
    acknowledged_at: datetime | None = None
    version: int = 0


def reading_id(bulletin_id: str, agent_id: str) -> str:
    """The id of the one reading there can be."""
    return f"{bulletin_id}:{agent_id}"


def about_article(article_id: str) -> str:
    """What a question about an article says it is about."""
    return f"article:{article_id}"
