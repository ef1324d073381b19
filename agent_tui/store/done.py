"""What the server has confirmed, kept word for word for as long as its receipt: a server that was restored from an older
backup may not know it any more. Then what may wait is sent again, and everything else is before the person again."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future
from typing import Any

import msgspec

from agent_tui.i18n.catalog import LANGUAGES, say
from agent_tui.store.cache import QUERIES
from agent_tui.store.engine import Connection
from agent_tui.store.journal import Journal

PROBLEM = "desk.outcome.restored"
"""Why something that was confirmed is before the person again."""
_REASONS = msgspec.json.encode([{language: say(PROBLEM, language) for language in LANGUAGES}]).decode()


def doubt(journal: Journal) -> Future[Any]:
    """The server may be another one now: all of it has to be asked for."""
    return journal.write(lambda connection: connection.execute(QUERIES["done_doubt"]))


def doubtful(journal: Journal, agent_id: str, limit: int) -> dict[str, str]:
    """Command → type of what this person has to ask for, oldest first."""
    return dict(journal.all("done_doubtful", agent_id, limit))


def told(journal: Journal, asked: dict[str, str], known: Mapping[str, str], waits: frozenset[str]) -> Future[Any]:
    """The server knows these (command → outcome) of those it was asked for. What waits for a co-sign again is waited for
    again. Of what it does not know, types that may wait are queued again."""

    def job(connection: Connection) -> None:
        for id, kind in asked.items():
            if known.get(id) == "awaiting_approval":
                connection.execute(QUERIES["done_again"], (id, "awaiting_approval", None, "[]"))
                connection.execute(QUERIES["done_forget"], (id,))
                continue
            if id in known:
                connection.execute(QUERIES["done_known"], (id,))
                continue
            given = ("queued", None, "[]") if kind in waits else ("expired", PROBLEM, _REASONS)
            connection.execute(QUERIES["done_again"], (id, *given))
            connection.execute(QUERIES["done_forget"], (id,))
            connection.execute(QUERIES["receipt_void"], (id,))
            if kind in waits:
                connection.execute(QUERIES["receipt_unlink"], (id,))

    return journal.change(job)


def unlink(journal: Journal, command_id: str) -> Future[Any]:
    """The server knows nothing of it and will decide it anew: its former place in the audit is nowhere any more, and a
    refusal that follows brings no other."""
    return journal.write(lambda connection: connection.execute(QUERIES["receipt_unlink"], (command_id,)))
