"""One runner for what a server does by itself, among all processes on one database.

The lease is a row with an end by the database's clock. Its holder renews it every second; whoever finds it over takes it.
A process that stood still and wakes up as if nothing had happened writes nothing: each write of a job looks at the row in
its own transaction. What jobs decide are commands with ids derived from what they are about, so a successor that starts
from the beginning repeats nothing.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from typing import TypeVar

from agent_tui.clock import monotonic
from agent_tui.errors import StoreError
from agent_tui.server.database import Database, Tx

T = TypeVar("T")
NAME = "jobs"
LIFE_S = 4.0
"""A holder that was killed is followed by another after this at the latest, and one look more."""
RENEW_S = 1.0


class NotLeading(StoreError):
    """Somebody else does it now; nothing was written."""

    def __init__(self) -> None:
        super().__init__("server.error.not_leading")


class Lease:
    """Held or not. On SQLite the one process that has the file holds it always."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self.holder = secrets.token_hex(8)
        self._until = 0.0

    @property
    def held(self) -> bool:
        """Whether it was ours a moment ago; only the row itself is certain."""
        return not self._db.engine.shared or monotonic() < self._until

    async def renew(self) -> None:
        """Take it if it is free, keep it if it is ours."""
        if not self._db.engine.shared:
            return
        asked, values = monotonic(), {"name": NAME, "holder": self.holder, "life_ms": int(LIFE_S * 1000)}
        try:
            got = await self._db.beside(lambda tx: tx.run("lease_take", **values))
        except StoreError:
            return  # the database is away: what is held runs out by itself
        self._until = asked + LIFE_S if got else 0.0

    async def drop(self) -> None:
        """Let another process go on at once."""
        if self._db.engine.shared and self.held:
            self._until = 0.0
            await self._db.beside(lambda tx: tx.run("lease_drop", name=NAME, holder=self.holder))

    async def keep(self) -> None:
        """Until cancelled."""
        while True:
            await self.renew()
            await asyncio.sleep(RENEW_S)


class LedDatabase(Database):
    """The same ledger for the one that leads."""

    def __init__(self, of: Database, lease: Lease) -> None:
        self.where, self.engine = of.where, of.engine
        self._write_queue, self._read_queue, self._listeners = of._write_queue, of._read_queue, of._listeners
        self._lease = lease

    def write_now(self, work: Callable[[Tx], T]) -> T:
        """NotLeading when somebody else has taken over."""

        def led(tx: Tx) -> T:
            if self.engine.shared and tx.value("lease_holder", name=NAME) != self._lease.holder:
                raise NotLeading
            return work(tx)

        return super().write_now(led)
