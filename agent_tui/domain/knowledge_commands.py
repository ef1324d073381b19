"""Commands about bulletins and articles (M20): publishing, withdrawing, reading, and asking an article's owner."""

from __future__ import annotations

from datetime import datetime

from agent_tui.domain.authority_commands import Base
from agent_tui.domain.knowledge import ContactPerson, Pages


class PublishBulletin(Base, frozen=True, kw_only=True):
    """A bulletin, or new words for one: then it has to be read again."""

    bulletin_id: str
    department: str
    pages: Pages
    valid_from: datetime
    valid_to: datetime
    to: tuple[str, ...] = ()
    """Groups it is for; empty for all staff."""
    acknowledge: bool = False
    from_file: bool = False
    """Whether it is what a file says."""
    over: bool = False
    """Whether a file may take the place of what was corrected at a desk."""


class WithdrawBulletin(Base, frozen=True, kw_only=True):
    bulletin_id: str
    reason: str


class ReadBulletin(Base, frozen=True, kw_only=True):
    """I opened it; with `acknowledge` I confirm that I read it."""

    bulletin_id: str
    revision: int
    """Of the words that were on the screen."""
    acknowledge: bool = False


class PublishArticle(Base, frozen=True, kw_only=True):
    """An article, or its next revision."""

    article_id: str
    department: str
    pages: Pages
    people: tuple[ContactPerson, ...]
    valid_from: datetime
    valid_to: datetime
    categories: tuple[str, ...] = ()
    from_file: bool = False
    """Whether it is what a file says."""
    over: bool = False
    """Whether a file may take the place of what was corrected at a desk."""


class RetireArticle(Base, frozen=True, kw_only=True):
    article_id: str
    reason: str


class AskAboutArticle(Base, frozen=True, kw_only=True):
    """A question to the department that owns an article; its answer comes back to who asked."""

    article_id: str
    text: str
    asked_in: str | None = None
    """The contact in which it came up."""
