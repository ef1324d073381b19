"""The server's database, looked at from outside: where it is, and its events, read only, while the server runs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import msgspec

from agent_tui.config import paths, runtime
from agent_tui.config.load import load
from agent_tui.domain.agent import Agent
from agent_tui.domain.effects import Event
from agent_tui.errors import Corrupt, InputError, StoreError
from agent_tui.server.database import Tx, read_apart
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


def look(path: Path, work: Callable[[Tx], T]) -> T:
    """What `work` reads of the database, in one snapshot. InputError where there is no database, StoreError for one that
    cannot be read."""
    if not path.is_file():
        raise InputError("report.error.no_server_database", path=str(path))
    try:
        return read_apart(path, work)
    except StoreError as error:
        if "no such table" in str(error.args_.get("detail", "")):
            raise Corrupt("report.error.not_server_database", path=str(path)) from error
        raise


def bounds(path: Path) -> tuple[datetime, datetime] | None:
    """When the first and the last event happened (business time); None if there are none."""
    first, last = look(path, lambda tx: tuple(tx.one("event_bounds") or (None, None)))
    return (datetime.fromisoformat(first), datetime.fromisoformat(last)) if first else None


def past(path: Path, since: datetime, until: datetime) -> Past:
    """Events from `since` on and before `until`, and who belongs to which group today."""

    def work(tx: Tx) -> Past:
        members: dict[str, tuple[str, ...]] = {}
        for agent in TableState(tx).find(Agent):
            for group in agent.groups:
                members[group] = (*members.get(group, ()), agent.id)
        return Past(read_events(tx, since, until), members)

    return look(path, work)
