"""The server's database, looked at from outside: where it is, and its events, read only, while the server runs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import msgspec

from agent_tui.cli.where import Given, is_there, resolve
from agent_tui.config import runtime
from agent_tui.domain.agent import Agent
from agent_tui.domain.centre import Group
from agent_tui.domain.effects import Event
from agent_tui.errors import Corrupt, InputError, StoreError
from agent_tui.server.database import Tx, read_apart
from agent_tui.server.figures import read_events
from agent_tui.server.place import Where, shown
from agent_tui.server.state import TableState

T = TypeVar("T")


def place(wanted: Given = None, keys: Path | None = None, *, demo: bool = False) -> Where:
    """The database meant: the one named, that of the demo that runs here, else that of the settings."""
    if wanted is None and demo:
        found = sorted(runtime.folder().glob("run-*/server.db"), key=lambda path: path.stat().st_mtime)
        if not found:
            raise InputError("report.error.no_demo")
        return found[-1]
    return resolve(wanted, keys)


class Past(msgspec.Struct, frozen=True):
    """What the database knows of an interval."""

    events: list[Event]
    members: dict[str, tuple[str, ...]]
    """Agent ids by group."""
    shares: dict[str, float]
    """The target of service level by group."""


def look(where: Where, work: Callable[[Tx], T]) -> T:
    """What `work` reads of the database, in one snapshot. InputError where there is no database, StoreError for one that
    cannot be read."""
    if not is_there(where):
        raise InputError("report.error.no_server_database", path=shown(where))
    try:
        return read_apart(where, work)
    except StoreError as error:
        if "no such table" in str(error.args_.get("detail", "")):
            raise Corrupt("report.error.not_server_database", path=shown(where)) from error
        raise


def bounds(where: Where) -> tuple[datetime, datetime] | None:
    """When the first and the last event happened (business time); None if there are none."""
    first, last = look(where, lambda tx: tuple(tx.one("event_bounds") or (None, None)))
    return (datetime.fromisoformat(first), datetime.fromisoformat(last)) if first else None


def past(where: Where, since: datetime, until: datetime) -> Past:
    """Events from `since` on and before `until`, and who belongs to which group today."""

    def work(tx: Tx) -> Past:
        members: dict[str, tuple[str, ...]] = {}
        for agent in TableState(tx).find(Agent):
            for group in agent.groups:
                members[group] = (*members.get(group, ()), agent.id)
        shares = {group.id: group.target_share for group in TableState(tx).find(Group)}
        return Past(read_events(tx, since, until), members, shares)

    return look(where, work)
