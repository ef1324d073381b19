"""I5, I6, I8: what a desk holds, with the changes since, is what a fresh desk of the same person would hold; and what it
counts and finds is what it holds."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from functools import partial

from agent_tui.clock import SystemClock
from agent_tui.domain import rows
from agent_tui.domain.centre import Category
from agent_tui.domain.ticket import Ticket
from agent_tui.errors import StoreError
from agent_tui.server.database import Database
from agent_tui.server.feed import Feed
from agent_tui.server.problems import ProblemError
from agent_tui.store import index, read, write
from agent_tui.store.cache import Cache
from agent_tui.store.engine import siblings
from agent_tui.store.entries import entry_of
from agent_tui.store.open import open_cache
from agent_tui.wire.feed import parse_cursor
from chaos.place import Place, Seat

Rows = dict[tuple[str, str], tuple[int, bytes]]
INDEXED_S = 10.0
SHOWN = 5
"""Rows that differ are named up to this many."""


def fresh(db: Database, agent_id: str) -> Rows:
    """Everything this person may see now."""
    seen: Rows = {}
    feed, after = _feed(), ""
    while True:
        page = db.read_now(partial(feed.snapshot, agent_id=agent_id, after=after))
        seen |= {(c.entity, c.id): (c.version, bytes(c.image)) for c in page.changes}
        after = page.after
        if not after:
            return seen


def _feed() -> Feed:
    return Feed(SystemClock())


def held(cache: Cache) -> Rows:
    """The rows of a cache."""
    found = cache.connection.execute("SELECT entity, id, version, body FROM row").fetchall()
    return {(entity, id): (version, bytes(body)) for entity, id, version, body in found}


def catch_up(db: Database, cache: Cache, agent_id: str) -> None:
    """Apply what came after the cache's cursor, as the desk itself would have."""
    feed, more = _feed(), True
    while more:
        cursor = parse_cursor(cache.cursor)
        page = db.read_now(partial(feed.changes, agent_id=agent_id, cursor=cursor))
        write.apply_page(cache, page)
        more = page.more


def diverged(place: Place, db: Database, seat: Seat) -> Iterator[str]:
    """Rows of a desk that are not what they should be."""
    scratch = place.folder / "scratch" / seat.name
    scratch.mkdir(parents=True, exist_ok=True)
    for file in siblings(place.desk(seat) / "cache.db"):
        if file.exists():
            shutil.copy2(file, scratch / file.name)
    cache = open_cache(scratch / "cache.db", place.lease(seat).key())
    try:
        if not cache.cursor:
            yield f"converged: {seat.name} never had a whole snapshot"
            return
        catch_up(db, cache, seat.agent_id)
        have, want = held(cache), fresh(db, seat.agent_id)
        yield from (f"converged: {line} at {seat.name}" for line in miscounted(cache))
    except ProblemError as error:
        yield f"converged: the cursor of {seat.name} is refused: {error.problem.name}"
        return
    except StoreError as error:
        yield f"converged: what {seat.name} is sent does not go into its cache: {error.args_.get('reason', error.key)}"
        return
    finally:
        cache.close()
    for place_ in [p for p in have.keys() | want.keys() if have.get(p) != want.get(p)][:SHOWN]:
        yield f"converged: {'/'.join(place_)} at {seat.name} is {_version(have, place_)}, should be {_version(want, place_)}"


def _version(rows: Rows, place: tuple[str, str]) -> str:
    return f"version {rows[place][0]}" if place in rows else "absent"


SEARCHED = "SELECT n, entity, body FROM row WHERE entity IN ('bundle', 'bulletin', 'article', 'ticket')"
COUNTED = """SELECT place >> 56, group_id, COUNT(*) FROM row WHERE place IS NOT NULL GROUP BY 1, 2"""
KEPT = {
    "find_ticket": ("SELECT id FROM find_ticket_docsize", "SELECT n FROM row WHERE entity = 'ticket'"),
    "entry": ("SELECT n FROM entry", "SELECT id FROM find_guide_docsize"),
    "find_text": ("SELECT id FROM find_text_docsize", "SELECT id FROM find_guide_docsize"),
}
"""Tables of the index, each with what its row numbers must be."""


def miscounted(cache: Cache) -> Iterator[str]:
    """What the totals and the index of a desk say otherwise than its rows, once the index knows of all of them."""
    while index.step(cache, INDEXED_S):
        pass
    run = cache.connection.execute
    if set(run(COUNTED)) != set(run("SELECT list, group_id, n FROM tally WHERE n <> 0")):
        yield "totals are not those of the rows"
    for name, (found, wanted) in KEPT.items():
        if set(run(found)) != set(run(wanted)):
            yield f"{name} does not hold what there is"
    yield from _misfiled(cache)


def _misfiled(cache: Cache) -> Iterator[str]:
    """Rows of which the index keeps other words than theirs, or keeps words though there are none."""
    run, guides = cache.connection.execute, set()
    categories = {category.id: category for category in read.every(cache, Category)}
    for n, entity, body in run(SEARCHED).fetchall():
        row = rows.decode(entity, body)
        if isinstance(row, Ticket):
            kept = {number for (number,) in run("SELECT number FROM number WHERE n = ?", (n,))}
            plain = set(index.numbers_of(row))
            if kept != plain | {index.BACKWARDS + number[::-1] for number in plain}:
                yield f"the index knows other numbers of {entity}/{row.id}"
            continue
        entry = entry_of(row, categories)
        guides |= {n} if entry else set()
        if entry != index.entry(cache, n):
            yield f"the index knows other words of {entity}/{row.id}"
    if guides != {n for (n,) in run("SELECT n FROM entry")}:
        yield "the index knows guides that are not there"
