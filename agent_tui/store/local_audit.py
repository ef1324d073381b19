"""What happened at this desk without the server's knowledge, as a hash chain in the journal."""

from __future__ import annotations

from concurrent.futures import Future
from typing import Any

from agent_tui import canon
from agent_tui.clock import stamp, wall
from agent_tui.store.cache import QUERIES
from agent_tui.store.engine import Connection
from agent_tui.store.journal import Journal


def note_event(journal: Journal, event: str, **facts: str) -> Future[Any]:
    """Append one event; ids only, nothing personal."""
    at = stamp(wall())
    body = canon.canonical({"event": event, **facts})

    def job(connection: Connection) -> None:
        last = connection.execute(QUERIES["audit_last"]).fetchone()
        previous = last[0] if last else ""
        link = canon.chain(previous, at.encode() + body)
        connection.execute(QUERIES["audit_add"], (at, body.decode(), previous, link))

    return journal.write(job)


def events(journal: Journal) -> list[tuple[Any, ...]]:
    """(n, at, event, previous hash, hash), oldest first."""
    return journal.all("audit_all")
