"""The reading lane: snapshot, catch up, then pages as they come; always from the last stored cursor."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from agent_tui.client import endpoints
from agent_tui.client.api import Api
from agent_tui.client.backoff import Backoff
from agent_tui.client.endpoints import Bye
from agent_tui.client.login import Login
from agent_tui.client.problems import Declined, TryLater
from agent_tui.config.server_key import Pin, short
from agent_tui.errors import AgentTuiError, ConfigError, Corrupt, Refused, StoreError
from agent_tui.i18n.message import Msg, msg
from agent_tui.killpoint import kill_point
from agent_tui.store import write
from agent_tui.store.cache import Cache
from agent_tui.store.open import rebuild
from agent_tui.sync.reckoning import Reckoning
from agent_tui.sync.state import Connection, LinkState
from agent_tui.wire.feed import BEAT_S, Beat, Change, Page, parse_cursor
from agent_tui.wire.session import Session

_log = logging.getLogger(__name__)

GRACE_S = 1.5
"""A beat may be this late before the desk says that the server is silent."""

OnRows = Callable[[frozenset[str], tuple[Change, ...]], None]


class Pull:
    """One loop; it ends only when told to or when the person is refused."""

    def __init__(
        self,
        api: Api,
        login: Login,
        cache: Cache,
        state: LinkState,
        clock: Reckoning,
        on_rows: OnRows,
        on_epoch: Callable[[], None],
        pin: Pin | None = None,
    ) -> None:
        """`on_epoch()`: the server is not known to be the one whose answers are kept here. `pin`: the key whose
        signature counts, without one that which the server names."""
        self._pin = pin
        self._api, self._login, self._cache = api, login, cache
        self._state, self._clock = state, clock
        self._on_rows, self._on_epoch = on_rows, on_epoch
        self._backoff = Backoff()
        self._round: asyncio.Task[None] | None = None
        self._every_s = BEAT_S
        self._silence: asyncio.TimerHandle | None = None

    def refill(self) -> None:
        """What is stored is not what the server has: take everything anew."""
        write.put_meta(self._cache, cursor="")
        self.restart()

    def restart(self) -> None:
        """Begin again from what is stored: the cache was made anew, or the token is no longer accepted."""
        if self._round is not None:
            self._round.cancel()

    async def run(self) -> None:
        """Until cancelled; returns when the person must act (`refused`)."""
        while self._state.connection is not Connection.REFUSED:
            self._round = asyncio.create_task(self._one_round())
            try:
                await asyncio.wait({self._round})
            finally:
                self._round.cancel()
            if not self._round.cancelled() and (error := self._round.exception()) is not None:
                await self._recover(error)

    async def _one_round(self) -> None:
        """From signing in to the end of a stream. Ends with an error or a polite bye. A server that was out of reach is
        back with its first answer, not with the question."""
        if self._state.online:
            self._state.to(Connection.CATCHING_UP)
        session = await self._login.ensure()
        self.greet(session)
        if session is not None:
            self._state.to(Connection.CATCHING_UP)
        if not self._cache.cursor:
            await self._snapshot()
        await self._catch_up()
        await self._follow()

    def greet(self, session: Session | None) -> None:
        """A new session began (None: the old one stands): whose cache this is, and what time it is.

        Refused when this profile was used in live work and the server is a simulation, or the other way round;
        StoreError when it could not be written down: then the next round signs in anew and is greeted again.
        """
        if session is None:
            return
        try:
            self._greet(session)
        except StoreError:
            self._login.forget()
            raise
        kill_point("pull.greeted")

    def _greet(self, session: Session) -> None:
        if self._cache.meta.get("banner", session.banner) != session.banner:
            # Work kept for real customers is not for a simulation, nor the other way round.
            raise Refused("train.guard.other_world", now=session.banner or "live")
        if self._cache.agent_id not in ("", session.agent_id):
            # What another person was allowed to see is not for this one.
            rebuild(self._cache)
        self._clock.learn(session.at, session.speed)
        self._meet(session.epoch)
        write.put_meta(
            self._cache,
            agent_id=session.agent_id,
            banner=session.banner,
            timezone=session.timezone,
            signing_key=self._key(session.signing_key),
            break_glass_level=str(session.break_glass_level),
            step_up_s=str(session.step_up_s),
        )

    def _key(self, told: str) -> str:
        """The key to go by; the person is told when the server names another one."""
        try:
            known = self._pin.meet(told) if self._pin is not None else told
        except ConfigError as error:
            # The file was damaged meanwhile: no rules are gone by rather than those of whoever answers now.
            self._state.warn(msg(error.key, path=str(error.args_["path"])))
            return ""
        if known != told:
            self._state.warn(msg("desk.connection.other_key", known=short(known), told=short(told)))
        return known

    def _meet(self, epoch: str) -> None:
        """The server is of this epoch: what one of another epoch had said is in doubt. The epoch is kept only once the
        doubt is: a desk that dies in between, or whose disk is full, must doubt again."""
        if self._cache.meta.get("epoch") != epoch:
            self._on_epoch()
            write.put_meta(self._cache, epoch=epoch)

    async def _snapshot(self) -> None:
        """Every row of my scope. The cursor of the first page is the one to follow from: rows may have changed since."""
        generation = str(int(self._cache.meta.get("generation", "0")) + 1)
        # On disk before the first row: rows of a snapshot that was broken off must not pass for rows of the next one.
        write.put_meta(self._cache, generation=generation)
        kill_point("pull.snapshot_begun")
        after, cursor, done = "", "", 0
        while True:
            page = await endpoints.snapshot(self._api, after)
            self._state.to(Connection.CATCHING_UP)
            cursor = cursor or page.cursor
            self._meet(parse_cursor(cursor).epoch)
            done += len(page.changes)
            self._clock.learn(page.at, page.speed)
            self._tell(write.apply_snapshot(self._cache, page, generation), page.changes)
            self._state.progress = (done, max(done, page.total))
            kill_point("pull.snapshot_page")
            after = page.after
            if not after:
                break
        kill_point("pull.snapshot_read")
        write.finish_snapshot(self._cache, cursor, generation)
        # The rows count only now that all of them are of this server: what waited for a signature is compared with them.
        self._tell(frozenset({"approval"}), ())
        self._state.progress = (0, 0)

    async def _catch_up(self) -> None:
        more = True
        while more:
            page = await endpoints.changes(self._api, self._cache.cursor)
            self._state.to(Connection.CATCHING_UP)
            self._apply(page)
            more = page.more

    async def _follow(self) -> None:
        async with endpoints.stream(self._api, self._cache.cursor) as events:
            self._backoff.reset()
            self._state.to(Connection.LIVE)
            try:
                self._heard()
                async for event in events:
                    if isinstance(event, Bye) or not self._take(event):
                        break
                    self._heard()
            finally:
                self._listen(None)
        await asyncio.sleep(self._backoff.next_s() / 2)

    def _take(self, event: Page | Beat) -> bool:
        """False when the stream is to be followed no longer."""
        if isinstance(event, Page):
            return self._apply(event)
        self._every_s = event.every_s
        self._clock.learn(event.at, event.speed)
        self._state.equal()
        return True

    def _heard(self) -> None:
        """A word of the server: it is there. When the next one does not come in time, the desk says so."""
        if self._state.connection is Connection.CHECKING:
            self._state.to(Connection.LIVE)
        self._listen(self._every_s + GRACE_S)

    def _listen(self, seconds: float | None) -> None:
        """Wait for the next word so long; None: no more."""
        if self._silence is not None:
            self._silence.cancel()
        self._silence = asyncio.get_running_loop().call_later(seconds, self._silent) if seconds else None

    def _silent(self) -> None:
        if self._state.connection is Connection.LIVE:
            self._state.to(Connection.CHECKING, msg("desk.connection.no_word"))

    def _apply(self, page: Page) -> bool:
        """False when the page does not continue what is stored: it was dropped."""
        if page.start != self._cache.cursor:
            return False
        kill_point("pull.page")
        touched = write.apply_page(self._cache, page)
        kill_point("pull.applied")
        self._clock.learn(page.at, page.speed)
        if not page.more:
            self._state.equal()
        self._tell(touched, page.changes)
        return True

    def _tell(self, touched: frozenset[str], changes: tuple[Change, ...]) -> None:
        self._on_rows(touched, changes)

    async def _recover(self, error: BaseException) -> None:
        """What to do about the end of a round. What the disk does not let be done, the end of the next one asks for
        again."""
        match error:
            case Declined() if error.problem.name == "cursor-too-old":
                try:
                    self._forget_cursor()
                except StoreError as failed:
                    await self._recover(failed)
                return
            case Declined() if error.problem.name == "not-signed-in":
                self._login.forget()
            case Refused():
                self._state.to(Connection.REFUSED, _said(error))
                return
            case Corrupt():
                rebuild(self._cache)
            case AgentTuiError():
                self._state.to(Connection.OFFLINE, _said(error))
            case _:
                _log.error("reading lane: %s", type(error).__name__, exc_info=error)
                self._state.to(Connection.OFFLINE, msg("desk.connection.silent"))
        await asyncio.sleep(self._backoff.next_s(error.retry_after_s if isinstance(error, TryLater) else None))

    def _forget_cursor(self) -> None:
        """Only a snapshot helps; it may be of another epoch, whose time counts alone. The journal stays."""
        write.put_meta(self._cache, cursor="")
        self._clock.forget()


def _said(error: AgentTuiError) -> Msg:
    return Msg(error.key, {name: str(value) for name, value in error.args_.items()})
