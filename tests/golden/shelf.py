"""The shipped guides in a cache, indexed as a desk indexes them, and what a search for something finds first."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from agent_tui.blueprints.model import dump
from agent_tui.blueprints.parse import parse
from agent_tui.canon import digest
from agent_tui.config import data
from agent_tui.config.centre import load as load_centre
from agent_tui.config.knowledge import read_article, read_bulletin
from agent_tui.desk.found import FoundItem, Search
from agent_tui.desk.select_search import search as look
from agent_tui.desk.sight import Sight
from agent_tui.domain.centre import Bundle
from agent_tui.domain.knowledge_rules import article_of, bulletin_of
from agent_tui.store import index
from agent_tui.store.cache import Cache
from agent_tui.store.write import put_rows
from agent_tui.sync.reckoning import Reckoning

NOW = datetime(2026, 3, 3, 2, 0, tzinfo=UTC)
ZONE = "Asia/Shanghai"


def blueprints() -> Iterator[Bundle]:
    """As a server publishes them."""
    for file in sorted(data.shipped("scripts/blueprints").glob("*.yaml")):
        text = dump(parse(file.read_text("utf-8"), file.name)).decode()
        yield Bundle(id=f"blueprint:{file.stem}", kind="blueprint", revision=digest(text.encode()), text=text)


def fill(cache: Cache) -> None:
    """Everything that ships: the centre, blueprints, bulletins, articles."""
    centre = load_centre(data.shipped("scripts/centre"))
    bulletins = (read_bulletin(file, ZONE, NOW) for file in data.shipped("scripts/bulletins").glob("*.toml"))
    articles = (read_article(file, ZONE, NOW) for file in data.shipped("scripts/articles").glob("*.toml"))
    put_rows(cache, [*centre.groups, *centre.categories, *blueprints()])
    put_rows(cache, [bulletin_of(one, None, "system", one.valid_from) for one in bulletins])
    put_rows(cache, [article_of(one, None, "system", one.valid_from) for one in articles])
    while index.step(cache, 1.0):
        pass


def search(cache: Cache, typed: str, language: str = "zh", contact_id: str | None = None) -> tuple[FoundItem, ...]:
    """What a desk finds, the best first."""
    clock = Reckoning()
    clock.learn(NOW, 0.0)
    nobody: Any = None
    sight = Sight(cache=cache, pending=nobody, reveals=nobody, clock=clock, link=nobody, language=language)
    return look(sight, Search(typed=typed, contact_id=contact_id)).items


def questions(file: Path) -> Iterator[tuple[str, frozenset[str]]]:
    """(what is typed, ids of which one must come among the first three)."""
    for line in file.read_text("utf-8").splitlines():
        ids, _, typed = line.partition(":")
        if typed and not line.startswith("#"):
            yield from ((query.strip(), frozenset(ids.split(","))) for query in typed.split(";"))


def missed(cache: Cache, file: Path, language: str) -> tuple[list[str], int]:
    """(queries whose right answer is not among the first three, with what was; how many were asked)."""
    wrong, asked = [], 0
    for typed, ids in questions(file):
        asked += 1
        first = [hit.id for hit in search(cache, typed, language)[:3]]
        if ids.isdisjoint(first):
            wrong.append(f"{typed}: {', '.join(first) or '-'} instead of {', '.join(sorted(ids))}")
    return wrong, asked
