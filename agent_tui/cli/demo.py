"""`agent-tui demo`: backend, living traffic and a desk at once, with nothing configured.

Without a terminal it plays a short shift by itself and says what happened (`cli.demo_shift`).
"""

from __future__ import annotations

import argparse
import signal
import subprocess
import sys
from datetime import date
from pathlib import Path

from agent_tui.cli import demo_place as place
from agent_tui.cli.demo_children import Backend, Child, robots
from agent_tui.cli.demo_place import Place, Staff
from agent_tui.cli.demo_plan import ReplayPlan, RobotPlan
from agent_tui.config import runtime
from agent_tui.config.centre import Centre
from agent_tui.config.runtime import Demo
from agent_tui.errors import UsageError
from agent_tui.i18n.catalog import say
from agent_tui.sim.shift import Floorful

LIVE_PEAK = 205.0
"""Arrivals an hour at the top of the day's curve: about what the robots can carry (see tests/flow/test_demo.py)."""
SHIFT_MINUTES = 20.0
SHIFT_SPEED = 40.0


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
        centre = place.centre_of()
        people = place.staff(centre)
        backend, plan = _open(args, day, home, centre, people, language)
        running.append(backend)
        if not args.no_robots:
            running.append(robots(plan, home.run))
        runtime.write_demo(Demo(url=backend.url, seats=people.seats(), pid=backend.child.pid))
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


def _open(
    args: argparse.Namespace, day: date | None, home: Place, centre: Centre, people: Staff, language: str
) -> tuple[Backend, RobotPlan]:
    """The backend, and what its robots must know."""
    from agent_tui.cli import demo_morning

    folk = place.customers(seed=args.seed)
    centre_folder = None
    last_seq = 0
    if day is None:
        start, last_seq = demo_morning.ensure(home, centre, people, folk, args.seed, language)
        speed = args.speed or 1.0
    else:
        start, speed = demo_morning.replay_start(args.replay, day, centre.settings.timezone), args.speed or 60.0
        centre_folder = demo_morning.one_queue(home.run)
        place.seed_database(home.database, folk, start)
    place.admit(home.database, centre, people)
    backend = Backend(home.database, start=start, speed=speed, centre=centre_folder)
    zone = centre.settings.timezone
    how = Floorful(seed=args.seed + 1, peak_per_hour=LIVE_PEAK, zone=zone, last_seq=last_seq)
    replay = ReplayPlan(file=str(args.replay), day=day, on=start.date(), zone=zone) if day else None
    plan = RobotPlan(
        url=backend.url,
        logins=people.logins(),
        known=tuple(one.known() for one in folk),
        how=how,
        server_pid=backend.child.pid,
        replay=replay,
    )
    return backend, plan


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
