"""The writing lane: commands from the journal to the server, each under the id it was born with.

One command at a time for each target (`sync.lanes`).
What waited goes several at a time (`sync.batches`).
What may wait tries for as long as it takes. What may not is given up after `LIFE_S` if it was never sent; if it was,
the server is asked what became of it before anything is said.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from datetime import datetime

from agent_tui.client import endpoints
from agent_tui.client.api import Api
from agent_tui.client.endpoints import Said
from agent_tui.client.problems import Declined, TryLater
from agent_tui.domain.centre import CommandRow, Edit
from agent_tui.domain.commands import Command
from agent_tui.errors import AgentTuiError, ConnectionError_, StoreError
from agent_tui.i18n.message import msg
from agent_tui.killpoint import kill_point
from agent_tui.store import done, read
from agent_tui.store.cache import Cache
from agent_tui.store.journal import ATTENTION, UNSENT, Item, Journal
from agent_tui.sync.batches import ABOUT_ALL, Batches, envelope_of
from agent_tui.sync.known import Known
from agent_tui.sync.lanes import Lanes
from agent_tui.sync.patience import Patience
from agent_tui.sync.state import Connection, LinkState
from agent_tui.wire.command import Outcome
from agent_tui.wire.feed import Change, parse_cursor
from agent_tui.wire.problem import Problem

_log = logging.getLogger(__name__)

UNREADABLE = "bad-request"
"""The server takes such words from nobody, at no time: asking again would hold up the lane for ever."""
LIFE_S = 10.0
TICK_S = 1.0

OUTCOMES = {"version-conflict": "conflict", "command-expired": "expired"}
"""Problem → outcome; every other problem that stands is a refusal."""

OnAnswer = Callable[[Command, Outcome], None]
DOUBTFUL = frozenset({"queued", "sending", "applied", "awaiting_approval"})
Job = Callable[[tuple[Item, ...]], Awaitable[None]]


class Push:
    """One loop that starts a task for each lane that has something to send."""

    def __init__(
        self,
        api: Api,
        journal: Journal,
        cache: Cache,
        state: LinkState,
        on_answer: OnAnswer,
        on_signed_out: Callable[[], None],
    ) -> None:
        self._api, self._journal, self._cache, self._state = api, journal, cache, state
        self._on_answer, self._on_signed_out = on_answer, on_signed_out
        self._wake = asyncio.Event()
        self._lanes = Lanes(self._wake.set)
        self._patience = Patience()
        self._batches = Batches(api, self._patience)
        self.known = Known()
        """What became of commands, for those who wait for it."""
        state.on_change(self._link_changed)

    def wake(self) -> None:
        """There is something new to send."""
        self._wake.set()

    def doubt(self) -> None:
        """The server may be another one now (`doubt`): an answer that is still on its way is the word of the one before,
        and nobody waits for it. StoreError."""
        self._lanes.cancel()
        doubt(self._journal)
        self.wake()

    def again(self, command_id: str) -> None:
        """Send a refused command once more under its id; its time begins anew."""
        self.known.forget(command_id)
        self._patience.anew(command_id)
        loop = asyncio.get_running_loop()
        self._journal.set_state(command_id, "queued").add_done_callback(
            lambda _: loop.call_soon_threadsafe(self.wake)
        )

    async def run(self) -> None:
        """Until cancelled."""
        try:
            while True:
                self._wake.clear()
                self._start_lanes()
                with suppress(TimeoutError):
                    # Not `wait_for`: before Python 3.12 it may swallow a cancellation.
                    async with asyncio.timeout(TICK_S):
                        await self._wake.wait()
        finally:
            self._lanes.cancel()

    def rows_came(self, changes: tuple[Change, ...]) -> None:
        """Pages bring the outcomes too: those whose answer was lost, and those that were waiting for approval."""
        for change in changes:
            if change.entity == "command" and not change.remove:
                self._row_came(change.id)
        seq = _seq(self._cache)
        seen = tuple(i.id for i in self._journal.items() if i.state == "applied" and i.feed_seq <= seq)
        if seen:
            self._journal.drop(seen)

    # ---- lanes

    def _link_changed(self) -> None:
        if self._state.connection is Connection.LIVE:
            self._patience.forget_tries()
            self._batches.new_line()
        self._wake.set()

    def _start_lanes(self) -> None:
        """A task for the head of each lane that has none, or one for several lanes with what waits in them. An item that
        says `sending` without a task is of an earlier connection that ended under it."""
        shut, waiting, found = self._lanes.held(), list[Item](), list[tuple[tuple[Item, ...], Job]]()
        for item in self._journal.items():
            if item.lane in shut or item.state not in UNSENT or item.agent_id not in ("", self._cache.agent_id):
                continue
            job = self._job(item)
            if job == self._send and item.may_wait:
                waiting.append(item)
                continue
            shut.add(item.lane)
            if job is not None and all(other.lane != item.lane for other in waiting):
                found.append(((item,), job))
        found += [(items, self._send) for items in self._batches.cut(waiting)]
        for items, job in found:
            if not self._lanes.full:
                self._lanes.begin([item.lane for item in items], self._guard(items, job))

    def _job(self, item: Item) -> Job | None:
        """What is to be done about the head of a lane now, if anything."""
        late = not item.may_wait and self._patience.age_s(item) > LIFE_S
        if late and item.state != "unknown":
            if item.attempts:
                return lambda _: _put_state(self._journal, item, "unknown")
            return lambda _: self._record(item, given_up(item), "desk.outcome.expired", ())
        if not self._state.online or self._patience.rests(item):
            return None
        return self._send if item.state != "unknown" else lambda _: self._ask(item)

    async def _guard(self, items: tuple[Item, ...], job: Job) -> None:
        try:
            await job(items)
        except (ConnectionError_, Declined, StoreError) as error:
            self._missed(items, error)

    def _missed(self, items: Iterable[Item], error: AgentTuiError) -> None:
        """Nothing came of a try: they stay as they are and are tried again."""
        if isinstance(error, Declined):
            # Not the command was refused but whoever brought it, or asked about it.
            if error.problem.name == "not-signed-in":
                self._on_signed_out()
            elif error.problem.name in ABOUT_ALL:
                self._state.to(Connection.REFUSED, msg(error.key))
        elif isinstance(error, StoreError):
            _log.error("journal: %s", error.key)
        for item in items:
            self._patience.later(item, _at_least_s(error))

    async def _send(self, items: tuple[Item, ...]) -> None:
        await asyncio.gather(*(_put_state(self._journal, item, "sending") for item in items))
        kill_point("push.marked")
        if len(items) > 1:
            answers = await self._batches.send(items, unsettled(self._journal, *(item.id for item in items)))
        else:
            answers = [await _said(self._put(items[0]))]
        missed: dict[AgentTuiError, list[Item]] = {}
        for item, said in zip(items, answers, strict=True):
            try:
                await self._take(item, said)
            except (ConnectionError_, Declined, StoreError) as error:
                missed.setdefault(error, []).append(item)
        for why, those in missed.items():
            self._missed(those, why)

    async def _take(self, item: Item, said: Said) -> None:
        """Keep what the server says of one command. What says nothing about it leaves it queued, and is raised."""
        if isinstance(said, Outcome):
            await self._record(item, said, None, ())
        elif isinstance(said, Declined) and said.problem.name not in ABOUT_ALL:
            await self._declined(item, said.problem)
        else:
            await _put_state(self._journal, item, "queued")
            raise said

    async def _put(self, item: Item, *, withdrawn: bool = False) -> Outcome:
        sent = envelope_of(item, self._patience.age_s(item), withdrawn=withdrawn)
        return await endpoints.send(self._api, sent, unsettled(self._journal, item.id))

    async def _declined(self, item: Item, problem: Problem) -> None:
        """Keep a no. One that does not name the command is not the ledger's word about it: an earlier try may have been
        applied, which the ledger then knows."""
        if problem.command_id is None and item.attempts and await self._known_there(item):
            return
        reasons = problem.reasons or ({"en": problem.detail},)
        await self._record(item, _outcome(item, problem), problem.name, reasons, problem.edits)

    async def _ask(self, item: Item) -> None:
        """Sent once, never answered: what became of it? What is too late is taken back at the server before it is said to
        be so, since the request itself may still be on its way."""
        if await self._known_there(item):
            return
        await asyncio.wrap_future(done.unlink(self._journal, item.id))
        if item.may_wait:
            await _put_state(self._journal, item, "queued")
            return
        try:
            outcome = await self._put(item, withdrawn=True)
        except Declined as error:
            if error.problem.command_id == item.id:
                await self._record(item, _outcome(item, error.problem), "desk.outcome.expired", error.problem.reasons)
            elif error.problem.name == UNREADABLE:
                await self._declined(item, error.problem)
            else:
                raise TryLater(error.problem, None) from None
        else:
            await self._record(item, outcome, None, ())

    async def _known_there(self, item: Item) -> bool:
        """Whether the server has an outcome, which is then kept."""
        answer = await endpoints.status(self._api, (item.id,))
        if not answer.outcomes:
            return False
        row = read.get(self._cache, CommandRow, item.id)
        told = (row.problem, row.reasons, row.edits) if row else (None, (), ())
        await self._record(item, answer.outcomes[0], *told)
        return True

    # ---- outcomes

    async def _record(
        self,
        item: Item,
        outcome: Outcome,
        problem: str | None,
        reasons: tuple[dict[str, str], ...],
        edits: tuple[Edit, ...] = (),
    ) -> None:
        kill_point("push.answered")
        await asyncio.wrap_future(self._journal.record(item, outcome, problem, reasons, edits))
        kill_point("push.recorded")
        self._settled(item, outcome)
        if outcome.outcome == "applied" and outcome.feed_seq <= _seq(self._cache):
            self._journal.drop((item.id,))

    def _row_came(self, command_id: str) -> None:
        item = self._journal.item(command_id)
        if item is None or item.lane in self._lanes:
            # Its own answer is on the way, and carries more than the row does.
            return
        row = read.get(self._cache, CommandRow, command_id)
        if row is None or row.outcome == item.state:
            return
        outcome = Outcome(id=row.id, outcome=row.outcome)
        self._journal.record(item, outcome, row.problem, row.reasons, row.edits)
        self._settled(item, outcome)
        if row.outcome == "applied":
            self._journal.drop((row.id,))

    def _settled(self, item: Item, outcome: Outcome) -> None:
        self._patience.done(item.id)
        self.known.tell(outcome)
        self._on_answer(item.command, outcome)


def _at_least_s(error: AgentTuiError) -> float | None:
    """Real seconds to wait at least before the next try."""
    if isinstance(error, TryLater):
        return error.retry_after_s
    return TICK_S if isinstance(error, StoreError) else None


async def _said(answer: Awaitable[Outcome]) -> Said:
    """The outcome, or why there is none."""
    try:
        return await answer
    except (ConnectionError_, Declined) as error:
        return error


def _seq(cache: Cache) -> int:
    return parse_cursor(cache.cursor).seq if cache.cursor else 0


async def _put_state(journal: Journal, item: Item, state: str) -> None:
    await asyncio.wrap_future(journal.set_state(item.id, state))


def given_up(item: Item) -> Outcome:
    """What is said of a command that never left this desk and is too late now."""
    return Outcome(id=item.id, outcome="expired")


def _outcome(item: Item, problem: Problem) -> Outcome:
    outcome = OUTCOMES.get(problem.name, "conflict" if problem.status == 409 else "refused")
    return Outcome(id=item.id, outcome=outcome, problem=problem.name, needs_level=problem.needs_level)


def unsettled(journal: Journal, *but: str) -> int:
    """Commands that are not settled, or that their maker has not looked at yet; those named in `but` are not counted."""
    return sum(item.state in UNSENT | ATTENTION and item.id not in but for item in journal.items())


def holding(journal: Journal) -> tuple[datetime | None, tuple[str, ...]]:
    """Since when there is such a command, and of which types; nothing of what they say."""
    held = [item for item in journal.items() if item.state in UNSENT | ATTENTION]
    since = min((item.made_at for item in held), default=None)
    return since, tuple(dict.fromkeys(item.type for item in held))


def doubt(journal: Journal) -> None:
    """The server was restored, or it is not known whether it was: what it had said before counts no more. Each command
    that is not done with will be asked for; one that may wait and is not known any more is sent again. On disk when it returns; StoreError."""
    doubtful = [i for i in journal.items() if i.state in DOUBTFUL and (i.attempts or i.state != "queued")]
    for written in [*(journal.set_state(item.id, "unknown") for item in doubtful), done.doubt(journal)]:
        written.result()
