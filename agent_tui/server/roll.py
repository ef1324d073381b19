"""Who is at a screen, over all processes of one database: each writes down its own, with an end, so that those of a process
that was killed go by themselves."""

from __future__ import annotations

import secrets

from agent_tui.server.database import Tx
from agent_tui.server.screens import LIMIT_S
from agent_tui.server.services import Services

EVERY_S = 2.0


class Roll:
    """Keeps this process's part of the roll; does nothing where there is only one process."""

    name = "roll"
    every_s = EVERY_S
    woken = False

    def __init__(self, services: Services) -> None:
        self._services = services
        self._process = secrets.token_hex(8)
        self._told: frozenset[str] = frozenset()

    async def step(self) -> None:
        if self._services.db.engine.shared:
            here = self._services.screens.now()
            await self._services.db.beside(lambda tx: self._tell(tx, here))
            self._told = here

    def _tell(self, tx: Tx, here: frozenset[str]) -> None:
        life_ms = int(LIMIT_S * 1000)
        rows = [{"process": self._process, "agent_id": id} for id in sorted(here)]
        tx.many("roll_put", [{**row, "life_ms": life_ms} for row in rows])
        tx.many("roll_drop", [{"process": self._process, "agent_id": id} for id in sorted(self._told - here)])
        tx.run("roll_trim")


async def everybody(services: Services) -> frozenset[str]:
    """Everybody with a screen, here or at another process."""
    here = services.screens.now()
    if not services.db.engine.shared:
        return here
    rows = await services.db.read(lambda tx: tx.all("roll_now"))
    return here | {row["agent_id"] for row in rows}
