"""What every endpoint and job works with, made once by `build`."""

from __future__ import annotations

import msgspec

from agent_tui.clock import Clock
from agent_tui.metrics import sampling
from agent_tui.metrics.interval import Rules
from agent_tui.server.auth import Doorman
from agent_tui.server.bus import Bus
from agent_tui.server.caller import Caller
from agent_tui.server.database import Database, Tx
from agent_tui.server.feed import Feed
from agent_tui.server.ledger import Ledger
from agent_tui.server.lookout import Lookout
from agent_tui.server.meters import Meters
from agent_tui.server.options import ServerOptions
from agent_tui.server.problems import ProblemError
from agent_tui.server.rates import Rates
from agent_tui.server.record import Answer
from agent_tui.server.screens import Screens
from agent_tui.server.signing import Signer
from agent_tui.server.strongbox import Strongbox
from agent_tui.server.terms import Terms
from agent_tui.server.triage import Triage
from agent_tui.server.vault import Vault
from agent_tui.wire.command import Envelope
from agent_tui.wire.problem import Problem
from agent_tui.wire.session import SIMULATION


class Services(msgspec.Struct, frozen=True, kw_only=True):
    options: ServerOptions
    db: Database
    clock: Clock
    vault: Vault
    doorman: Doorman
    ledger: Ledger
    feed: Feed
    bus: Bus
    lookout: Lookout
    meters: Meters
    signer: Signer
    rates: Rates
    strongbox: Strongbox
    screens: Screens = msgspec.field(default_factory=Screens)
    rules: Rules = Rules()
    review: sampling.Terms = sampling.Terms()
    """How much is looked at afterwards."""
    terms: Terms = Terms()
    """What the centre sets; desks are told of it what they need when they sign in."""
    triage: Triage | None = None
    """A trained model, where the server was given one."""

    async def commit(self, envelope: Envelope, caller: Caller) -> Answer:
        """One command through the ledger, on the writer thread. ProblemError when nothing is kept under its id.

        What a trained triage makes of an arrival is asked before: the writer waits for nobody."""
        guess = await self.triage.ask(envelope.command) if self.triage else None

        def work(tx: Tx) -> Answer | Problem:
            return self.ledger.step_up_wanted(tx, envelope, caller) or self.ledger.commit(tx, envelope, caller, guess)

        done = await self.db.write(work)
        if isinstance(done, Problem):
            raise ProblemError(done)
        self.meters.commands.labels(type(envelope.command).__name__, done.outcome).inc()
        return done

    @property
    def banner(self) -> str:
        return SIMULATION if self.options.simulation else ""
