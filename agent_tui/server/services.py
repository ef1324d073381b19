"""What every endpoint and job works with, made once by `build`."""

from __future__ import annotations

import msgspec

from agent_tui.clock import Clock
from agent_tui.server.auth import Doorman
from agent_tui.server.bus import Bus
from agent_tui.server.caller import Caller
from agent_tui.server.database import Database
from agent_tui.server.feed import Feed
from agent_tui.server.ledger import Answer, Ledger
from agent_tui.server.options import ServerOptions
from agent_tui.server.vault import Vault
from agent_tui.wire.command import Envelope


class Services(msgspec.Struct, frozen=True, kw_only=True):
    options: ServerOptions
    db: Database
    clock: Clock
    vault: Vault
    doorman: Doorman
    ledger: Ledger
    feed: Feed
    bus: Bus

    async def commit(self, envelope: Envelope, caller: Caller) -> Answer:
        """One command through the ledger, on the writer thread."""
        return await self.db.write(lambda tx: self.ledger.commit(tx, envelope, caller))

    @property
    def banner(self) -> str:
        return "simulation" if self.options.simulation else ""
