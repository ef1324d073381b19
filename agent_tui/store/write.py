"""Putting pages of the feed into the cache: rows and cursor in one transaction, or nothing."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from agent_tui.clock import wall
from agent_tui.domain.rows import ENTITIES, NAMES, Entity, decode, encode, facets
from agent_tui.killpoint import kill_point
from agent_tui.store.cache import QUERIES, Cache
from agent_tui.store.place import place
from agent_tui.wire.feed import Change, Page, SnapshotPage

_log = logging.getLogger(__name__)


def apply_page(cache: Cache, page: Page) -> frozenset[str]:
    """Put what is newer, remove what is gone, move the cursor; the entities touched. DiskFull, Corrupt.

    The caller has checked that the page starts at the cache's cursor.
    """
    puts, removes = _split(page.changes, cache.meta.get("generation", "0"))
    meta = {"cursor": page.to, **_moment(page)}

    def write() -> None:
        cache.connection.executemany(QUERIES["row_put"], puts)
        cache.connection.executemany(QUERIES["row_remove"], removes)

    _commit(cache, write, meta)
    touched = frozenset(change.entity for change in page.changes)
    cache.changed(touched)
    return touched


def apply_snapshot(cache: Cache, page: SnapshotPage, generation: str) -> frozenset[str]:
    """Put every image of a snapshot page, whatever is there: after a restore versions may be lower."""
    puts, _ = _split(page.changes, generation)
    _commit(cache, lambda: cache.connection.executemany(QUERIES["row_put_snapshot"], puts), _moment(page))
    touched = frozenset(change.entity for change in page.changes)
    cache.changed(touched)
    return touched


def finish_snapshot(cache: Cache, cursor: str, generation: str) -> None:
    """Drop what the snapshot did not show and begin to follow the feed at `cursor`."""
    meta = {"cursor": cursor, "generation": generation}
    _commit(cache, lambda: cache.connection.execute(QUERIES["rows_not_in_snapshot"], (generation,)), meta)
    cache.changed(ENTITIES)


def put_meta(cache: Cache, **values: str) -> None:
    """Remember facts about the session: who, which banner, until where."""
    _commit(cache, lambda: None, values)


def put_rows(cache: Cache, rows: Iterable[Entity]) -> None:
    """Put rows made on this machine, for seeds and tests, in one transaction."""
    puts = [_values(row, 1, "0", encode(row)) for row in rows]
    _commit(cache, lambda: cache.connection.executemany(QUERIES["row_put_snapshot"], puts), {})
    cache.changed(ENTITIES)


def _moment(page: Page | SnapshotPage) -> dict[str, str]:
    """The server's business time with this machine's, from which a desk without a server goes on reckoning."""
    return {"at": page.at.isoformat(), "speed": repr(page.speed), "wall": repr(wall().timestamp())}


def _split(changes: tuple[Change, ...], generation: str) -> tuple[list[tuple[Any, ...]], list[tuple[str, str]]]:
    puts, removes = [], []
    for change in changes:
        if change.remove:
            removes.append((change.entity, change.id))
            continue
        if change.entity not in ENTITIES:
            continue
        body = bytes(change.image)
        try:
            row = decode(change.entity, body)
        except msgspec.ValidationError:
            # One row that a newer server words differently must not hold up all the others; what it was before is not
            # so any more, and what is not shown tells no untruth.
            _log.warning("row not understood: %s %s", change.entity, change.id)
            removes.append((change.entity, change.id))
            continue
        puts.append(_values(row, change.version, generation, body))
    return puts, removes


def _values(row: Entity, version: int, generation: str, body: bytes) -> tuple[Any, ...]:
    facet = facets(row)
    return (
        NAMES[type(row)],
        row.id,
        version,
        str(facet.status),
        facet.group_id,
        facet.agent_id,
        facet.customer_id,
        facet.parent_id,
        facet.sort,
        place(row),
        int(generation),
        body,
    )


def _commit(cache: Cache, write: Callable[[], Any], meta: dict[str, str]) -> None:
    with cache.transaction() as connection:
        write()
        connection.executemany(QUERIES["meta_put"], list(meta.items()))
        kill_point("cache.commit")
    kill_point("cache.committed")
    cache.meta.update(meta)
