"""`agent-tui demo`: backend, living traffic and a desk at once, with nothing configured.

Without a terminal it plays a short shift by itself and says what happened (`cli.demo_shift`).
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
from datetime import date, datetime
from pathlib import Path

import msgspec

from agent_tui.cli import demo_morning
from agent_tui.cli import demo_place as place
from agent_tui.cli.demo_children import Backend, Child, robots
from agent_tui.cli.demo_place import Place, Staff
from agent_tui.cli.demo_plan import ReplayPlan, RobotPlan
from agent_tui.config import runtime
from agent_tui.config.runtime import Demo
from agent_tui.errors import UsageError
from agent_tui.i18n.catalog import say
from agent_tui.sim.persona import Known
from agent_tui.sim.roster import Floorful

LIVE_PEAK = 165.0
"""Arrivals an hour at the top of the morning's curve: about what the robots can carry."""
OPEN_RATE = 190.0
"""Arrivals an hour once somebody sits down, whatever the hour: a little more than the robots can carry, so that a
newcomer who goes ready has a contact within the minute."""
REVIEW_EVERY = 2.0
"""Real minutes between two draws for review, so that a monitor has something to judge before a day has closed."""
SHIFT_MINUTES = 20.0
REPLAY_SPEED = 60.0


def add_arguments(parser: argparse.ArgumentParser, language: str) -> None:
    """`--replay --day --speed --seed --shift-minutes --no-robots`."""

    def text(name: str) -> str:
        return say(f"demo.help.{name}", language)

    parser.add_argument("--replay", metavar="FILE", type=Path, help=text("replay"))
    parser.add_argument("--day", metavar="YYYY-MM-DD", help=text("day"))
    parser.add_argument("--speed", metavar="N", type=float, help=text("speed"))
    parser.add_argument("--seed", metavar="N", type=int, default=1, help=text("seed"))
    parser.add_argument("--shift-minutes", metavar="N", type=float, help=text("shift_minutes"))
    parser.add_argument("--no-robots", action="store_true", help=text("no_robots"))


def run(args: argparse.Namespace, language: str) -> int:
    """The desk's exit code; without a terminal 0 only if every check held."""
    os.environ["AGENT_TUI_LANGUAGE"] = language  # the demo's own processes speak it too
    day = _day(args)
    if args.speed is not None and not 0 < args.speed <= 600:
        raise UsageError("demo.bad_speed", speed=f"{args.speed:g}")
    if not (sys.stdin.isatty() and sys.stdout.isatty()) or args.shift_minutes is not None:
        from agent_tui.cli import demo_shift

        minutes = args.shift_minutes if args.shift_minutes is not None else SHIFT_MINUTES
        return demo_shift.play(demo_shift.Wanted.of(args, day, minutes), language)
    if runtime.read_demo() is not None:
        print(say("demo.joining", language))
        return _desk(language)
    return _live(args, day, language)


def _day(args: argparse.Namespace) -> date | None:
    """The day to replay. UsageError when half of it is missing or it is no date."""
    if args.replay is None and args.day is None:
        return None
    if args.replay is None or args.day is None:
        raise UsageError("demo.replay_needs_both")
    try:
        return date.fromisoformat(args.day)
    except ValueError:
        raise UsageError("demo.bad_day", day=args.day) from None


def _live(args: argparse.Namespace, day: date | None, language: str) -> int:
    """Everything from nothing, until the desk is closed."""
    home = Place(args.seed)
    running: list[Backend | Child] = []
    previous = signal.signal(signal.SIGTERM, _leave)
    try:
        home.sweep()
        known = tuple(one.known() for one in place.customers(seed=args.seed))
        opening = _replayed(args, day, home) if day else _morning(args, home, known, language)
        backend = Backend(
            home.database,
            start=opening.at,
            speed=opening.speed,
            centre=opening.centre,
            review_every=max(1, round(REVIEW_EVERY * opening.speed)),
        )
        running.append(backend)
        plan = _plan(args, opening, known, backend)
        if not args.no_robots:
            running.append(robots(plan, home.run))
        runtime.write_demo(Demo(url=plan.url, seats=opening.people.seats(), pid=backend.child.pid))
        return _desk(language)
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        runtime.remove_demo()
        for child in reversed(running):
            child.end()
        home.leave()
        signal.signal(signal.SIGTERM, previous)


def _leave(number: int, frame: object) -> None:
    raise KeyboardInterrupt


class Opening(msgspec.Struct, frozen=True, kw_only=True):
    """How a demo begins."""

    at: datetime
    speed: float
    people: Staff
    zone: str
    last_seq: int = 0
    centre: Path | None = None
    replay: ReplayPlan | None = None


def _morning(args: argparse.Namespace, home: Place, known: tuple[Known, ...], language: str) -> Opening:
    """After a morning of seeded traffic."""
    ready = demo_morning.ensure(home, known, args.seed, LIVE_PEAK, language)
    zone = place.centre_of().settings.timezone
    return Opening(at=ready.at, speed=args.speed or 1.0, people=ready.people, zone=zone, last_seq=ready.last_seq)


def _replayed(args: argparse.Namespace, day: date, home: Place) -> Opening:
    """In a day of the log, at its own pace."""
    centre = place.centre_of()
    people, zone = place.staff(centre), centre.settings.timezone
    start = demo_morning.replay_start(zone)
    place.seed_database(home.database, place.customers(seed=args.seed), start)
    place.admit(home.database, centre, people)
    return Opening(
        at=start,
        speed=args.speed or REPLAY_SPEED,
        people=people,
        zone=zone,
        centre=demo_morning.one_queue(home.run),
        replay=ReplayPlan(file=str(args.replay.resolve()), day=day, on=start.date(), zone=zone),
    )


def _plan(args: argparse.Namespace, opening: Opening, known: tuple[Known, ...], backend: Backend) -> RobotPlan:
    """What the robots must know, once the backend answers."""
    how = Floorful(
        seed=args.seed + 1, peak_per_hour=OPEN_RATE, flat=True, zone=opening.zone, last_seq=opening.last_seq
    )
    return RobotPlan(
        url=backend.ready(),
        logins=opening.people.logins(),
        known=known,
        how=how,
        server_pid=backend.child.pid,
        replay=opening.replay,
    )


def _desk(language: str) -> int:
    """The desk as a child with the terminal; Ctrl+C is for it."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        desk = subprocess.Popen(
            [sys.executable, "-m", "agent_tui", "desk", "--demo", "--language", language],
            preexec_fn=_take_keys,
        )
        return desk.wait()
    finally:
        signal.signal(signal.SIGINT, before)


def _take_keys() -> None:
    """An ignored signal is inherited: the desk must hear Ctrl+C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
