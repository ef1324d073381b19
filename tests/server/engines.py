"""The engines under the server's tests: what they hold, looked at and tampered with by SQL of the tests' own."""

from __future__ import annotations

import atexit
import contextlib
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, ClassVar
from unittest.mock import patch

import psycopg

from agent_tui.server.database import Database, Row, Tx
from agent_tui.server.migrations import COMPAT, SCHEMA_VERSION
from agent_tui.server.place import Remote, Where
from agent_tui.server.postgres_engine import PostgresTx
from agent_tui.server.services import Services
from agent_tui.server.sqlite_engine import SqliteEngine, SqliteTx
from bench.postgres import Postgres, find

BOTH = ("sqlite", "postgres")
WHOLE = "AGENT_TUI_WHOLE"
"""Set for the night: every example on the second engine too."""
BROKEN_RULE = (sqlite3.IntegrityError, psycopg.IntegrityError)
"""What either says when a row would break a rule of its table."""


class Chosen:
    """The engine of the test that runs, and the databases it was given."""

    engine = "sqlite"
    cluster: ClassVar[Postgres | None] = None
    given: ClassVar[dict[Path, str]] = {}
    kept: ClassVar[dict[Path, str]] = {}
    opened: ClassVar[list[Database]] = []
    """In this test, wherever in the program."""
    clean: ClassVar[list[str]] = []


def whole() -> bool:
    """Whether all examples of a law are tried. SQLite tries all of them in every run; on PostgreSQL, which differs from it
    only in how rows are kept and found, fewer do in a run, and all of them in `make nightly`."""
    return Chosen.engine == "sqlite" or bool(os.environ.get(WHOLE))


def examples(all_: int, fewer: int) -> int:
    """How many are tried here and now."""
    return all_ if whole() else fewer


def place(folder: Path, name: str = "ledger.db") -> Where:
    """Where the ledger of a folder is: the same place each time it is asked for in one test."""
    if Chosen.engine == "sqlite":
        return folder / name
    if folder not in Chosen.given:
        Chosen.given[folder] = _database()
    return Remote(cluster().url(Chosen.given[folder]), folder)


def cluster() -> Postgres:
    """The PostgreSQL of this test run, started (or asked) when it is first needed."""
    if Chosen.cluster is None:
        Chosen.cluster = find()
        atexit.register(Chosen.cluster.stop)
    return Chosen.cluster


def _database() -> str:
    """A database without rows: one that another test has left, wiped, or a new one."""
    if Chosen.clean:
        name = Chosen.clean.pop()
        cluster().run(_WIPE, name)
        return name
    return cluster().make()


_WIPE = """
DO $$ DECLARE made text; BEGIN
  FOR made IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'schema_version' LOOP
    EXECUTE 'DELETE FROM ' || made;
  END LOOP;
END $$
"""
_END = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{}'"


def _sound(name: str) -> bool:
    """Whether its schema is this program's: a test of migrations may have left another."""
    if cluster().run("SELECT to_regclass('schema_version')", name) == [(None,)]:
        return True
    return cluster().run("SELECT version, compat FROM schema_version", name) == [(SCHEMA_VERSION, COMPAT)]


@contextlib.contextmanager
def _noted() -> Iterator[None]:
    """Every ledger that is opened meanwhile is known; what is only connections is closed at the end."""
    opening = Database.__init__

    def noted(db: Database, where: Where) -> None:
        opening(db, where)
        Chosen.opened.append(db)

    try:
        with patch.object(Database, "__init__", noted):
            yield
    finally:
        for db in Chosen.opened:
            if db.engine.shared:
                db.close()
        Chosen.opened.clear()


def used() -> set[str]:
    """The engines on which this test has a ledger."""
    found = {"postgres" if db.engine.shared else "sqlite" for db in Chosen.opened}
    return found | ({"postgres"} if Chosen.given else set())


def keep(folder: Path) -> None:
    """The ledger of this folder outlives the test: others are copied from it."""
    if folder in Chosen.given:
        Chosen.kept[folder] = Chosen.given.pop(folder)


def copy(source: Path, folder: Path) -> None:
    """What the ledger of `source` holds is in that of `folder` too. On SQLite the folder itself was copied."""
    if Chosen.engine == "postgres":
        Chosen.given[folder] = cluster().make(like=Chosen.kept[source])


def forget(folder: Path) -> None:
    """Nobody needs the ledger of this folder any more."""
    name = Chosen.given.pop(folder, None)
    if name is not None:
        cluster().drop(name)


@contextlib.contextmanager
def chosen(engine: str) -> Iterator[None]:
    """A place on this engine, inside a test that is on another."""
    before, Chosen.engine = Chosen.engine, engine
    try:
        yield
    finally:
        Chosen.engine = before


@contextlib.contextmanager
def on(engine: str) -> Iterator[None]:
    """Everything that is opened inside is on this engine."""
    Chosen.engine = engine
    try:
        with _noted():
            yield
    finally:
        Chosen.engine = "sqlite"
        for name in Chosen.given.values():
            cluster().run(_END.format(name))
            if _sound(name):
                Chosen.clean.append(name)
        Chosen.given.clear()


def raw(tx: Tx, sql: str, *values: Any) -> list[Row]:
    """Rows of any SQL (`?` for a value) inside a transaction."""
    if isinstance(tx, PostgresTx):
        with tx._connection.cursor(row_factory=tx._rows(frozenset())) as cursor:
            cursor.execute(sql.replace("?", "%s").encode() if values else sql.encode(), values or None)
            return cursor.fetchall() if cursor.description else []
    assert isinstance(tx, SqliteTx)
    return tx._connection.execute(sql, values).fetchall()


def cursor(tx: Tx, sql: str, values: Sequence[Any] = ()) -> Any:
    """What any SQL (`?` for a value) came to: rows to fetch, or how many it changed."""
    if isinstance(tx, PostgresTx):
        asked = tx._connection.cursor(row_factory=tx._rows(frozenset()))
        return asked.execute(sql.replace("?", "%s").encode(), values or None)
    assert isinstance(tx, SqliteTx)
    return tx._connection.execute(sql, values)


def change(tx: Tx, sql: str, *values: Any) -> int:
    """How many rows any SQL (`?` for a value) changed."""
    changed: int = cursor(tx, sql, values).rowcount
    return changed


def columns(tx: Tx, table: str) -> list[str]:
    """As the table has them."""
    if isinstance(tx, SqliteTx):
        return [row[1] for row in raw(tx, f"PRAGMA table_info({table})")]
    query = "SELECT column_name FROM information_schema.columns WHERE table_name = ? ORDER BY ordinal_position"
    return [row[0] for row in raw(tx, query, table)]


def dump(tx: Tx) -> list[str]:
    """Every value of every table, as text."""
    if isinstance(tx, SqliteTx):
        return list(tx._connection.iterdump())
    names = [row[0] for row in raw(tx, "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")]
    return [f"{name}: {tuple(row)!r}" for name in names for row in raw(tx, f"SELECT * FROM {name} ORDER BY 1, 2")]


def tamper(services: Services, sql: str, *values: Any) -> int:
    """Change the tables as somebody would who can write them; how many rows were changed."""
    return services.db.write_now(lambda tx: change(tx, sql, *values))


def named(where: Where) -> list[str]:
    """A ledger as the command line is told of it."""
    if isinstance(where, Remote):
        return ["--database", where.url, "--keys", str(where.keys)]
    return ["--database", str(where)]


def quick(services: Services) -> None:
    """Let commits return before they are on the disk: for a test of thousands of them."""
    if isinstance(services.db.engine, SqliteEngine):
        services.db.engine.writer.execute("PRAGMA synchronous = OFF")


class Undone(Exception):
    """The end of a transaction that only a test has seen."""


class Hold:
    """A write transaction that stays open until it is undone."""

    def __init__(self, services: Services) -> None:
        self._open: AbstractContextManager[Tx] = services.db.engine.writing()
        self.tx = self._open.__enter__()

    def undo(self) -> None:
        end = Undone()
        with contextlib.suppress(Undone):
            self._open.__exit__(Undone, end, None)
