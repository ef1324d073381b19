"""Publishes who is at a screen, so that whoever asks for a co-sign sees who would read it at once.

Being on the floor is a state of its own; a supervisor at a monitor is in none of it and can still sign.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from agent_tui.clock import monotonic
from agent_tui.domain.agent import Agent
from agent_tui.server import roll, screens, writing
from agent_tui.server.database import Tx
from agent_tui.server.services import Services
from agent_tui.server.state import TableState
from agent_tui.server.tail import AuditDraft, Tail

ACTOR = "system:presence"


class Presence:
    """`signed_in` of each person follows their streams. After a start those who were there have time to come back."""

    name = "presence"
    every_s = 1.0
    woken = False

    def __init__(self, services: Services) -> None:
        self._services = services
        self._since = monotonic()
        self._published: frozenset[str] | None = None

    async def step(self) -> None:
        here = await roll.everybody(self._services)
        settling = monotonic() < self._since + screens.LIMIT_S
        if here == self._published and not settling:
            return
        now, db = self._services.clock.now(), self._services.db
        if await db.read(lambda tx: _changed(tx, here, settling)):
            await db.write(lambda tx: _publish(tx, _changed(tx, here, settling), now))
        self._published = None if settling else here


def _changed(tx: Tx, here: frozenset[str], settling: bool) -> list[Agent]:
    """The people of whom something else is published; while settling nobody is taken away."""
    people = TableState(tx).find(Agent)
    wanted = {one.id: one.id in here or (settling and one.signed_in) for one in people}
    return [
        msgspec.structs.replace(one, signed_in=wanted[one.id]) for one in people if one.signed_in != wanted[one.id]
    ]


def _publish(tx: Tx, rows: list[Agent], now: datetime) -> None:
    entries = writing.put_all(tx, rows, now)
    tail = Tail(tx, now)
    came = sorted(row.id for row in rows if row.signed_in)
    left = sorted(row.id for row in rows if not row.signed_in)
    tail.audit(AuditDraft(actor=ACTOR, type="Presence", outcome="applied", facts={"came": came, "left": left}))
    tail.feed(entries)
    tail.close()
