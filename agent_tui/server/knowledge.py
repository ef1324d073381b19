"""Bulletins and articles that come as files with the centre: taken in once, and again when the file says something new."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

from agent_tui.config import data
from agent_tui.config.knowledge import read_article, read_bulletin
from agent_tui.domain.knowledge import Article, Bulletin
from agent_tui.domain.knowledge_commands import PublishArticle, PublishBulletin
from agent_tui.domain.knowledge_rules import article_of, bulletin_of
from agent_tui.server import seed
from agent_tui.server.database import Tx
from agent_tui.server.state import TableState

BY = "system"
"""Who published what came as a file."""
Written = Sequence[PublishBulletin | PublishArticle]


def read_files(zone: str) -> Written:
    """Everything in `scripts/bulletins` and `scripts/articles`; ConfigError names file, line and reason."""
    bulletins: Iterable[Path] = data.files("scripts/bulletins", "*.toml")
    articles: Iterable[Path] = data.files("scripts/articles", "*.toml")
    return (*(read_bulletin(file, zone) for file in bulletins), *(read_article(file, zone) for file in articles))


def take_in(tx: Tx, written: Written, now: datetime) -> None:
    """Publish what is not there yet, or what came from a file before and was changed there. What a department has
    published or ended since is theirs."""
    state = TableState(tx)
    rows = [row for command in written if (row := _row(state, command, now)) is not None]
    seed.publish(tx, rows, "SeedKnowledge", now)


def _row(state: TableState, command: PublishBulletin | PublishArticle, now: datetime) -> Bulletin | Article | None:
    if isinstance(command, PublishBulletin):
        before = state.get(Bulletin, command.bulletin_id)
        if before is None:
            return bulletin_of(command, None, BY, min(now, command.valid_from))
        same = before.pages == command.pages and before.valid_to == command.valid_to
        theirs = before.published_by != BY or before.withdrawn_at is not None
        return None if same or theirs else bulletin_of(command, before, BY, now)
    known = state.get(Article, command.article_id)
    if known is None:
        return article_of(command, None, BY, min(now, command.valid_from))
    same = known.pages == command.pages and known.valid_to == command.valid_to and known.people == command.people
    theirs = known.published_by != BY or known.retired_at is not None
    return None if same or theirs else article_of(command, known, BY, now)
