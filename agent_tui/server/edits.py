"""Who changed a row since somebody saw it: from the feed's own record of versions, for whoever ran into it."""

from __future__ import annotations

from datetime import datetime

from agent_tui.domain.centre import Edit
from agent_tui.server.database import Tx

AT_MOST = 10
"""Changes that are named; the latest say most."""
CENTRE = "centre"
"""Who did it where no person did: the line, the router, a clock."""


def since(tx: Tx, target: str, version: int) -> tuple[Edit, ...]:
    """Changes of `entity:id` after `version`, the latest first. Empty when the feed no longer reaches back."""
    entity, _, id = target.partition(":")
    rows = tx.all("edits_since", entity=entity, id=id, version=version, limit=AT_MOST)
    return tuple(
        Edit(
            version=row["version"],
            at=datetime.fromisoformat(row["at"]),
            by=row["maker"] if row["kind"] == "agent" else CENTRE,
            type=row["type"] or "",
        )
        for row in rows
    )
