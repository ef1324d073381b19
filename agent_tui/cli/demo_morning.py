"""How the demo's day begins: with a morning that was played before, so that the floor lives at the first glance."""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from agent_tui.cli import demo_place as place
from agent_tui.cli.demo_children import Backend
from agent_tui.cli.demo_place import OPENS, Morning, Place
from agent_tui.config import data
from agent_tui.i18n.catalog import say
from agent_tui.sim.persona import Known
from agent_tui.sim.roster import Floorful

BEFORE = timedelta(minutes=60)
"""The morning begins so long before the demo opens."""
BUDGET_S = 9.0
"""Real seconds it may take; on a slow machine the day opens earlier."""
REPLAY_OPENS = time(9, 0)
"""A replayed day is entered when it is in full swing."""


def ensure(home: Place, known: Sequence[Known], seed: int, peak_per_hour: float, language: str) -> Morning:
    """A database to go on with in this run's folder; played now if no earlier run left one."""
    return home.wake() or _play(home, known, seed, peak_per_hour, language)


def _play(home: Place, known: Sequence[Known], seed: int, peak_per_hour: float, language: str) -> Morning:
    from agent_tui.sim import morning

    centre = place.centre_of()
    people = place.staff(centre)
    begin = OPENS - BEFORE
    place.seed_database(home.database, place.customers(seed=seed), begin)
    place.admit(home.database, centre, people)
    how = Floorful(seed=seed, peak_per_hour=peak_per_hour, zone=centre.settings.timezone)
    backend = Backend(home.database, start=begin, speed=0.0)
    zone = ZoneInfo(how.zone)
    try:
        with _bar() as bar:
            task = bar.add_task(say("demo.preparing", language), total=BEFORE.total_seconds(), detail="")

            def progress(at: datetime, contacts: int) -> None:
                detail = say("demo.morning", language, at=f"{at.astimezone(zone):%H:%M}", contacts=contacts)
                bar.update(task, completed=(at - begin).total_seconds(), detail=detail)

            played = asyncio.run(
                morning.play(
                    backend.ready(), people.logins(), place.scenarios(), known, how, OPENS, BUDGET_S, progress
                )
            )
    finally:
        backend.end()
    prepared = Morning(at=played.at, last_seq=played.last_seq, people=people)
    home.keep(prepared)
    return prepared


def _bar() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(30),
        TextColumn("{task.fields[detail]}"),
        console=Console(stderr=True),
        transient=True,
    )


def replay_start(zone: str) -> datetime:
    """When a replayed day is entered, on the date of the demonstration."""
    local = OPENS.astimezone(ZoneInfo(zone)).date()
    return datetime.combine(local, REPLAY_OPENS, ZoneInfo(zone))


def one_queue(folder: Path) -> Path:
    """A copy of the centre in which everybody who answers serves every line: the log does not know who served what."""
    made = folder / "centre"
    shutil.copytree(data.folder("scripts/centre"), made)
    file = made / "people.toml"
    text = re.sub(r'(?m)^groups = \["(?!.*\]$.*supervisor)[^\]]*\]$', 'groups = ["cards"]', file.read_text("utf-8"))
    file.write_text(text, "utf-8")
    return made
