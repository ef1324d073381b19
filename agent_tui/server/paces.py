"""How often one person may look at customers: what serves them one by one does not serve to copy them out.

Counted over what the audit holds, so that the pace is one for all sessions and all processes of a server.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from agent_tui.domain.effects import Refusal
from agent_tui.domain.rows import stamp
from agent_tui.server.database import Tx
from agent_tui.server.terms import Terms


def too_many_reveals(tx: Tx, terms: Terms, actor: str, now: datetime) -> Refusal | None:
    """Why `actor` (as the audit names them) may not reveal another field now."""
    return _too_many(tx, "reveal_before", terms.reveals_per_hour, "authority.reveals", actor, now)


def too_many_searches(tx: Tx, terms: Terms, actor: str, now: datetime) -> Refusal | None:
    """Why `actor` may not search for another customer now."""
    return _too_many(tx, "search_before", terms.searches_per_hour, "authority.searches", actor, now)


def _too_many(tx: Tx, statement: str, most: int, key: str, actor: str, now: datetime) -> Refusal | None:
    """The `most`th before this one is looked at: whether it lies within an hour of business time."""
    first = tx.value(statement, actor=actor, back=most - 1)
    since = stamp(now - timedelta(hours=1))
    return Refusal(key=key, args={"most": most}) if first is not None and first > since else None
