"""Bulletins and articles: publishing with a time of validity, reading once for each revision, asking the owner.

Who may publish for which department is the policy's to say; these rules hold for anybody whom it lets pass.
"""

from __future__ import annotations

from datetime import datetime
from typing import NoReturn

import msgspec

from agent_tui.domain.agent import Agent
from agent_tui.domain.calendar import due
from agent_tui.domain.case import Case, Stop
from agent_tui.domain.centre import Group
from agent_tui.domain.contact import Contact
from agent_tui.domain.effects import Effects, Event, Refusal
from agent_tui.domain.knowledge import Article, Bulletin, Page, Pages, Reading, about_article, reading_id
from agent_tui.domain.knowledge_commands import (
    AskAboutArticle,
    PublishArticle,
    PublishBulletin,
    ReadBulletin,
    RetireArticle,
    WithdrawBulletin,
)
from agent_tui.domain.scrub import scrub
from agent_tui.domain.ticket import Ticket, TicketKind
from agent_tui.domain.ticket_rules import hours_of, next_number, opened

TITLE, WORD, TEXT, WORDS = 120, 40, 4_000, 60
"""Characters of a title, of a word, of a text; words of one language."""
LANGUAGES = ("zh", "en", "ja")


def _no(key: str, **args: str | int) -> NoReturn:
    """It is not allowed; `knowledge.refusal.<key>` says why and what would help."""
    raise Stop(Refusal(key=f"knowledge.refusal.{key}", args=args))


def publish_bulletin(command: PublishBulletin, case: Case) -> Effects:
    before = case.state.get(Bulletin, command.bulletin_id)
    _check(command, before, case)
    for group in command.to:
        if case.state.get(Group, group) is None:
            _no("no_group", group=group)
    bulletin = bulletin_of(command, before, case.actor.id, case.now)
    return Effects(puts=(bulletin,), events=(_fact("BulletinPublished", bulletin, case),))


def bulletin_of(command: PublishBulletin, before: Bulletin | None, by: str, now: datetime) -> Bulletin:
    """The row that is published in place of `before`."""
    return Bulletin(
        id=command.bulletin_id,
        department=command.department,
        pages=command.pages,
        to=command.to,
        acknowledge=command.acknowledge,
        revision=_revision(command.pages, before),
        valid_from=command.valid_from,
        valid_to=command.valid_to,
        published_at=now,
        published_by=by,
        from_file=command.from_file,
    )


def publish_article(command: PublishArticle, case: Case) -> Effects:
    before = case.state.get(Article, command.article_id)
    _check(command, before, case)
    if not command.people:
        _no("no_person", id=command.article_id)
    article = article_of(command, before, case.actor.id, case.now)
    return Effects(puts=(article,), events=(_fact("ArticlePublished", article, case),))


def article_of(command: PublishArticle, before: Article | None, by: str, now: datetime) -> Article:
    """The row that is published in place of `before`."""
    return Article(
        id=command.article_id,
        department=command.department,
        pages=command.pages,
        people=command.people,
        categories=command.categories,
        revision=_revision(command.pages, before),
        valid_from=command.valid_from,
        valid_to=command.valid_to,
        published_at=now,
        published_by=by,
        from_file=command.from_file,
    )


def _revision(pages: Pages, before: Bulletin | Article | None) -> int:
    """Other words than before make another revision; other readers or times do not."""
    return before.revision + (before.pages != pages) if before else 1


def _check(command: PublishBulletin | PublishArticle, before: Bulletin | Article | None, case: Case) -> None:
    """Refuse what is incomplete, out of date, or another department's."""
    id = command.bulletin_id if isinstance(command, PublishBulletin) else command.article_id
    if not id.replace("-", "").replace("_", "").isalnum() or not id.isascii():
        _no("bad_id", id=id)
    if case.state.get(Group, command.department) is None:
        _no("no_group", group=command.department)
    if before is not None and before.department != command.department:
        _no("other_department", id=id, department=before.department)
    if before is not None and command.from_file and not command.over:
        _check_corrected(command.pages, before, case)
    if command.valid_to <= max(command.valid_from, case.now):
        _no("over", id=id)
    check_pages(command.pages, id)


def _check_corrected(pages: Pages, before: Bulletin | Article, case: Case) -> None:
    """Refuse to put a file's words in place of those somebody corrected at a desk."""
    if before.from_file or before.pages == pages:
        return
    by = case.state.get(Agent, before.published_by)
    _no("corrected", id=before.id, by=by.name if by else before.published_by)


def check_pages(pages: Pages, id: str) -> None:
    """Refuse pages that are missing, empty, too long, or that hold what must never be kept. `Stop` with the reason."""
    if not pages:
        _no("no_page", id=id)
    for language, page in pages.items():
        if language not in LANGUAGES:
            _no("bad_language", id=id, language=language)
        _check_page(page, id, language)


def _check_page(page: Page, id: str, language: str) -> None:
    if not page.title.strip() or not page.text.strip():
        _no("empty_page", id=id, language=language)
    if len(page.title) > TITLE or len(page.text) > TEXT:
        _no("too_long", id=id, language=language, title=TITLE, text=TEXT)
    if len(page.words) > WORDS or any(len(word) > WORD for word in page.words):
        _no("too_many_words", id=id, language=language, words=WORDS, length=WORD)
    if scrub("\n".join((page.title, page.text, *page.words))).found:
        _no("holds_secret", id=id, language=language)


def withdraw_bulletin(command: WithdrawBulletin, case: Case) -> Effects:
    bulletin = case.state.get(Bulletin, command.bulletin_id) or _no("no_bulletin", id=command.bulletin_id)
    if not case.clean(command.reason):
        _no("reason_needed")
    if bulletin.withdrawn_at is not None:
        _no("ended", id=bulletin.id)
    ended = msgspec.structs.replace(bulletin, withdrawn_at=case.now)
    return Effects(puts=(ended,), events=(_fact("BulletinWithdrawn", ended, case),))


def retire_article(command: RetireArticle, case: Case) -> Effects:
    article = case.state.get(Article, command.article_id) or _no("no_article", id=command.article_id)
    if not case.clean(command.reason):
        _no("reason_needed")
    if article.retired_at is not None:
        _no("ended", id=article.id)
    ended = msgspec.structs.replace(article, retired_at=case.now)
    return Effects(puts=(ended,), events=(_fact("ArticleRetired", ended, case),))


def read_bulletin(command: ReadBulletin, case: Case) -> Effects:
    """The first look counts as read; confirming it again changes nothing."""
    bulletin = case.state.get(Bulletin, command.bulletin_id) or _no("no_bulletin", id=command.bulletin_id)
    if command.revision != bulletin.revision:
        raise Stop(Refusal(key="knowledge.refusal.other_words", args={"id": bulletin.id}, conflict=True))
    id = reading_id(bulletin.id, case.actor.id)
    before = case.state.get(Reading, id)
    if before is None or before.revision != bulletin.revision:
        before = Reading(
            id=id,
            bulletin_id=bulletin.id,
            agent_id=case.agent().id,
            department=bulletin.department,
            revision=bulletin.revision,
            read_at=case.now,
        )
    if command.acknowledge and before.acknowledged_at is None:
        before = msgspec.structs.replace(before, acknowledged_at=case.now)
    fact = case.event(
        "BulletinRead",
        None,
        case.actor.id,
        bulletin=bulletin.id,
        revision=bulletin.revision,
        acknowledged=command.acknowledge,
    )
    return Effects(puts=(before,), events=(fact,))


def ask_about_article(command: AskAboutArticle, case: Case) -> Effects:
    """A work item for the owner's group, with its clock; whoever asked sees the answer and closes it."""
    article = case.state.get(Article, command.article_id) or _no("no_article", id=command.article_id)
    text = case.clean(command.text)
    if not text:
        _no("empty_question")
    group = case.state.get(Group, article.department) or _no("no_group", group=article.department)
    asked_in = case.state.get(Contact, command.asked_in) if command.asked_in else None
    me = case.agent()
    ticket = Ticket(
        id=case.new_id(),
        number=next_number(group, case),
        kind=TicketKind.QUESTION,
        contact_id=asked_in.id if asked_in and asked_in.agent_id == me.id else None,
        group=group.id,
        owner_id=me.id,
        about=about_article(article.id),
        title=text.partition("\n")[0][:TITLE],
        text=text,
        opened_at=case.now,
        due_at=due(hours_of(group), case.now, group.handle_s).at,
        language=me.languages[0] if me.languages else "zh",
    )
    return Effects(puts=(ticket,), events=(opened(ticket, case),))


def _fact(name: str, row: Bulletin | Article, case: Case) -> Event:
    return case.event(name, None, case.actor.id, id=row.id, department=row.department, revision=row.revision)


def still_to_read(bulletin: Bulletin, reading: Reading | None, now: datetime) -> bool:
    """Whether somebody still has to open it, or to confirm it."""
    if not bulletin.holds(now):
        return False
    if reading is None or reading.revision != bulletin.revision:
        return True
    return bulletin.acknowledge and reading.acknowledged_at is None
