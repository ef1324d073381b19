"""`agent-tui demo-robots FILE`: the robots' process of the demo. Hidden; `demo` starts it.

It ends when its standard input closes: then the demo is gone, and the demo's server is ended too.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import signal
import sys
from datetime import date
from pathlib import Path

import msgspec

from agent_tui.cli.demo_place import scenarios
from agent_tui.cli.demo_plan import ReplayPlan, RobotPlan
from agent_tui.config import runtime
from agent_tui.sim import replaying
from agent_tui.sim.replay import Day
from agent_tui.sim.shift import Shift

ALL_DAY_S = 30 * 86_400.0


def add_arguments(parser: argparse.ArgumentParser, language: str) -> None:
    """The plan's file."""
    parser.add_argument("plan", type=Path)


def run(args: argparse.Namespace, language: str) -> int:
    """Play until the demo ends."""
    plan = msgspec.json.decode(args.plan.read_bytes(), type=RobotPlan)
    args.plan.unlink()
    asyncio.run(_play(plan))
    return 0


async def leash() -> None:
    """Until standard input closes."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    await reader.read()


async def _play(plan: RobotPlan) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    held = asyncio.create_task(leash())
    held.add_done_callback(lambda _: stop.set())
    # Read before signing in: the clock of a replay runs fast.
    day = replaying.prepare(*_asked(plan.replay), plan.how.seed) if plan.replay else None
    shift = await Shift.open(plan.url, plan.logins, scenarios(), plan.known, plan.how)
    work = asyncio.create_task(_work(shift, plan, day))
    work.add_done_callback(lambda _: stop.set())
    await stop.wait()
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)
    await shift.close()
    if held.done():
        with contextlib.suppress(ProcessLookupError):
            os.kill(plan.server_pid, signal.SIGTERM)
        runtime.remove_demo()
    held.cancel()


async def _work(shift: Shift, plan: RobotPlan, day: Day | None) -> None:
    if day is not None:
        await replaying.replay(shift, plan.url, plan.logins.colleagues, day, None, [])
    else:
        await shift.employ(plan.url, plan.logins.colleagues)
        await shift.traffic(ALL_DAY_S)
    await asyncio.Event().wait()


def _asked(replay: ReplayPlan) -> tuple[Path, date, date, str]:
    return Path(replay.file), replay.day, replay.on, replay.zone
