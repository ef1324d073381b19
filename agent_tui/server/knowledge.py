"""Bulletins and articles that come as files with the centre: taken in once, and again when the file says something new."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import msgspec

from agent_tui.config import data
from agent_tui.config.knowledge import read_article, read_bulletin, rolls
from agent_tui.domain.knowledge import Article, Bulletin
from agent_tui.domain.knowledge_commands import PublishArticle, PublishBulletin
from agent_tui.domain.knowledge_rules import article_of, bulletin_of
from agent_tui.server import seed
from agent_tui.server.database import Tx
from agent_tui.server.state import TableState

BY = "system"
"""Who published what came as a file."""


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """What stands in a file."""

    command: PublishBulletin | PublishArticle
    rolling: bool
    """Its time counts from the day it was first taken in, so that reading it again gives it no other."""


def read_files(zone: str, at: datetime) -> tuple[Written, ...]:
    """Everything in `scripts/bulletins` and `scripts/articles`, to be taken in `at` that moment; ConfigError names file,
    line and reason."""
    bulletins: Iterable[Path] = data.files("scripts/bulletins", "*.toml")
    articles: Iterable[Path] = data.files("scripts/articles", "*.toml")
    news = (Written(command=read_bulletin(file, zone, at), rolling=rolls(file)) for file in bulletins)
    known = (Written(command=read_article(file, zone, at), rolling=rolls(file)) for file in articles)
    return (*news, *known)


def take_in(tx: Tx, written: Iterable[Written], now: datetime) -> None:
    """Publish what is not there yet, or what came from a file before and was changed there. What a department has
    published or ended since is theirs."""
    state = TableState(tx)
    rows = [row for one in written if (row := _row(state, one, now)) is not None]
    seed.publish(tx, rows, "SeedKnowledge", now)


def _row(state: TableState, one: Written, now: datetime) -> Bulletin | Article | None:
    command = one.command
    if isinstance(command, PublishBulletin):
        before = state.get(Bulletin, command.bulletin_id)
        if before is None:
            return bulletin_of(command, None, BY, min(now, command.valid_from))
        same = before.pages == command.pages and (one.rolling or before.valid_to == command.valid_to)
        theirs = before.published_by != BY or before.withdrawn_at is not None
        return None if same or theirs else bulletin_of(command, before, BY, now)
    known = state.get(Article, command.article_id)
    if known is None:
        return article_of(command, None, BY, min(now, command.valid_from))
    times = one.rolling or known.valid_to == command.valid_to
    same = known.pages == command.pages and times and known.people == command.people
    theirs = known.published_by != BY or known.retired_at is not None
    return None if same or theirs else article_of(command, known, BY, now)
