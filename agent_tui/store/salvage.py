"""A damaged journal: everything in it that can still be read goes into a new one, and the damaged files stay beside it.

Nothing is thrown away here: what cannot be read is in the copy, and commands that were waiting lie in `escrow/` too.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from agent_tui.clock import wall
from agent_tui.errors import StoreError
from agent_tui.store.create import migrate_journal
from agent_tui.store.engine import Connection, DatabaseError, connect, siblings

TABLES = ("outbox", "draft", "receipt", "done", "local_audit")
STEPS = 2_000
"""Rows tried one by one between the two ends of the damage."""


class Salvaged(NamedTuple):
    copy: Path
    """The damaged journal."""
    commands: int
    drafts: int


def salvage(path: Path, key: bytes) -> Salvaged:
    """Put the damaged files aside and make a new journal of what is readable. DiskFull, StoreError."""
    copy = _aside(path)
    fresh = connect(path, key, synchronous="FULL")
    try:
        migrate_journal(fresh, path, 0)
        kept = {table: _move(copy, key, fresh, table) for table in TABLES}
    finally:
        fresh.close()
    path.chmod(0o600)
    return Salvaged(copy, kept["outbox"], kept["draft"])


def _aside(path: Path) -> Path:
    """Rename the journal with all that belongs to it, under a name that was never used."""
    mark = f".damaged-{wall():%Y%m%d-%H%M%S}"
    at = 0
    while (copy := path.with_name(f"{path.name}{mark}{f'-{at}' if at else ''}")).exists():
        at += 1
    for old, new in zip(siblings(path), siblings(copy), strict=True):
        if old.exists():
            old.rename(new)
    return copy


def _move(copy: Path, key: bytes, fresh: Connection, table: str) -> int:
    """How many rows of a table were saved."""
    known = [row[1] for row in fresh.execute(f"PRAGMA table_info({table})")]
    saved = 0
    for row in _rows(copy, key, table):
        names = [name for name in known if name in row]
        marks = ", ".join("?" * len(names))
        try:
            fresh.execute(
                f"INSERT OR IGNORE INTO {table} ({', '.join(names)}) VALUES ({marks})", [row[n] for n in names]
            )
            saved += 1
        except DatabaseError:
            # What the damage made of this row is none that the journal may hold.
            continue
    return saved


def _rows(copy: Path, key: bytes, table: str) -> Iterator[dict[str, object]]:
    """Every readable row: from the first to the damage, from the last back to it, and one by one between."""
    try:
        connection = connect(copy, key, synchronous="FULL")
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
