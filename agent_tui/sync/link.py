"""The link to the server: both lanes and the session they share, started and stopped together."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from typing import NamedTuple

import httpx

from agent_tui.client import endpoints
from agent_tui.client.api import NO_TLS, Api, Proof
from agent_tui.client.login import Login
from agent_tui.client.problems import Declined
from agent_tui.config.lease import Lease
from agent_tui.config.model import TlsSettings
from agent_tui.config.server_key import Pin
from agent_tui.domain.centre import Bundle
from agent_tui.domain.commands import Command
from agent_tui.errors import AgentTuiError, ConnectionError_, Refused, StoreError
from agent_tui.i18n.message import Msg, msg
from agent_tui.store.cache import Cache
from agent_tui.store.journal import Journal
from agent_tui.sync import tend
from agent_tui.sync.pull import Pull
from agent_tui.sync.push import Push
from agent_tui.sync.reckoning import Reckoning
from agent_tui.sync.state import Connection, LinkState
from agent_tui.sync.tend import Tend
from agent_tui.wire.command import Outcome
from agent_tui.wire.feed import Change
from agent_tui.wire.session import FoundCustomer
from agent_tui.wire.walks import WalksOf

_log = logging.getLogger(__name__)

RESTART_S = 1.0
"""A lane that ended in a way nobody foresaw is started again after this."""


class Seat(NamedTuple):
    """Where to, and as whom."""

    url: str
    login: str
    device_id: str
    client_version: str = ""
    tls: TlsSettings = NO_TLS
    proof: Proof | None = None
    """What the device signs with."""


class Files(NamedTuple):
    """What the lanes work on."""

    cache: Cache
    journal: Journal
    state: LinkState
    clock: Reckoning
    lease: Lease | None = None
    pin: Pin | None = None
    """The key of the server that this profile goes by."""


class Told(NamedTuple):
    """Whom a link tells."""

    rows: Callable[[frozenset[str]], None]
    answer: Callable[[Command, Outcome], None]
    revoked: Callable[[], None] = lambda: None
    """This device must forget everything."""
    over: Callable[[], None] = lambda: None
    """The lease of the cache has run out."""


class Link:
    """`start` to `stop`; made anew for each connection."""

    def __init__(
        self,
        seat: Seat,
        files: Files,
        told: Told,
        *,
        transport: Callable[[], httpx.AsyncBaseTransport] | None = None,
    ) -> None:
        self._seat, self._files, self._told = seat, files, told
        way = transport() if transport else None
        self._api = Api(seat.url, seat.device_id, seat.client_version, way, seat.tls)
        self._login: Login | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._api.on_revoked = told.revoked
        self._api.proof = seat.proof
        self.push = Push(self._api, files.journal, files.cache, files.state, told.answer, self._signed_out)
        self._tend = Tend(
            self._api,
            files.cache,
            files.journal,
            files.state,
            files.lease,
            tend.Told(over=told.over, asked=lambda: told.rows(frozenset({"approval"})), diverged=self._diverged),
        )
        self.pull: Pull | None = None

    async def start(self, password: str, patience_s: float | None = None) -> bool:
        """Start both lanes and wait until the person is accepted (True) or the server is found out of reach; whoever
        need not wait for a server that says nothing does so for `patience_s` at most.

        Declined when the person is not accepted, Refused when the server is not of this profile's world, live or
        simulated; then nothing runs.
        """
        files = self._files
        login = self._login = Login(self._api, self._seat.login, password)
        self.pull = Pull(
            self._api, login, files.cache, files.state, files.clock, self._rows_came, self._doubt, files.pin
        )
        files.state.begin()
        files.journal.prune()
        accepted = True
        try:
            async with asyncio.timeout(patience_s):
                self.pull.greet(await login.ensure())
        except TimeoutError:
            accepted = False
        except Refused as error:
            files.state.to(Connection.REFUSED, msg(error.key))
            await self.stop()
            raise
        except (ConnectionError_, StoreError) as error:
            # A full disk is met by the reading lane again and again, until there is room.
            accepted = False
            files.state.to(Connection.OFFLINE, Msg(error.key, {k: str(v) for k, v in error.args_.items()}))
        for name, lane in (
            ("pull", self.pull.run),
            ("push", self.push.run),
            ("renew", self._renewing),
            ("tend", self._tend.run),
        ):
            self._tasks.append(asyncio.create_task(self._kept_alive(name, lane), name=f"desk-{name}"))
        return accepted

    async def stop(self) -> None:
        """End the lanes; what was not sent stays in the journal. The server is told if it can be."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()
        if self._login is not None:
            self._login.wipe()
        await self._api.close()
        if self._files.state.connection is not Connection.REFUSED:
            self._files.state.to(Connection.OFFLINE)

    def restart(self) -> None:
        """The cache was made anew: fill it again."""
        if self.pull is not None:
            self.pull.restart()

    async def tell_wiped(self) -> None:
        """Everything here was forgotten, as ordered."""
        with contextlib.suppress(AgentTuiError):
            await endpoints.wiped(self._api)

    async def walks_of(self, contact_id: str) -> WalksOf:
        return await endpoints.walks_of(self._api, contact_id)

    async def wording(self, release_id: str) -> Bundle:
        return await endpoints.wording(self._api, release_id)

    async def find_customers(self, words: str) -> tuple[FoundCustomer, ...]:
        return await endpoints.find_customers(self._api, words)

    async def step_up(self, password: str) -> bool:
        """Whether the password was right."""
        try:
            await endpoints.step_up(self._api, password)
        except Declined as error:
            if error.problem.name == "bad-credentials":
                return False
            raise
        return True

    def _rows_came(self, touched: frozenset[str], changes: tuple[Change, ...]) -> None:
        self.push.rows_came(changes)
        self._told.rows(touched)

    def _doubt(self) -> None:
        self.push.doubt()
        self._tend.doubt()

    def _diverged(self, entities: frozenset[str]) -> None:
        """The copy is not what the server has: that must not be, so it is said as well as mended."""
        _log.error("copy differs: %s", ", ".join(sorted(entities)))
        self._files.state.warn(msg("vault.diverged"))
        if self.pull is not None:
            self.pull.refill()

    def _signed_out(self) -> None:
        if self._login is not None and self.pull is not None:
            self._login.forget()
            self.pull.restart()

    async def _renewing(self) -> None:
        while self._login is not None:
            await asyncio.sleep(self._login.renew_in_s())
            if self._files.state.online:
                with contextlib.suppress(ConnectionError_):
                    await self._login.renew()

    async def _kept_alive(self, name: str, lane: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await lane()
                return
            except AgentTuiError as error:
                # Foreseen, as a full disk is: there is nothing in the program to look for.
                _log.warning("lane %s: %s", name, error.key)
                await asyncio.sleep(RESTART_S)
            except Exception as error:
                _log.error("lane %s: %s", name, type(error).__name__, exc_info=error)
                await asyncio.sleep(RESTART_S)
