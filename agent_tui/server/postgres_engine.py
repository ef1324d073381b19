"""The ledger on PostgreSQL: a writer that holds the head's row, readers with snapshots, connections made anew when lost.

A write transaction takes the row of `sync_head` before it looks at anything. So there is one at a time over all processes,
and whatever the rules, the limits, the feed and the audit read is what they commit on: on this engine too a sequence
number means the order of commits. Readers wait for nobody and nobody waits for them.
"""

from __future__ import annotations

import contextlib
import queue
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import psycopg
from psycopg.adapt import Buffer, Loader
from psycopg.rows import RowMaker
from psycopg.types.numeric import Int8Dumper

from agent_tui.errors import Corrupt, DiskFull, StoreError
from agent_tui.server import at_rest, migrations
from agent_tui.server.at_rest import Rest
from agent_tui.server.database import Row, Tx
from agent_tui.server.place import Remote, beside, shown
from agent_tui.server.postgres_sql import TRANSLATED, Statement, packed, tables, unpacked

READERS = 4
"""Snapshots read at the same time by one process."""
CONNECT_S = 5
STALLED_S = 10
"""A process that stands still in the middle of a transaction loses it after so long, and with it the head."""
PAGE = 2000
"""Rows fetched at a time of what does not fit in memory."""
MIGRATING = 0x6174_7569
"""Number of the advisory lock under which tables are made."""
_KEY_MARK = "key_mark"

Connection = psycopg.Connection[Any]


class Fields:
    """One row of a result, by column name or by place."""

    __slots__ = ("_at", "_values")

    def __init__(self, values: Sequence[Any], at: Mapping[str, int]) -> None:
        self._values = values
        self._at = at

    def __getitem__(self, place: Any, /) -> Any:
        return self._values[self._at[place] if isinstance(place, str) else place]

    def __iter__(self) -> Iterator[Any]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def keys(self) -> Iterable[str]:
        return self._at.keys()


class PostgresTx(Tx):
    """Statements as PostgreSQL takes them; what is sealed is sealed and opened here."""

    def __init__(self, connection: Connection, rest: Rest) -> None:
        self._connection = connection
        self._rest = rest

    def _given(self, statement: Statement, values: Mapping[str, Any]) -> Mapping[str, Any]:
        if not statement.sealed:
            return values
        given = dict(values)
        for name, kind in statement.sealed.items():
            sealed = self._rest.sealed_if(values[kind], values[name]) if kind else self._rest.sealed(values[name])
            given[name] = packed(sealed)
        return given

    def _rows(self, opened: frozenset[str]) -> Any:
        """A maker of rows for each result."""

        def rows(cursor: psycopg.Cursor[Any]) -> RowMaker[Fields]:
            at = {column.name: n for n, column in enumerate(cursor.description or ())}
            sealed = [at[name] for name in opened if name in at]

            def plain(values: Sequence[Any]) -> Fields:
                return Fields(values, at)

            def clear(values: Sequence[Any]) -> Fields:
                seen = list(values)
                for n in sealed:
                    seen[n] = self._rest.clear(unpacked(seen[n]))
                return Fields(seen, at)

            return clear if sealed else plain

        return rows

    def packed(self, body: str | bytes) -> str | bytes:
        return packed(body)

    def unpacked(self, body: str | bytes) -> str | bytes:
        return unpacked(body) or "" if isinstance(body, str) else body

    def run(self, name: str, /, **values: Any) -> int:
        statement = TRANSLATED[name]
        return self._connection.execute(statement.text, self._given(statement, values)).rowcount

    def many(self, name: str, /, rows: Iterable[Mapping[str, Any]]) -> None:
        statement = TRANSLATED[name]
        given = [self._given(statement, row) for row in rows]
        if len(given) > 1:
            with self._connection.cursor() as cursor:
                cursor.executemany(statement.text, given)
        elif given:
            self._connection.execute(statement.text, given[0])

    def all(self, name: str, /, **values: Any) -> list[Row]:
        statement = TRANSLATED[name]
        with self._connection.cursor(row_factory=self._rows(statement.opened)) as cursor:
            return cursor.execute(statement.text, self._given(statement, values)).fetchall()

    def one(self, name: str, /, **values: Any) -> Row | None:
        statement = TRANSLATED[name]
        with self._connection.cursor(row_factory=self._rows(statement.opened)) as cursor:
            row: Row | None = cursor.execute(statement.text, self._given(statement, values)).fetchone()
            return row

    def each(self, name: str, /, **values: Any) -> Iterator[Row]:
        statement = TRANSLATED[name]
        with self._connection.cursor("each", row_factory=self._rows(statement.opened)) as cursor:
            cursor.itersize = PAGE
            yield from cursor.execute(statement.text, self._given(statement, values))


# ---- connections -------------------------------------------------------------------------------------------------


_LOGIN = ("password authentication failed", "no password supplied", "no pg_hba.conf entry", "role ")


def explain(error: psycopg.Error, where: Remote) -> StoreError:
    """The error of ours that says what PostgreSQL meant. Never says a password."""
    place, text = shown(where), str(error)
    if isinstance(error, psycopg.errors.DiskFull):
        return DiskFull("server.error.disk_full", path=place)
    if isinstance(error, psycopg.errors.InsufficientPrivilege):
        return StoreError("server.error.pg_rights", path=place)
    if isinstance(error, psycopg.errors.ReadOnlySqlTransaction):
        return StoreError("server.error.pg_standby", path=place)
    if error.sqlstate is not None:
        return StoreError("server.error.store", path=place, detail=f"{type(error).__name__} {error.sqlstate}")
    if "does not exist" in text and "database" in text:
        return StoreError("server.error.pg_no_database", path=place)
    if any(said in text for said in _LOGIN):
        return StoreError("server.error.pg_login", path=place)
    return StoreError("server.error.pg_unreachable", path=place)


@contextlib.contextmanager
def explained(where: Remote) -> Iterator[None]:
    """Errors of the driver become ours; a broken constraint stays what it is, for it is a bug."""
    try:
        yield
    except psycopg.IntegrityError:
        raise
    except psycopg.Error as error:
        raise explain(error, where) from error


class Whole(Loader):
    """What PostgreSQL adds up of whole numbers is `numeric`; here as on SQLite a sum of whole numbers is one."""

    def load(self, data: Buffer) -> int:
        return int(bytes(data))


def connect(where: Remote) -> Connection:
    """A connection that commits each statement unless told otherwise. psycopg.Error when there is none."""
    connection: Connection = psycopg.connect(
        where.url,
        autocommit=True,
        connect_timeout=CONNECT_S,
        application_name="agent-tui",
        keepalives_idle=STALLED_S,
        keepalives_interval=2,
        keepalives_count=3,
        client_encoding="UTF8",
    )
    # Whole numbers always go as one type: a statement is prepared once, whatever their size.
    connection.adapters.register_dumper(int, Int8Dumper)
    connection.adapters.register_loader("numeric", Whole)
    connection.execute(f"SET idle_in_transaction_session_timeout = '{STALLED_S}s'")
    connection.execute("SET synchronous_commit = on")
    return connection


def _end(connection: Connection, how: str) -> None:
    """End a transaction; a connection that is lost has ended it already."""
    with contextlib.suppress(psycopg.Error):
        connection.execute(how)


class Pool:
    """Connections that are not in use; one that broke is thrown away."""

    def __init__(self, where: Remote) -> None:
        self._where = where
        self._idle: queue.LifoQueue[Connection] = queue.LifoQueue()

    def take(self) -> Connection:
        try:
            return self._idle.get_nowait()
        except queue.Empty:
            return connect(self._where)

    def give(self, connection: Connection) -> None:
        if connection.closed or connection.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
            connection.close()
        else:
            self._idle.put(connection)

    def begin(self, *statements: str) -> Connection:
        """A connection in a transaction of its own. One that was lost while it lay idle is made anew."""
        for _ in range(self._idle.qsize()):
            connection = self.take()
            try:
                return _run(connection, statements)
            except psycopg.OperationalError:
                connection.close()
        return _run(connect(self._where), statements)

    def close(self) -> None:
        while not self._idle.empty():
            self._idle.get_nowait().close()


def _run(connection: Connection, statements: tuple[str, ...]) -> Connection:
    for statement in statements:
        connection.execute(statement)
    return connection


# ---- transactions ------------------------------------------------------------------------------------------------


_WRITE = ("BEGIN ISOLATION LEVEL READ COMMITTED", TRANSLATED["lock"].text)
_READ = ("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",)


@contextlib.contextmanager
def _writing(pool: Pool, rest: Rest) -> Iterator[Tx]:
    connection = pool.begin(*_WRITE)
    try:
        yield PostgresTx(connection, rest)
        connection.execute("COMMIT")
    except BaseException:
        _end(connection, "ROLLBACK")
        raise
    finally:
        pool.give(connection)


@contextlib.contextmanager
def _reading(pool: Pool, rest: Rest) -> Iterator[Tx]:
    connection = pool.begin(*_READ)
    try:
        yield PostgresTx(connection, rest)
    finally:
        _end(connection, "ROLLBACK")
        pool.give(connection)


@contextlib.contextmanager
def _apart(where: Remote, *, write: bool) -> Iterator[Tx]:
    pool = Pool(where)
    try:
        with explained(where):
            _known(pool, where)
            with (_writing if write else _reading)(pool, Rest(beside(where))) as tx:
                yield tx
    finally:
        pool.close()


def reading_apart(where: Remote) -> contextlib.AbstractContextManager[Tx]:
    """A snapshot of a database whoever serves it. Corrupt when it is none of ours."""
    return _apart(where, write=False)


def writing_apart(where: Remote) -> contextlib.AbstractContextManager[Tx]:
    """A transaction beside whoever serves the database."""
    return _apart(where, write=True)


# ---- tables ------------------------------------------------------------------------------------------------------


def _version(connection: Connection, where: Remote) -> int:
    """The step the tables have reached; NewerDatabase when this program must not touch them."""
    if connection.execute("SELECT to_regclass('schema_version')").fetchone() == (None,):
        return 0
    row = connection.execute("SELECT version, compat FROM schema_version").fetchone()
    if row is None:
        raise Corrupt("server.error.corrupt", path=shown(where))
    migrations.check(row[0], row[1], shown(where))
    return int(row[0])


def _known(pool: Pool, where: Remote) -> None:
    """Corrupt unless the tables are there."""
    connection = pool.take()
    try:
        if not _version(connection, where):
            raise Corrupt("server.error.corrupt", path=shown(where))
    finally:
        pool.give(connection)


@contextlib.contextmanager
def _alone(connection: Connection) -> Iterator[None]:
    """No other process makes tables meanwhile."""
    connection.execute("SELECT pg_advisory_lock(%s)", (MIGRATING,))
    try:
        yield
    finally:
        _end(connection, f"SELECT pg_advisory_unlock({MIGRATING})")


def _migrate(connection: Connection, where: Remote) -> None:
    """Walk the steps that are missing, each with its number in one transaction."""
    for step, script in migrations.due(_version(connection, where)):
        with connection.transaction():
            connection.execute(tables(script).encode())
            connection.execute("DELETE FROM schema_version")
            connection.execute("INSERT INTO schema_version VALUES (%s, %s)", (step, migrations.COMPAT))


def _same_key(tx: Tx, rest: Rest, where: Remote) -> None:
    """The first process leaves a mark of its key; one with another key must not write what nobody else can read."""
    kept = tx.value("setting_get", name=_KEY_MARK)
    if kept is None:
        tx.run("setting_put", name=_KEY_MARK, value=rest.mark)
    elif kept != rest.mark:
        raise Corrupt("server.error.other_key", path=shown(where), keys=str(where.keys))


def _prepare(connection: Connection, where: Remote) -> Rest:
    """Tables and key, as every process of this database has them."""
    _migrate(connection, where)
    where.keys.mkdir(mode=0o700, parents=True, exist_ok=True)
    at_rest.root_key(beside(where))
    rest = Rest(beside(where))
    _same_key(PostgresTx(connection, rest), rest, where)
    return rest


class PostgresEngine:
    """One database, opened for serving; others may serve it too."""

    readers = READERS
    shared = True

    def __init__(self, where: Remote) -> None:
        """StoreError says what is wrong with the place, NewerDatabase or Corrupt what with the tables."""
        self._where = where
        self._writers, self._snapshots = Pool(where), Pool(where)
        with explained(where), contextlib.closing(connect(where)) as connection, _alone(connection):
            self._rest = _prepare(connection, where)

    @contextlib.contextmanager
    def writing(self) -> Iterator[Tx]:
        with explained(self._where), _writing(self._writers, self._rest) as tx:
            yield tx

    @contextlib.contextmanager
    def reading(self) -> Iterator[Tx]:
        with explained(self._where), _reading(self._snapshots, self._rest) as tx:
            yield tx

    @contextlib.contextmanager
    def beside(self) -> Iterator[Tx]:
        with explained(self._where):
            connection = self._snapshots.begin("SELECT 1")
            try:
                yield PostgresTx(connection, self._rest)
            finally:
                self._snapshots.give(connection)

    def close(self) -> None:
        self._snapshots.close()
        self._writers.close()
