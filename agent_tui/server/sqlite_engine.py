"""The ledger on SQLite: one writer, a few readers with snapshots, a lock file that keeps a second process out.

Two writers would wait seconds for each other, and the feed's order rests on there being one. Readers wait for nobody: who
signs in or takes a snapshot does not hold up the look that tells everybody what is new.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import queue
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from agent_tui.errors import Corrupt, DiskFull, StoreError, StoreLocked
from agent_tui.server import at_rest, migrations
from agent_tui.server.database import STATEMENTS, Row, Tx

READERS = 4
"""Snapshots read at the same time."""


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


class SqliteTx(Tx):
    """Statements as they are written."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def run(self, name: str, /, **values: Any) -> int:
        return self._connection.execute(STATEMENTS[name], values).rowcount

    def many(self, name: str, /, rows: Iterable[Mapping[str, Any]]) -> None:
        self._connection.executemany(STATEMENTS[name], rows)

    def one(self, name: str, /, **values: Any) -> Row | None:
        row: sqlite3.Row | None = self._connection.execute(STATEMENTS[name], values).fetchone()
        return row

    def all(self, name: str, /, **values: Any) -> list[Row]:
        return self._connection.execute(STATEMENTS[name], values).fetchall()

    def each(self, name: str, /, **values: Any) -> Iterator[Row]:
        yield from self._connection.execute(STATEMENTS[name], values)


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


def _version(connection: sqlite3.Connection, path: Path) -> int:
    """The step the tables have reached; NewerDatabase when this program must not touch them."""
    if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'schema_version'").fetchone() is None:
        return 0
    row = connection.execute("SELECT version, compat FROM schema_version").fetchone()
    if row is None:
        raise Corrupt("server.error.corrupt", path=str(path))
    migrations.check(row["version"], row["compat"], str(path))
    return int(row["version"])


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    """Walk the steps that are missing, each with its number in one transaction."""
    for step, script in migrations.due(_version(connection, path)):
        number = f"DELETE FROM schema_version; INSERT INTO schema_version VALUES ({step}, {migrations.COMPAT});"
        try:
            connection.executescript(f"BEGIN IMMEDIATE;\n{script}\n{number}\nCOMMIT;")
        except BaseException:
            with contextlib.suppress(sqlite3.Error):
                connection.execute("ROLLBACK")
            raise


@contextlib.contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.IntegrityError:
        raise
    except (sqlite3.OperationalError, sqlite3.DatabaseError) as error:
        raise explain(error, str(path)) from error


@contextlib.contextmanager
def _writing(connection: sqlite3.Connection) -> Iterator[Tx]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield SqliteTx(connection)
        connection.execute("COMMIT")
    except BaseException:
        with contextlib.suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        raise


@contextlib.contextmanager
def reading_apart(path: Path) -> Iterator[Tx]:
    """A snapshot of a database whoever serves it. Corrupt when it is none of ours."""
    try:
        found = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)
        with contextlib.closing(found) as connection:
            connection.row_factory = sqlite3.Row
            at_rest.teach(connection, path)
            connection.execute("BEGIN")
            yield SqliteTx(connection)
    except sqlite3.Error as error:
        raise explain(error, str(path)) from error


@contextlib.contextmanager
def writing_apart(path: Path) -> Iterator[Tx]:
    """A transaction beside whoever serves the database; what it deletes leaves no trace in the file."""
    try:
        with contextlib.closing(_connect(path)) as connection:
            connection.execute("PRAGMA secure_delete = ON")
            with _writing(connection) as tx:
                yield tx
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.Error as error:
        raise explain(error, str(path)) from error


class SqliteEngine:
    """One file, opened for serving."""

    readers = READERS
    shared = False

    def __init__(self, path: Path) -> None:
        """StoreLocked, NewerDatabase, DiskFull or Corrupt when it cannot be opened."""
        self._path = path
        # What a test or a shell does on its own thread takes its turn with the writer's.
        self._writing = threading.RLock()
        self._idle: queue.LifoQueue[sqlite3.Connection] = queue.LifoQueue()
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = _lock(path.with_name(path.name + ".lock"))
        try:
            at_rest.root_key(path)
            with _explained(path):
                self.writer = _connect(path)
                path.chmod(0o600)
                _prepare(self.writer, path)
                self._idle.put(_connect(path))
        except BaseException:
            os.close(self._lock)
            raise

    @contextlib.contextmanager
    def writing(self) -> Iterator[Tx]:
        with self._writing, _explained(self._path), _writing(self.writer) as tx:
            yield tx

    @contextlib.contextmanager
    def reading(self) -> Iterator[Tx]:
        with _explained(self._path):
            reader = self._reader()
            try:
                reader.execute("BEGIN")
                try:
                    yield SqliteTx(reader)
                finally:
                    reader.execute("ROLLBACK")
            finally:
                self._done_with(reader)

    def _done_with(self, reader: sqlite3.Connection) -> None:
        if reader.in_transaction:  # its end failed too: the disk is away
            reader.close()
        else:
            self._idle.put(reader)

    def _reader(self) -> sqlite3.Connection:
        """One that nobody reads with, or one more: as many as ever read at the same time."""
        try:
            return self._idle.get_nowait()
        except queue.Empty:
            return _connect(self._path)

    def beside(self) -> contextlib.AbstractContextManager[Tx]:
        return self.writing()

    def close(self) -> None:
        while not self._idle.empty():
            self._idle.get_nowait().close()
        self.writer.close()
        os.close(self._lock)
