"""I5, I6, I8: what a desk holds, with the changes since, is what a fresh desk of the same person would hold."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from functools import partial

from agent_tui.clock import SystemClock
from agent_tui.server.database import Database
from agent_tui.server.feed import Feed
from agent_tui.server.problems import ProblemError
from agent_tui.store import write
from agent_tui.store.cache import Cache
from agent_tui.store.engine import siblings
from agent_tui.store.open import open_cache
from agent_tui.wire.feed import parse_cursor
from chaos.place import Place, Seat

Rows = dict[tuple[str, str], tuple[int, bytes]]
SHOWN = 5
"""Rows that differ are named up to this many."""


def fresh(db: Database, agent_id: str) -> Rows:
    """Everything this person may see now."""
    rows: Rows = {}
    feed, after = _feed(), ""
    while True:
        page = db.read_now(partial(feed.snapshot, agent_id=agent_id, after=after))
        rows |= {(c.entity, c.id): (c.version, bytes(c.image)) for c in page.changes}
        after = page.after
        if not after:
            return rows


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
    except ProblemError as error:
        yield f"converged: the cursor of {seat.name} is refused: {error.problem.name}"
        return
    finally:
        cache.close()
    for place_ in [p for p in have.keys() | want.keys() if have.get(p) != want.get(p)][:SHOWN]:
        yield f"converged: {'/'.join(place_)} at {seat.name} is {_version(have, place_)}, should be {_version(want, place_)}"


def _version(rows: Rows, place: tuple[str, str]) -> str:
    return f"version {rows[place][0]}" if place in rows else "absent"
