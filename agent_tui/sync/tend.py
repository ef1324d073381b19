"""The third lane: the device's lease, how much it holds unsent, boxes of others to bring, and whether the copy is true."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from agent_tui.client import endpoints
from agent_tui.client.api import Api
from agent_tui.client.problems import Declined
from agent_tui.clock import monotonic
from agent_tui.config.lease import Lease
from agent_tui.errors import AgentTuiError
from agent_tui.store import escrow, proof
from agent_tui.store.cache import Cache
from agent_tui.store.journal import Journal
from agent_tui.store.local_audit import note_event
from agent_tui.sync.push import holding, unsettled
from agent_tui.sync.restored import ask_again
from agent_tui.sync.state import Connection, LinkState
from agent_tui.wire.device import MAX_BOXES

_log = logging.getLogger(__name__)

TICK_S = 1.0
RENEW_S = 300.0
"""A lease is renewed this often while the server answers; a shorter one when half of it is over."""
AGAIN_S = 5.0
"""After an answer that did not come."""
PROVE_FIRST_S, PROVE_S = 60.0, 1800.0
"""When the copy is compared with the server's for the first time, and how often then."""


class Told(NamedTuple):
    """Whom this lane tells."""

    over: Callable[[], None]
    """The lease has run out."""
    asked: Callable[[], None]
    """What was in doubt was asked for; the journal may hold what waits for a signature again."""
    diverged: Callable[[frozenset[str]], None]
    """These entities are not as the server has them."""


class Tend:
    """`run` until cancelled."""

    def __init__(
        self, api: Api, cache: Cache, journal: Journal, state: LinkState, lease: Lease | None, told: Told
    ) -> None:
        self._api, self._cache, self._journal, self._state = api, cache, journal, state
        self._lease, self._told = lease, told
        self._due = 0.0
        self._prove_at = monotonic() + PROVE_FIRST_S
        self._depth = -1
        self._brought = False
        self._doubts = 1
        self._settled = 0

    async def run(self) -> None:
        """Look once a second what is due."""
        while True:
            if self._lease is not None and self._lease.over:
                self._told.over()
            if self._state.online and self._api.token:
                await self._look()
            await asyncio.sleep(TICK_S)

    async def _look(self) -> None:
        now = monotonic()
        if now >= self._due:
            await self._tried(self._renew)
        elif self._settled != self._doubts:
            # Before the count of what waits, which changes each second while that is sent.
            await self._tried(self._ask_again)
        elif unsettled(self._journal) != self._depth:
            await self._tried(self._renew)
        elif not self._brought:
            await self._tried(self._bring)
        elif now >= self._prove_at and self._state.connection is Connection.LIVE:
            self._prove_at = now + PROVE_S
            await self._tried(self._prove)

    async def _tried(self, step: Callable[[], Awaitable[None]]) -> None:
        try:
            await step()
        except (AgentTuiError, OSError) as error:
            # The next look tries again; what stands on the screen does not depend on it.
            _log.info("device: %s", getattr(error, "key", type(error).__name__))
            self._due = monotonic() + AGAIN_S

    def doubt(self) -> None:
        """The server may have been restored; what one of before still answers is not taken."""
        self._doubts += 1

    async def _ask_again(self) -> None:
        doubts = self._doubts
        while await ask_again(self._api, self._journal, self._cache.agent_id, lambda: self._doubts == doubts):
            pass
        self._settled = doubts
        self._told.asked()

    async def _renew(self) -> None:
        held = unsettled(self._journal)
        lease = await endpoints.lease(self._api, held, *holding(self._journal))
        self._depth, self._due = held, monotonic() + min(RENEW_S, lease.left_s / 2)
        if self._journal.boxes is not None:
            with suppress(ValueError):
                self._journal.boxes.learn(lease.escrow_key)
        if self._lease is not None:
            await asyncio.to_thread(self._lease.grant, float(lease.left_s))

    # ---- boxes -----------------------------------------------------------------------------------------------------

    async def _bring(self) -> None:
        """What was left sealed on this machine by desks that were wiped, or by a journal that is no more."""
        files = self._left_behind()
        if not files:
            self._brought = True
            return
        try:
            results = await endpoints.bring(self._api, tuple(file.read_bytes() for file in files))
        except Declined:
            # It heard of them and will say the same again; the next start asks once more.
            self._brought = True
            raise
        for file, result in zip(files, results, strict=False):
            escrow.put_away(file, readable=result.outcome != "unreadable")
            note_event(self._journal, "box", command=result.id, outcome=result.outcome)
        self._brought = len(files) < MAX_BOXES

    def _left_behind(self) -> list[Path]:
        """As many boxes as may go at once, without those of what this desk sends by itself."""
        boxes = self._journal.boxes
        if boxes is None:
            return []
        known = {item.id for item in self._journal.items()}
        return [file for file in escrow.left_behind(boxes.folder) if file.stem not in known][:MAX_BOXES]

    # ---- the copy --------------------------------------------------------------------------------------------------

    async def _prove(self) -> None:
        """Compare with the server at a moment when both stand at the same place; otherwise the next time."""
        told = await endpoints.digest(self._api)
        mine = await asyncio.to_thread(proof.digest, self._cache.path, self._cache.key)
        if mine.cursor != told.cursor:
            return
        wrong = proof.differing(mine, told)
        if wrong:
            note_event(self._journal, "diverged", entities=" ".join(sorted(wrong)))
            self._told.diverged(wrong)
