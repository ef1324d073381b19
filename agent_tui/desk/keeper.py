"""Who may look at this desk: the lock, the lease of what it shows, and forgetting everything when ordered to.

    open ──► locked (idle, or by key) ──► open again with the password, server or no server
      │         └── TRIES wrong passwords ──► cache erased, desk closed
      ├──► lease over: cache erased, locked; opens again once the server has renewed the lease
      └──► wiped by an administrator: keys erased, desk closed; what was not sent lies sealed in `escrow/`

Whatever was typed stays in the journal through all of it but the last.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
import os
from collections.abc import Awaitable, Callable
from enum import StrEnum

from agent_tui.desk.profile import Profile
from agent_tui.desk.sight import Sight
from agent_tui.desk.wakes import Wakes
from agent_tui.errors import AgentTuiError
from agent_tui.i18n.message import Msg, msg
from agent_tui.store.engine import siblings
from agent_tui.store.escrow import WIPED
from agent_tui.store.journal import UNSENT, Journal
from agent_tui.store.local_audit import note_event
from agent_tui.store.open import rebuild
from agent_tui.sync.state import Connection

_log = logging.getLogger(__name__)

TRIES = 5
FINISH_S = 10.0
"""For so long the program that was told to forget everything stays to say that it has."""
_COST = {"n": 2**14, "r": 8, "p": 1}
"""Of the proof of a password that is held in memory only."""


class Opened(StrEnum):
    """What came of an attempt to unlock."""

    OPEN = "open"
    WRONG = "wrong"
    LEASE = "lease"
    """Right, but the lease is over: the server must renew it first."""
    ENDED = "ended"
    """Wrong for the last time."""


class Keeper:
    """One for each desk."""

    def __init__(self, profile: Profile, sight: Sight, journal: Journal, wakes: Wakes) -> None:
        self._profile, self._sight, self._journal, self._wakes = profile, sight, journal, wakes
        self.locked = ""
        """Why: `idle`, `key` or `lease`; empty while it is open."""
        self.ended: Msg | None = None
        """Why nothing can be done at this desk any more."""
        self.leave: Callable[[], Awaitable[None]] = _nothing
        """Tells the server that everything was forgotten, if it listens, and ends the link."""
        self.left = TRIES
        self._salt = os.urandom(16)
        self._proof = b""
        self._wiping: asyncio.Task[None] | None = None

    @property
    def lease_s(self) -> float:
        """How long what the server shows may be kept without it, real seconds; 0 before it has said so."""
        return self._profile.lease.lasts_s if self._profile.lease is not None else 0.0

    def lease_left_s(self) -> float:
        """Real seconds until it must go; 0 when it has, or none was granted."""
        return self._profile.lease.left_s() if self._profile.lease is not None else 0.0

    def learn(self, password: str) -> None:
        """What will open the desk again; only a proof of it is kept."""
        self._proof = self._prove(password)

    def cover_clear(self) -> None:
        """Nothing stands in clear any more, though the desk stays open."""
        self._sight.reveals.wipe()
        self._wakes.touch(("reveal",))

    def lock(self, why: str) -> None:
        """Nobody may look until the password was given again. What stood in clear is gone."""
        if self.locked or self.ended:
            return
        self._sight.reveals.wipe()
        self._note("lock", why)
        self._set(why)

    async def unlock(self, password: str) -> Opened:
        """Try a password; with or without a server."""
        if not self.locked:
            return Opened.OPEN
        right = hmac.compare_digest(await asyncio.to_thread(self._prove, password), self._proof)
        if not right:
            self.left -= 1
            self._note("unlock_refused", str(self.left))
            if self.left <= 0:
                self._end(msg("vault.too_many", tries=TRIES))
                return Opened.ENDED
            return Opened.WRONG
        self.left = TRIES
        if self._profile.lease is not None and not self._profile.lease.left_s() and self.locked == "lease":
            return Opened.LEASE
        self._note("unlock", self.locked)
        self._set("")
        return Opened.OPEN

    def lease_over(self) -> None:
        """The time for which this device might keep what it was shown has passed: nobody can read it any more."""
        self._note("lease_over", "")
        self._forget_cache()
        self.locked = ""
        self.lock("lease")

    def revoked(self) -> None:
        """An administrator ordered this device to forget everything. Once."""
        if self._wiping is None:
            self._wiping = asyncio.get_running_loop().create_task(self._wipe())

    async def finish(self) -> None:
        """A wipe that is under way ends, and the server is told of it if it answers in time."""
        if self._wiping is not None:
            await asyncio.wait({self._wiping}, timeout=FINISH_S)

    # ---- inside

    async def _wipe(self) -> None:
        self._sight.reveals.wipe()
        folder = self._profile.folder
        sealed = self._all_sealed()
        if self._profile.lease is not None:
            self._profile.lease.end()
        try:
            self._profile.forget()
        except AgentTuiError as error:
            # The cache and the journal go all the same.
            _log.error("keys: %s", error.key)
        self._forget_cache()
        (folder / WIPED).touch(mode=0o600)
        if sealed:
            # The connection that is open goes on with nothing: what is written there is gone with it.
            for file in siblings(self._journal.path):
                file.unlink(missing_ok=True)
        self._end(msg("vault.wiped"))
        await self.leave()

    def _all_sealed(self) -> bool:
        """Whether every command that waits lies in a box, now that those that did not were put in one: there may have been
        no key or no room when they were made."""
        waiting = {i.id: i for i in self._journal.items() if i.state in UNSENT and i.may_wait}
        boxes = self._journal.boxes
        if boxes is None:
            return not waiting
        try:
            for id in waiting.keys() - boxes.ids():
                boxes.put(waiting[id])
        except OSError as error:
            _log.warning("escrow: %s", type(error).__name__)
        return waiting.keys() <= boxes.ids()

    def _forget_cache(self) -> None:
        """The cache's key goes, then the cache; an empty one under a new key stands in its place."""
        cache = self._sight.cache
        if self._profile.lease is not None:
            self._profile.lease.drop()
            cache.key = self._profile.lease.key()
        else:
            cache.key = os.urandom(len(cache.key))
        rebuild(cache)

    def _end(self, why: Msg) -> None:
        if why.key != "vault.wiped":
            self._forget_cache()
        self.ended = why
        self._sight.link.to(Connection.REFUSED, why)
        self._wakes.touch(("lock", "connection"))

    def _set(self, locked: str) -> None:
        self.locked = locked
        self._wakes.touch(("lock",))

    def _note(self, event: str, why: str) -> None:
        note_event(self._journal, event, why=why)

    def _prove(self, password: str) -> bytes:
        return hashlib.scrypt(password.encode(), salt=self._salt, maxmem=2**26, **_COST)


async def _nothing() -> None:
    """No link to end."""
