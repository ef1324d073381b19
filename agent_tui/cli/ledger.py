"""The server's database, looked at from outside: where it is, and its events, read only, while the server runs."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import msgspec

from agent_tui.config import paths, runtime
from agent_tui.config.load import load
from agent_tui.domain.agent import Agent
from agent_tui.domain.effects import Event
from agent_tui.errors import Corrupt, InputError
from agent_tui.server import at_rest
from agent_tui.server.database import Tx, explain
from agent_tui.server.figures import read_events
from agent_tui.server.state import TableState

T = TypeVar("T")


def place(given: Path | None, *, demo: bool = False) -> Path:
    """The database meant: the one named, that of the demo that runs here, else that of the settings."""
    if given is not None:
        return given
    if demo:
        found = sorted(runtime.folder().glob("run-*/server.db"), key=lambda path: path.stat().st_mtime)
        if not found:
            raise InputError("report.error.no_demo")
        return found[-1]
    kept = load().server.database
    return Path(kept).expanduser() if kept else paths.data_dir() / "server.db"


class Past(msgspec.Struct, frozen=True):
    """What the database knows of an interval."""

    events: list[Event]
    members: dict[str, tuple[str, ...]]
    """Agent ids by group."""


@contextmanager
def _reading(path: Path) -> Iterator[sqlite3.Connection]:
    """InputError where there is no database, StoreError for what SQLite complains about."""
    if not path.is_file():
        raise InputError("report.error.no_server_database", path=str(path))
    try:
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)
        try:
            connection.row_factory = sqlite3.Row
            at_rest.teach(connection, path)
            connection.execute("BEGIN")
            yield connection
        finally:
            connection.close()
    except sqlite3.Error as error:
        if "no such table" in str(error):
            raise Corrupt("report.error.not_server_database", path=str(path)) from error
        raise explain(error, str(path)) from error


def bounds(path: Path) -> tuple[datetime, datetime] | None:
    """When the first and the last event happened (business time); None if there are none."""
    with _reading(path) as connection:
        first, last = connection.execute("SELECT min(at), max(at) FROM event").fetchone()
    return (datetime.fromisoformat(first), datetime.fromisoformat(last)) if first else None


def look(path: Path, work: Callable[[Tx], T]) -> T:
    """What `work` reads of the database, in one snapshot."""
    with _reading(path) as connection:
        return work(Tx(connection))


def past(path: Path, since: datetime, until: datetime) -> Past:
    """Events from `since` on and before `until`, and who belongs to which group today."""
    with _reading(path) as connection:
        tx = Tx(connection)
        members: dict[str, tuple[str, ...]] = {}
        for agent in TableState(tx).find(Agent):
            for group in agent.groups:
                members[group] = (*members.get(group, ()), agent.id)
        return Past(read_events(tx, since, until), members)
