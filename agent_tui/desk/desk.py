"""The desk: `door.Door` over the two files of a profile, and over the link once connected.

Nothing here waits for the network: what people do goes to the journal, what they see comes from the cache.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import cached_property, partial
from importlib import import_module
from typing import TYPE_CHECKING, Any

from agent_tui.desk import views
from agent_tui.desk.arrivals import Arrivals
from agent_tui.desk.door import NotSubmitted, Submitted
from agent_tui.desk.keeper import Keeper
from agent_tui.desk.lent_views import Lendable, LentFor
from agent_tui.desk.profile import Profile
from agent_tui.desk.select_queue import queue_rows
from agent_tui.desk.sight import Sight
from agent_tui.desk.wakes import Wakes
from agent_tui.errors import Corrupt, Offline, Refused, StoreError
from agent_tui.i18n.message import Msg, msg
from agent_tui.store.journal import CAP, Journal, NewItem
from agent_tui.store.lock import ProfileLock
from agent_tui.store.open import rebuild

if TYPE_CHECKING:  # a desk that only shows its queue yet does without
    from agent_tui.desk.authority import Authority
    from agent_tui.desk.drafts import DraftBook
    from agent_tui.desk.query import M, Query
    from agent_tui.domain.centre import Bundle
    from agent_tui.domain.commands import Command
    from agent_tui.domain.rows import Entity
    from agent_tui.policy.decision import Decision
    from agent_tui.sync.link import Link
    from agent_tui.wire.command import Outcome
    from agent_tui.wire.session import FoundCustomer
    from agent_tui.wire.walks import WalksOf


ONLINE = ("agent_tui.sync.link", "httpcore", "anyio", "cedarpy", "agent_tui.policy.decide", "agent_tui.policy.load")
"""What is loaded when the server is reached for."""


def _load_drafts(desk: Desk) -> DraftBook:
    """When they are first wanted: a desk that only shows its queue does without."""
    from agent_tui.desk.drafts import DraftBook

    return DraftBook(desk.journal, desk._arrivals.unsaved)


def _load_authority(desk: Desk) -> Authority:
    """When it is first asked, for the same reason."""
    from agent_tui.desk.authority import Authority

    return Authority(desk.sight, desk.profile.policy)


class Desk:
    """Made by `build.open_desk`."""

    def __init__(self, profile: Profile, lock: ProfileLock, sight: Sight, journal: Journal) -> None:
        self.profile = profile
        self.sight = sight
        self.journal = journal
        self.wakes = Wakes()
        self._lock = lock
        self._link: Link | None = None
        self._arrivals = Arrivals(sight, journal, self.wakes)
        self.keeper = Keeper(profile, sight, journal, self.wakes)
        journal.on_change(lambda: self.wakes.touch(("journal",)))
        sight.link.on_change(lambda: self.wakes.touch(("connection",)))

    _drafts = cached_property(_load_drafts)
    _authority = cached_property(_load_authority)

    # ---- the door

    def may(
        self,
        action: str,
        *,
        customer_id: str | None = None,
        contact_id: str | None = None,
        product_id: str | None = None,
        ticket_id: str | None = None,
        amount_minor: int | None = None,
        reason: str = "",
        field: str = "",
    ) -> Decision:
        from agent_tui.desk.authority import Question

        return self._authority.decide(
            Question(
                action=action,
                customer_id=customer_id,
                contact_id=contact_id,
                product_id=product_id,
                ticket_id=ticket_id,
                amount_minor=amount_minor,
                reason=reason,
                field=field,
            )
        )

    def submit(
        self, command: Command, *, if_match: int | None = None, seen: Entity | None = None
    ) -> Submitted | NotSubmitted:
        from agent_tui import ids
        from agent_tui.desk.drafts import scrubbed
        from agent_tui.desk.offline import refused_offline
        from agent_tui.domain.commands import OFFLINE

        if self.sight.link.read_only:
            return NotSubmitted(why=msg("vault.read_only"))
        offline = not self.sight.link.online
        if offline and type(command) not in OFFLINE:
            return refused_offline(command)
        if len(self.journal.items()) >= CAP:
            return NotSubmitted(why=msg("desk.store.cap", cap=CAP))
        new = NewItem(
            id=ids.command_id(),
            agent_id=self.sight.cache.agent_id,
            command=scrubbed(command),
            if_match=if_match,
            offline=offline,
            made_at=self.sight.clock.now(),
        )
        if seen is not None:
            from agent_tui.desk.conflicts import decided_on

            new = decided_on(self.sight, new, seen)
        try:
            self.journal.add(new)
        except StoreError as error:
            return NotSubmitted(why=_said(error))
        if self._link is not None:
            self._link.push.wake()
        return Submitted(id=new.id, offline=offline)

    async def settle(self, command_id: str, timeout: float = 10.0) -> Outcome | None:
        return await self._link.push.known.settle(command_id, timeout) if self._link else None

    def view(self, query: Query[M]) -> M:
        answer: M
        try:
            answer = _select(self, query)
        except Corrupt:
            # The cache can be made again at any time; what people did is in the journal.
            rebuild(self.sight.cache)
            if self._link is not None:
                self._link.restart()
            answer = _select(self, query)
        return answer

    def watch(self, listener: Callable[[frozenset[str]], None]) -> Callable[[], None]:
        return self.wakes.watch(listener)

    def draft(self, key: str) -> str:
        return self._drafts.text(key)

    def keep_draft(self, key: str, text: str) -> str:
        return self._drafts.keep(key, text)

    def drop_draft(self, key: str) -> None:
        self._drafts.drop(key)

    async def walks_of(self, contact_id: str) -> WalksOf:
        return await _online(self).walks_of(contact_id)

    async def wording(self, release_id: str) -> Bundle:
        return await _online(self).wording(release_id)

    async def find_customers(self, words: str) -> tuple[FoundCustomer, ...]:
        return await _online(self).find_customers(words)

    async def step_up(self, password: str) -> bool:
        right = await _online(self).step_up(password)
        if right:
            self._authority.stepped_up()
        return right

    def again(self, command_id: str) -> None:
        if self._link is not None:
            self._link.push.again(command_id)

    def on_top(self, command_id: str) -> Submitted | NotSubmitted:
        from agent_tui.desk.conflicts import on_top

        return on_top(self, self.journal, command_id)

    def dismiss(self, command_id: str) -> None:
        self.journal.drop((command_id,))

    # ---- its life

    async def connect(self, password: str, patience_s: float | None = None) -> bool:
        """Sign in and start the two loops; whether the server accepted the person (within `patience_s`). The loops go on
        trying while it is out of reach; Refused when it does not accept them."""
        self._arrivals.indexing.wake()
        # Beside the loop, since keys are pressed meanwhile.
        await asyncio.to_thread(lambda: [import_module(name) for name in ONLINE])

        from agent_tui.sync.link import Files, Link, Seat, Told

        await self.disconnect()
        self.keeper.learn(password)
        self.keeper.leave = lambda: _leave(self)
        mine = self.profile
        files = Files(self.sight.cache, self.journal, self.sight.link, self.sight.clock, mine.lease, mine.pin)
        self._arrivals.resume()
        told = Told(self._arrivals.rows, self._arrivals.answer, self.keeper.revoked, self.keeper.lease_over)
        seat = Seat(mine.url, mine.login, mine.device_id, mine.client_version, mine.tls, mine.proof)
        self._link = Link(seat, files, told, transport=self.profile.transport)
        try:
            accepted = await self._link.start(password, patience_s)
        except Refused:
            self._link = None
            raise
        self._authority.warm()
        return accepted

    async def disconnect(self) -> None:
        """Stop the loops; the desk goes on over its files."""
        if self._link is not None:
            await self._link.stop()
            self._link = None

    async def close(self) -> None:
        """Stop, wipe what stood in clear, close the files. Nothing is lost by calling it late or not at all."""
        await self.keeper.finish()
        await self.disconnect()
        self._arrivals.indexing.stop()
        self.wakes.close()
        self.sight.reveals.wipe()
        self.journal.close()
        self.sight.cache.close()
        self._lock.release()


def _select(desk: Desk, query: Any) -> Any:
    """The answer to a query of `views`."""
    if isinstance(query, views.QueueRows):
        return queue_rows(desk.sight, query)
    if isinstance(query, views.ActionRows):
        return desk._authority.rows(query)
    if isinstance(query, LentFor):
        return desk._authority.lent_for(query)
    if isinstance(query, Lendable):
        return _lendable(desk, query)
    if isinstance(query, views.PolicyOf):
        return desk._authority.standing()
    if isinstance(query, views.StepUpLeft):
        return desk._authority.step_up_left_s()
    if isinstance(query, views.Drafts):
        return desk._drafts.all()
    if isinstance(query, views.Approvals) and query.id:
        return _with_limits(desk, query)
    if isinstance(query, views.CustomerCard):
        desk._arrivals.looked(query.customer_id)
    from agent_tui.desk.selectors import SELECTORS

    return SELECTORS[type(query)](desk.sight, query)


def _with_limits(desk: Desk, query: views.Approvals) -> tuple[views.ApprovalView, ...]:
    """One request with the sums it counts in, which take the policy to say."""
    from msgspec.structs import replace

    from agent_tui.desk.approval_limits import day_limits
    from agent_tui.desk.select_approvals import approvals

    found, unknown = [], tuple[views.DayLimit, ...]()
    for view in approvals(desk.sight, query):
        limits = desk._authority.by_policy(partial(day_limits, desk.sight, view.approval), unknown)
        found.append(replace(view, limits=limits))
    return tuple(found)


def _lendable(desk: Desk, query: Lendable) -> dict[str, int | None]:
    """Without rules that can be trusted nothing is known, and the server decides."""
    from agent_tui.desk.approval_limits import lendable

    return desk._authority.by_policy(partial(lendable, desk.sight, query.actions), {})


def _online(desk: Desk) -> Link:
    """The link while the server can be asked; Offline otherwise."""
    if desk._link is None or not desk.sight.link.online:
        raise Offline("desk.deny.offline")
    return desk._link


async def _leave(desk: Desk) -> None:
    """Everything was forgotten: say so, and end."""
    if desk._link is not None:
        await desk._link.tell_wiped()
        await desk.disconnect()


def _said(error: StoreError) -> Msg:
    return Msg(
        error.key, {name: value if isinstance(value, int) else str(value) for name, value in error.args_.items()}
    )
