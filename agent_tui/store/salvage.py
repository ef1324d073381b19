"""A damaged journal: everything in it that can still be read goes into a new one, and the damaged files stay beside it.

Nothing is thrown away here: what cannot be read is in the copy, and commands that were waiting lie in `escrow/` too.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from agent_tui.clock import wall
from agent_tui.errors import DiskFull, StoreError
from agent_tui.store.create import migrate_journal
from agent_tui.store.engine import Connection, DatabaseError, connect, siblings, translate
from agent_tui.store.open import SAVED

TABLES = ("outbox", "draft", "receipt", "done", "local_audit")
STEPS = 2_000
"""Rows tried one by one between the two ends of the damage."""


class Salvaged(NamedTuple):
    copy: Path
    """The damaged journal."""
    commands: int
    drafts: int


def salvage(path: Path, key: bytes) -> Salvaged:
    """Put the damaged files aside and make a new journal of what is readable. DiskFull, StoreError: then nothing was moved.

    Whoever is killed on the way finds the damaged journal as it was, or what was saved of it whole (`open_journal`).
    """
    saved = path.with_name(path.name + SAVED)
    if not saved.exists():
        _gather(path, key, saved)
    copy = _aside(path)
    saved.replace(path)
    connection = connect(path, key, synchronous="FULL")
    try:
        counted = [connection.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0] for table in ("outbox", "draft")]
    finally:
        connection.close()
    return Salvaged(copy, *counted)


def _gather(path: Path, key: bytes, saved: Path) -> None:
    """All that is readable, in a file of its own that has its name only once it is whole."""
    fresh = path.with_name(path.name + ".fresh")
    _remove(fresh)
    connection = connect(fresh, key, synchronous="FULL")
    try:
        migrate_journal(connection, fresh, 0)
        for table in TABLES:
            _move(path, key, connection, table)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except DatabaseError as error:
        raise translate(error, path) from None
    finally:
        connection.close()
    fresh.chmod(0o600)
    fresh.replace(saved)
    _remove(fresh)


def _remove(fresh: Path) -> None:
    for file in siblings(fresh):
        file.unlink(missing_ok=True)


def _aside(path: Path) -> Path:
    """Rename the journal with all that belongs to it, under a name that was never used; the journal itself last."""
    mark = f".damaged-{wall():%Y%m%d-%H%M%S}"
    at, copy = 0, path.with_name(path.name + mark)
    while any(file.exists() for file in siblings(copy)):
        at += 1
        copy = path.with_name(f"{path.name}{mark}-{at}")
    for old, new in reversed(list(zip(siblings(path), siblings(copy), strict=True))):
        if old.exists():
            old.rename(new)
    return copy


def _move(damaged: Path, key: bytes, fresh: Connection, table: str) -> None:
    known = [row[1] for row in fresh.execute(f"PRAGMA table_info({table})")]
    for row in _rows(damaged, key, table):
        names = [name for name in known if name in row]
        marks = ", ".join("?" * len(names))
        try:
            fresh.execute(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})", [row[n] for n in names])
        except DatabaseError as error:
            # What the damage made of this row is none that the journal may hold; a full disk is no fault of the row's.
            if isinstance(translate(error, damaged), DiskFull):
                raise


def _rows(damaged: Path, key: bytes, table: str) -> Iterator[dict[str, object]]:
    """Every readable row: from the first to the damage, from the last back to it, and one by one between."""
    try:
        connection = connect(damaged, key, synchronous="FULL")
    except StoreError:
        return
    try:
        seen: set[int] = set()
        for order in ("ASC", "DESC"):
            for n, row in _walk(connection, table, order, seen):
                seen.add(n)
                yield row
        for n in tuple(_between(seen)):
            for at, row in _one(connection, table, n):
                seen.add(at)
                yield row
    finally:
        connection.close()


def _walk(connection: Connection, table: str, order: str, seen: set[int]) -> Iterator[tuple[int, dict[str, object]]]:
    try:
        cursor = connection.execute(f"SELECT rowid, * FROM {table} ORDER BY rowid {order}")
        names = [column[0] for column in cursor.description]
        for values in cursor:
            if values[0] in seen:
                return
            yield values[0], dict(zip(names[1:], values[1:], strict=True))
    except DatabaseError:
        return


def _one(connection: Connection, table: str, n: int) -> Iterator[tuple[int, dict[str, object]]]:
    try:
        cursor = connection.execute(f"SELECT rowid, * FROM {table} WHERE rowid = ?", (n,))
        names = [column[0] for column in cursor.description]
        for values in cursor.fetchall():
            yield values[0], dict(zip(names[1:], values[1:], strict=True))
    except DatabaseError:
        return


def _between(seen: set[int]) -> Iterator[int]:
    """The numbers of rows that neither end reached; without an end, the first numbers there can be."""
    last = max(seen, default=STEPS)
    return (n for n in range(1, min(last, STEPS) + 1) if n not in seen)
