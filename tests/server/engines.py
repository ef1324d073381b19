"""The engines under the server's tests: what they hold, looked at and tampered with by SQL of the tests' own."""

from __future__ import annotations

import contextlib
from contextlib import AbstractContextManager
from typing import Any

from agent_tui.server.database import Row, Tx
from agent_tui.server.services import Services
from agent_tui.server.sqlite_engine import SqliteEngine, SqliteTx


def raw(tx: Tx, sql: str, *values: Any) -> list[Row]:
    """Rows of any SQL (`?` for a value) inside a transaction."""
    assert isinstance(tx, SqliteTx)
    return tx._connection.execute(sql, values).fetchall()


def tamper(services: Services, sql: str, *values: Any) -> None:
    """Change the tables as somebody would who can write them."""
    services.db.write_now(lambda tx: raw(tx, sql, *values))


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
