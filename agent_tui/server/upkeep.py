"""Upkeep: opening hours, people who left without signing out, rows and tokens nobody needs any more."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from agent_tui import ids
from agent_tui.clock import wall
from agent_tui.domain.agent import Agent, AgentState
from agent_tui.domain.calendar import is_open
from agent_tui.domain.centre import Group, Notice
from agent_tui.domain.commands import SetAgentState
from agent_tui.domain.release_rules import outlived
from agent_tui.domain.rows import stamp
from agent_tui.server import seed, throttle, writing
from agent_tui.server.caller import Caller
from agent_tui.server.database import Tx
from agent_tui.server.services import Services
from agent_tui.server.state import TableState
from agent_tui.server.tail import Tail
from agent_tui.wire.command import Envelope

COMMAND_ROWS = timedelta(hours=12)
"""How long (business time) the outcome of a command stays in its maker's feed; the record itself stays for good."""
LISTEN_S = 0.05
"""Real seconds between two looks at the head where other processes write as well; it is one row."""
FEED = timedelta(days=30)
BATCH = 500


class Hours:
    """`open_now` of each group, by its calendar."""

    name = "hours"
    every_s = 1.0
    woken = False

    def __init__(self, services: Services) -> None:
        self._services = services

    async def step(self) -> None:
        now = self._services.clock.now()
        changed = await self._services.db.read(lambda tx: self._changed(tx, now))
        if changed:
            await self._services.db.write(lambda tx: seed.publish(tx, changed, "OpeningHours", now))

    def _changed(self, tx: Tx, now: datetime) -> list[Group]:
        groups = TableState(tx).find(Group)
        opened = {g.id: g.hours is None or is_open(g.hours, now) for g in groups}
        return [msgspec.structs.replace(g, open_now=opened[g.id]) for g in groups if g.open_now != opened[g.id]]


class Holidays:
    """Once a day a word to the supervisors about each list of holidays that ends within a month, or has ended."""

    name = "holidays"
    every_s = 60.0
    woken = False

    def __init__(self, services: Services) -> None:
        self._services = services
        self._told: date | None = None

    async def step(self) -> None:
        now = self._services.clock.now()
        if self._told != now.date():
            self._told = now.date()
            ending = await self._services.db.read(lambda tx: self._ending(tx, now))
            if ending:
                await self._services.db.write(lambda tx: seed.publish(tx, ending, "HolidaysEnd", now))

    def _ending(self, tx: Tx, now: datetime) -> list[Notice]:
        """The same rows all day: a second process on the same database, or a restart, says nothing twice."""
        today = now.replace(hour=0, minute=0, second=0, microsecond=0)
        hours = {group.hours.id: group.hours for group in TableState(tx).find(Group) if group.hours is not None}
        days = {id: hours[id].days_known(now.astimezone(ZoneInfo(hours[id].timezone)).date()) for id in sorted(hours)}
        return [
            Notice(
                id=ids.derived("holidays", id, stamp(today)),
                kind="message",
                key="server.notice.holidays_end",
                args={"calendar": id, "to": str(hours[id].known_to), "days": left},
                to=("floor",),
                at=today,
                until=today + timedelta(days=1),
            )
            for id, left in days.items()
            if left is not None
        ]


class Ears:
    """Wakes everybody who waits for commits when somebody else made one: a command of `agent-tui admin`, or another
    process on the same database."""

    name = "ears"
    every_s = 0.25
    woken = False

    def __init__(self, services: Services) -> None:
        self._services = services
        if services.db.engine.shared:
            self.every_s = LISTEN_S
        self._heard: tuple[int, int] | None = None

    async def step(self) -> None:
        head = await self._services.db.read(lambda tx: tx.one("head"))
        heard = (head["feed_seq"], head["audit_seq"]) if head is not None else None
        if heard != self._heard:
            self._heard = heard
            self._services.bus.wake()


class Leavers:
    """Logs off who has no session any more: their desk died, or the line did, and they came not back."""

    name = "leavers"
    every_s = 5.0
    woken = False

    def __init__(self, services: Services) -> None:
        self._services = services

    async def step(self) -> None:
        for agent_id in await self._services.db.read(self._gone):
            command = SetAgentState(state=AgentState.LOGGED_OFF)
            caller = Caller(kind="agent", id=agent_id, device="server")
            await self._services.commit(Envelope(id=ids.uuid7(), command=command), caller)

    def _gone(self, tx: Tx) -> list[str]:
        free = (AgentState.READY, AgentState.NOT_READY)
        present = [agent for state in free for agent in TableState(tx).find(Agent, status=state)]
        now = stamp(wall())
        return [a.id for a in present if not tx.value("tokens_live", login=a.login, now=now)]


class Sweeper:
    """Takes out of the feed what is old, wordings nobody can need, and old tokens."""

    name = "sweeper"
    every_s = 60.0
    woken = False

    def __init__(self, services: Services) -> None:
        self._services = services

    async def step(self) -> None:
        now = self._services.clock.now()
        await self._services.db.write(lambda tx: self._sweep(tx, now))
        if await self._services.db.read(lambda tx: outlived(TableState(tx), now)):
            await self._services.db.write(lambda tx: self._archive(tx, now))

    def _archive(self, tx: Tx, now: datetime) -> None:
        """Wordings that no open contact can need leave the desks; reprints find them here."""
        over = [self._services.signer.bundle(bundle) for bundle in outlived(TableState(tx), now)]
        seed.publish(tx, over, "ArchiveBlueprints", now)

    def _sweep(self, tx: Tx, now: datetime) -> None:
        old = tx.all("old_commands", before=stamp(now - COMMAND_ROWS), limit=BATCH)
        if old:
            entries = [writing.drop(tx, "command", row["id"], row["version"]) for row in old]
            tail = Tail(tx, now)
            tail.feed(entries)
            tail.close()
        tx.run("tokens_trim", before=stamp(wall()))
        throttle.trim(tx, self._services.terms)
        floor = tx.value("feed_cut", before=stamp(now - FEED))
        if floor:
            tx.run("raise_floor", floor=floor)
            tx.run("feed_scope_trim", floor=floor)
            tx.run("feed_trim", floor=floor)
