"""`agent-tui demo` without a terminal: a short shift that plays by itself through the public API."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import msgspec
from rich.console import Console

from agent_tui.cli import demo_checks, demo_morning
from agent_tui.cli import demo_place as place
from agent_tui.cli.demo_account import Account, show
from agent_tui.cli.demo_bar import Bar
from agent_tui.cli.demo_children import Backend
from agent_tui.cli.demo_place import OPENS, Place, Staff
from agent_tui.sim import replaying
from agent_tui.sim.hands import Deed
from agent_tui.sim.population import Person
from agent_tui.sim.replay import Arrival, Day
from agent_tui.sim.roster import Floorful
from agent_tui.sim.shift import Shift

SPEED = 40.0
PEAK = 160.0
DRAIN_S = 360.0
DRAIN_SHARE = 2.0
"""Open contacts get this many times the length of the shift to finish, DRAIN_S at most."""
SETTLE_S = 2.6
"""Real seconds in which the last figures are published (every 2 s)."""
STEP_S = 0.25


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What to play."""

    seed: int
    speed: float
    minutes: float
    robots: bool
    file: Path | None = None
    day: date | None = None

    @classmethod
    def of(cls, args: argparse.Namespace, day: date | None, minutes: float) -> Wanted:
        """From the command line."""
        return cls(
            seed=args.seed,
            speed=args.speed or SPEED,
            minutes=minutes,
            robots=not args.no_robots,
            file=args.replay,
            day=day,
        )


def play(wanted: Wanted, language: str) -> int:
    """Play, print, and say whether all held: 0, else 1."""
    home = Place(wanted.seed)
    backend = None
    try:
        home.sweep()
        folk = place.customers(seed=wanted.seed)
        centre = place.centre_of()
        people = place.staff(centre)
        start, folder, day = OPENS, None, None
        if wanted.file is not None and wanted.day is not None:
            start = demo_morning.replay_start(centre.settings.timezone)
            folder = demo_morning.one_queue(home.run)
            day = replaying.prepare(wanted.file, wanted.day, start.date(), centre.settings.timezone, wanted.seed)
        place.seed_database(home.database, folk, start)
        place.admit(home.database, centre, people)
        backend = Backend(home.database, start=start, speed=wanted.speed, centre=folder)
        account = asyncio.run(_shift(wanted, backend.ready(), people, folk, day, centre.settings.timezone, language))
    finally:
        if backend is not None:
            backend.end()
        home.leave()
    show(account, language)
    return 0 if all(check.held for check in account.checks) else 1


async def _shift(
    wanted: Wanted, url: str, people: Staff, folk: list[Person], day: Day | None, zone: str, language: str
) -> Account:
    # A short shift begins in full swing: its rate is the top of the curve.
    how = Floorful(seed=wanted.seed + 1, peak_per_hour=PEAK, flat=True, zone=zone)
    shift = await Shift.open(url, people.logins(), place.scenarios(), [one.known() for one in folk], how)
    try:
        with Bar(Console(stderr=True), language) as bar:
            start = shift.pace.now()
            played = await _traffic(wanted, shift, url, people, day, bar)
            rest = min(DRAIN_S, wanted.minutes * 60 * DRAIN_SHARE)
            await bar.follow("demo.draining", rest, _while(shift.drain(rest)), shift)
            await shift.stop()
            bar.say("demo.checking")
            await asyncio.sleep(SETTLE_S)
            deeds = [deed for colleague in shift.colleagues for deed in colleague.hands.deeds]
            checks = await demo_checks.everything(shift, deeds, robots=wanted.robots)
        return _account(wanted, shift, start, deeds, checks, day, played)
    finally:
        await shift.close()


def _while(work: Awaitable[object]) -> Callable[[], Awaitable[object]]:
    return lambda: work


async def _traffic(wanted: Wanted, shift: Shift, url: str, people: Staff, day: Day | None, bar: Bar) -> list[Arrival]:
    """Bring colleagues and customers for the minutes wanted. The calls of the log that were played."""
    seconds = wanted.minutes * 60
    played: list[Arrival] = []
    if day is not None:
        until = shift.pace.now() + timedelta(seconds=seconds)
        playing = replaying.replay(shift, url, people.robots, day, until, played)
        await bar.follow("demo.playing", seconds, _while(playing), shift)
    elif wanted.robots:
        await shift.employ(url, people.robots)
        await bar.follow("demo.playing", seconds, _while(shift.traffic(seconds)), shift)
    return played


def _account(
    wanted: Wanted,
    shift: Shift,
    start: datetime,
    deeds: list[Deed],
    checks: list[demo_checks.Check],
    day: Day | None,
    played: list[Arrival],
) -> Account:
    from agent_tui.domain.centre import Figure
    from agent_tui.domain.contact import Contact

    return Account(
        minutes=wanted.minutes,
        speed=shift.pace.speed,
        start=start,
        zone=shift.how.zone,
        contacts=tuple(shift.floor.all(Contact)),
        figures=tuple(f for f in shift.floor.all(Figure) if f.scope == "centre"),
        deeds=tuple(deeds),
        checks=tuple(checks),
        file=wanted.file.name if wanted.file else "",
        day=day,
        played=tuple(played),
        day_date=wanted.day,
    )
