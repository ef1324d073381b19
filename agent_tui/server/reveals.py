"""How often one person may see a field in clear: what serves customers one by one does not serve to copy them out."""

from __future__ import annotations

from datetime import datetime, timedelta

from agent_tui.domain.commands import Command, RevealField
from agent_tui.domain.effects import Refusal
from agent_tui.domain.rows import stamp
from agent_tui.server.database import Tx

PER_HOUR = 20
"""Fields one person may reveal within an hour of business time; an agent takes about ten contacts in one."""


def too_many(tx: Tx, command: Command, actor: str, now: datetime) -> Refusal | None:
    """Why `actor` (as the audit names them) may not reveal another field now."""
    if not isinstance(command, RevealField):
        return None
    since = stamp(now - timedelta(hours=1))
    first = tx.value("reveal_before", actor=actor, back=PER_HOUR - 1)
    return Refusal(key="authority.reveals", args={"most": PER_HOUR}) if first is not None and first > since else None
