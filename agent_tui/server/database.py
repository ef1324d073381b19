"""The ledger's database on SQLite: one writer thread with a queue, one reader thread with read snapshots.

A lock file beside the database keeps a second process out; two writers would wait seconds for each other and the
feed's order rests on there being one.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from agent_tui import sql
from agent_tui.errors import Corrupt, DiskFull, NewerDatabase, StoreError, StoreLocked
from agent_tui.server import at_rest

T = TypeVar("T")
SCHEMA_VERSION = 1
"""Of the tables in schema.sql."""
SCHEMA_COMPAT = 1
"""The oldest program version that may still work on this schema; a higher number in the file refuses to open."""

_PACKAGE = "agent_tui.server.db"
STATEMENTS: Mapping[str, str] = MappingProxyType(
    {
        name: statement
        for file in ("ledger.sql", "feed.sql", "access.sql", "audit.sql", "authority.sql")
        for name, statement in sql.load(_PACKAGE, file).items()
    }
)


def explain(error: sqlite3.Error, path: str) -> StoreError:
    """The error of ours that says what SQLite meant."""
    text = str(error).lower()
    if "full" in text:
        return DiskFull("server.error.disk_full", path=path)
    if "locked" in text:
        return StoreLocked("server.error.store_locked", path=path)
    if "not a database" in text or "malformed" in text:
        return Corrupt("server.error.corrupt", path=path)
    return StoreError("server.error.store", path=path, detail=str(error))


class Tx:
    """One transaction; statements are called by name."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def run(self, name: str, /, **values: Any) -> int:
        """Execute; returns the number of rows touched."""
        return self._connection.execute(STATEMENTS[name], values).rowcount

    def many(self, name: str, /, rows: Iterable[Mapping[str, Any]]) -> None:
        self._connection.executemany(STATEMENTS[name], rows)

    def one(self, name: str, /, **values: Any) -> sqlite3.Row | None:
        row: sqlite3.Row | None = self._connection.execute(STATEMENTS[name], values).fetchone()
        return row

    def all(self, name: str, /, **values: Any) -> list[sqlite3.Row]:
        return self._connection.execute(STATEMENTS[name], values).fetchall()

    def each(self, name: str, /, **values: Any) -> Iterator[sqlite3.Row]:
        """The rows as they are read, for what does not fit in memory."""
        yield from self._connection.execute(STATEMENTS[name], values)

    def value(self, name: str, /, **values: Any) -> Any:
        """The first column of the first row, None without rows."""
        row = self.one(name, **values)
        return None if row is None else row[0]


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=256)
    at_rest.teach(connection, path)
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA busy_timeout = 2000")
    return connection


def _lock(path: Path) -> int:
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        raise StoreLocked("server.error.store_locked", path=str(path.with_suffix(""))) from None
    return handle


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    """Create the tables, or refuse a schema this program does not know."""
    _create(connection, path)
    for file in ("audit_tables.sql", "authority_tables.sql"):
        tables = files(_PACKAGE).joinpath(file).read_text(encoding="utf-8")
        connection.executescript(f"BEGIN IMMEDIATE;\n{tables}\nCOMMIT;")


def _create(connection: sqlite3.Connection, path: Path) -> None:
    known = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'schema_version'").fetchone()
    if known is None:
        script = files(_PACKAGE).joinpath("schema.sql").read_text(encoding="utf-8")
        connection.executescript(f"BEGIN IMMEDIATE;\n{script}\nCOMMIT;")
        connection.execute(
            "INSERT INTO schema_version (version, compat) VALUES (?, ?)", (SCHEMA_VERSION, SCHEMA_COMPAT)
        )
        return
    row = connection.execute("SELECT version, compat FROM schema_version").fetchone()
    if row is None or row["compat"] > SCHEMA_VERSION:
        found = row["version"] if row else 0
        raise NewerDatabase("server.error.newer_database", path=str(path), found=found, known=SCHEMA_VERSION)


def read_apart(path: Path, work: Callable[[Tx], T]) -> T:
    """Read a database, served by another process or by none, in one snapshot. Corrupt when it is none of ours."""
    try:
        with contextlib.closing(
            sqlite3.connect(f"file:{path}?mode=ro", uri=True, isolation_level=None)
        ) as connection:
            connection.row_factory = sqlite3.Row
            at_rest.teach(connection, path)
            connection.execute("BEGIN")
            return work(Tx(connection))
    except sqlite3.Error as error:
        raise explain(error, str(path)) from error


def write_apart(path: Path, work: Callable[[Tx], T]) -> T:
    """One short write transaction beside whoever serves the database: SQLite lets one in at a time, and nobody keeps the
    head of the ledger between transactions. For what is done outside of the server; what is deleted leaves no trace in
    the file."""
    try:
        with contextlib.closing(_connect(path)) as connection:
            connection.execute("PRAGMA secure_delete = ON")
            connection.execute("BEGIN IMMEDIATE")
            try:
                result = work(Tx(connection))
                connection.execute("COMMIT")
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            return result
    except sqlite3.Error as error:
        raise explain(error, str(path)) from error


class Database:
    """An open ledger. `write` and `read` run a function in a transaction on their thread and can be awaited."""

    def __init__(self, path: Path) -> None:
        """StoreLocked, NewerDatabase, DiskFull or Corrupt when it cannot be opened."""
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = _lock(path.with_name(path.name + ".lock"))
        try:
            at_rest.root_key(path)
            with self._explained():
                self._writer = _connect(path)
                path.chmod(0o600)
                _prepare(self._writer, path)
                self._reader = _connect(path)
        except BaseException:
            os.close(self._lock)
            raise
        self._write_queue = ThreadPoolExecutor(1, "ledger-writer")
        self._read_queue = ThreadPoolExecutor(1, "ledger-reader")
        self._listeners: list[Callable[[], None]] = []

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.IntegrityError:
            raise
        except (sqlite3.OperationalError, sqlite3.DatabaseError) as error:
            raise explain(error, str(self.path)) from error

    def on_commit(self, listener: Callable[[], None]) -> None:
        """Call `listener` on the writer thread after each commit."""
        self._listeners.append(listener)

    def write_now(self, work: Callable[[Tx], T]) -> T:
        """Run `work` in a write transaction on this thread; any exception rolls everything back."""
        with self._explained():
            self._writer.execute("BEGIN IMMEDIATE")
            try:
                result = work(Tx(self._writer))
                self._writer.execute("COMMIT")
            except BaseException:
                with contextlib.suppress(sqlite3.Error):
                    self._writer.execute("ROLLBACK")
                raise
        for listener in self._listeners:
            listener()
        return result

    def read_now(self, work: Callable[[Tx], T]) -> T:
        """Run `work` in one read snapshot on this thread."""
        with self._explained():
            self._reader.execute("BEGIN")
            try:
                return work(Tx(self._reader))
            finally:
                self._reader.execute("ROLLBACK")

    def apart(self, work: Callable[[Tx], T]) -> T:
        """Run long reading on a connection of its own on this thread, so that nobody waits for it."""
        return read_apart(self.path, work)

    async def write(self, work: Callable[[Tx], T]) -> T:
        return await asyncio.wrap_future(self._write_queue.submit(self.write_now, work))

    async def read(self, work: Callable[[Tx], T]) -> T:
        return await asyncio.wrap_future(self._read_queue.submit(self.read_now, work))

    def close(self) -> None:
        """Finish what is queued, close, let go of the lock."""
        self._write_queue.shutdown(wait=True)
        self._read_queue.shutdown(wait=True)
        self._reader.close()
        self._writer.close()
        os.close(self._lock)
