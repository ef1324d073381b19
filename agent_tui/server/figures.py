"""Figures of the day, computed from the events alone and published through the feed like everything else."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from agent_tui import ids
from agent_tui.domain.agent import Agent
from agent_tui.domain.centre import Figure, Group, Notice
from agent_tui.domain.contact import Contact, ContactState
from agent_tui.domain.effects import Event
from agent_tui.domain.rows import Entity, stamp
from agent_tui.metrics.fold import fold, fold_tickets
from agent_tui.metrics.interval import Rules
from agent_tui.metrics.measure import CENTRE, measure
from agent_tui.server import writing
from agent_tui.server.database import Tx
from agent_tui.server.services import Services
from agent_tui.server.state import TableState
from agent_tui.server.tail import Tail

PER_GROUP = frozenset({"offered", "answered", "abandoned", "service_level", "abandonment", "asa", "aht", "occupancy"})
"""What a wallboard shows of each group; all the rest of the centre only."""
ALARM_FROM = 20
"""Contacts that must have been offered before abandonment raises an alarm."""
_EVENTS = msgspec.json.Decoder(Event)


def day_start(now: datetime, timezone: str) -> datetime:
    """Midnight of the centre's day."""
    local = now.astimezone(ZoneInfo(timezone))
    return local.replace(hour=0, minute=0, second=0, microsecond=0)


def read_events(tx: Tx, since: datetime, until: datetime) -> list[Event]:
    """Events at `since` or later and before `until`, in the order of the ledger."""
    found = tx.all("events_between", since=stamp(since), until=stamp(until))
    return [_EVENTS.decode(row["body"]) for row in found]


class People(msgspec.Struct, frozen=True, kw_only=True):
    """Members by group, and how many wait."""

    members: dict[str, tuple[str, ...]]
    waiting: int
    shares: dict[str, float] = {}
    """The target of service level by group."""


def _people(tx: Tx) -> People:
    state = TableState(tx)
    agents = state.find(Agent)
    shares = {group.id: group.target_share for group in state.find(Group) if group.kind == "skill"}
    members = {group: tuple(a.id for a in agents if group in a.groups) for group in shares}
    return People(members=members, waiting=len(state.find(Contact, status=ContactState.QUEUED)), shares=shares)


def compute(events: list[Event], people: People, since: datetime, now: datetime, rules: Rules) -> list[Figure]:
    """Figures of the centre and of each group. Pure."""
    contacts, spans = fold(events, now)
    tickets = fold_tickets(events, now)
    found = list(measure(contacts, spans, since, now, CENTRE, rules, tickets=tickets).values())
    for group, members in people.members.items():
        own = rules.of_group(people.shares[group]) if group in people.shares else rules
        of_group = measure(contacts, spans, since, now, f"g:{group}", own, tickets=tickets, members=members)
        found += [figure for id, figure in of_group.items() if id in PER_GROUP]
    return found


class FiguresJob:
    """Every 2 s; writes only the figures whose value or curve changed."""

    name = "figures"
    every_s = 2.0
    woken = False

    def __init__(self, services: Services, rules: Rules) -> None:
        self._services = services
        self._rules = rules
        self._day: datetime | None = None
        self._events: list[Event] = []
        self._seq = 0
        self._sent: dict[str, Figure] = {}

    async def step(self) -> None:
        now = self._services.clock.now()
        since = day_start(now, self._rules.timezone)
        if since != self._day:
            self._day, self._events, self._seq = since, [], 0
        people = await self._services.db.read(lambda tx: self._take(tx, since))
        figures = await asyncio.to_thread(compute, self._events, people, since, now, self._rules)
        changed = [figure for figure in figures if self._is_news(figure)]
        rows: list[Entity] = [*changed, *self._alarm(figures, people, now)]
        if rows:
            await self._services.db.write(lambda tx: self._publish(tx, rows, now))

    def _take(self, tx: Tx, since: datetime) -> People:
        """Read what was added since the last step."""
        while page := tx.all("events_from", after=self._seq, since=stamp(since), limit=5000):
            self._events += [_EVENTS.decode(row["body"]) for row in page]
            self._seq = page[-1]["seq"]
        return _people(tx)

    def _is_news(self, figure: Figure) -> bool:
        plain = msgspec.structs.replace(figure, until=None)
        if self._sent.get(figure.id) == plain:
            return False
        self._sent[figure.id] = plain
        return True

    def _alarm(self, figures: list[Figure], people: People, now: datetime) -> list[Notice]:
        """The life line: a notice for each half hour in which abandonment nears its limit."""
        figure = next((f for f in figures if f.metric == "abandonment" and f.scope == CENTRE), None)
        if figure is None or figure.value is None or figure.level == "ok" or figure.denominator < ALARM_FROM:
            return []
        half_hour = f"{now:%Y-%m-%dT%H}:{now.minute // 30 * 30:02}"
        id = ids.derived("alarm", "abandonment", half_hour)
        if id in self._sent:
            return []
        self._sent[id] = figure
        target = figure.target if figure.target is not None else 0.0
        return [
            Notice(
                id=id,
                kind="alarm",
                key="server.notice.abandonment",
                args={
                    "value": f"{figure.value * 100:.1f}",
                    "target": f"{target * 100:.1f}",
                    "waiting": people.waiting,
                },
                at=now,
                until=now + timedelta(minutes=30),
            )
        ]

    def _publish(self, tx: Tx, rows: list[Entity], now: datetime) -> None:
        entries = writing.put_all(tx, rows, now)
        tail = Tail(tx, now)
        tail.feed(entries)
        tail.close()
