"""The ledger's database: named statements in transactions, one writer thread and threads that read snapshots.

What differs between SQLite and PostgreSQL is an `Engine`; which one is used is decided by where the ledger is.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import Any, Protocol, TypeVar

from agent_tui import sql
from agent_tui.errors import EnvironmentError_
from agent_tui.killpoint import kill_point
from agent_tui.server.place import Remote, Where, beside

T = TypeVar("T")
PACKAGE = "agent_tui.server.db"
STATEMENTS: Mapping[str, str] = MappingProxyType(
    {
        name: statement
        for file in (
            "ledger.sql",
            "feed.sql",
            "access.sql",
            "audit.sql",
            "authority.sql",
            "devices.sql",
            "door.sql",
            "backup.sql",
        )
        for name, statement in sql.load(PACKAGE, file).items()
    }
)


class Row(Protocol):
    """One row of a result: by column name or by place."""

    def __getitem__(self, place: Any, /) -> Any: ...

    def __iter__(self) -> Iterator[Any]: ...

    def keys(self) -> Iterable[str]:
        """The names of the columns."""


class Tx(ABC):
    """One transaction; statements are called by name."""

    @abstractmethod
    def run(self, name: str, /, **values: Any) -> int:
        """Execute; returns the number of rows touched."""

    @abstractmethod
    def many(self, name: str, /, rows: Iterable[Mapping[str, Any]]) -> None:
        """Execute once for each of the rows."""

    @abstractmethod
    def all(self, name: str, /, **values: Any) -> list[Row]:
        """Every row of the result."""

    @abstractmethod
    def each(self, name: str, /, **values: Any) -> Iterator[Row]:
        """The rows as they are read, for what does not fit in memory."""

    @abstractmethod
    def one(self, name: str, /, **values: Any) -> Row | None:
        """The first row, None without rows."""

    def packed(self, body: str | bytes) -> str | bytes:
        """A body, sealed or not, as this engine stores it in a column of text."""
        return body

    def unpacked(self, body: str | bytes) -> str | bytes:
        """What `packed` was given."""
        return body

    def value(self, name: str, /, **values: Any) -> Any:
        """The first column of the first row, None without rows."""
        row = self.one(name, **values)
        return None if row is None else row[0]


class Engine(Protocol):
    """One kind of database, open."""

    readers: int
    """Threads that may read at the same time."""
    shared: bool
    """Whether other processes may serve the same database."""

    def writing(self) -> AbstractContextManager[Tx]:
        """A transaction nobody else writes beside; committed at the end, rolled back by any exception."""

    def reading(self) -> AbstractContextManager[Tx]:
        """A snapshot that stays as it is until the end."""

    def beside(self) -> AbstractContextManager[Tx]:
        """For one statement that is no part of the ledger: it waits for no transaction of others."""

    def close(self) -> None:
        """Let go of everything."""


def _postgres() -> ModuleType:
    """The engine for PostgreSQL; its driver is an extra that not everybody has."""
    try:
        from agent_tui.server import postgres_engine
    except ImportError:
        raise EnvironmentError_("server.error.pg_missing") from None
    return postgres_engine


def _open(where: Where) -> Engine:
    if isinstance(where, Remote):
        opened: Engine = _postgres().PostgresEngine(where)
        return opened
    from agent_tui.server.sqlite_engine import SqliteEngine

    return SqliteEngine(where)


def read_apart(where: Where, work: Callable[[Tx], T]) -> T:
    """Read a database, served by other processes or by none, in one snapshot. Corrupt when it is none of ours."""
    if isinstance(where, Remote):
        with _postgres().reading_apart(where) as tx:
            return work(tx)
    from agent_tui.server import sqlite_engine

    with sqlite_engine.reading_apart(where) as tx:
        return work(tx)


def write_apart(where: Where, work: Callable[[Tx], T]) -> T:
    """One short write transaction beside whoever serves the database: both engines let one in at a time, and nobody
    keeps the head of the ledger between transactions. For what is done outside of the server."""
    if isinstance(where, Remote):
        with _postgres().writing_apart(where) as tx:
            return work(tx)
    from agent_tui.server import sqlite_engine

    with sqlite_engine.writing_apart(where) as tx:
        return work(tx)


class Database:
    """An open ledger. `write` and `read` run a function in a transaction on their thread and can be awaited."""

    def __init__(self, where: Where) -> None:
        """StoreLocked, NewerDatabase, DiskFull, Corrupt or StoreError when it cannot be opened."""
        self.where = where
        self.engine = _open(where)
        self._write_queue = ThreadPoolExecutor(1, "ledger-writer")
        self._read_queue = ThreadPoolExecutor(self.engine.readers, "ledger-reader")
        self._listeners: list[Callable[[], None]] = []

    @property
    def path(self) -> Path:
        """What key files are named after; on SQLite the database itself."""
        return beside(self.where)

    def on_commit(self, listener: Callable[[], None]) -> None:
        """Call `listener` after each commit, on the thread that made it or learnt of it."""
        self._listeners.append(listener)

    def tell(self) -> None:
        """Something was committed, here or by another process."""
        for listener in self._listeners:
            listener()

    def write_now(self, work: Callable[[Tx], T]) -> T:
        """Run `work` in a write transaction on this thread; any exception rolls everything back."""
        with self.engine.writing() as tx:
            result = work(tx)
            kill_point("server.commit")
        kill_point("server.committed")
        self.tell()
        return result

    def read_now(self, work: Callable[[Tx], T]) -> T:
        """Run `work` in one read snapshot on this thread."""
        with self.engine.reading() as tx:
            return work(tx)

    def apart(self, work: Callable[[Tx], T]) -> T:
        """Run long reading on a connection of its own on this thread, so that nobody waits for it."""
        return read_apart(self.where, work)

    async def write(self, work: Callable[[Tx], T]) -> T:
        return await asyncio.wrap_future(self._write_queue.submit(self.write_now, work))

    async def read(self, work: Callable[[Tx], T]) -> T:
        return await asyncio.wrap_future(self._read_queue.submit(self.read_now, work))

    async def beside(self, work: Callable[[Tx], T]) -> T:
        """Run one statement that is no part of the ledger, and waits for none of its transactions."""

        def now() -> T:
            with self.engine.beside() as tx:
                return work(tx)

        return await asyncio.wrap_future(self._read_queue.submit(now))

    def close(self) -> None:
        """Finish what is queued, close, let go of what is held."""
        self._write_queue.shutdown(wait=True)
        self._read_queue.shutdown(wait=True)
        self.engine.close()
