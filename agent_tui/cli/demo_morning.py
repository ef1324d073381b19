"""How the demo's day begins: with a morning that was played before, so that the floor lives at the first glance."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from agent_tui.cli import demo_place as place
from agent_tui.cli.demo_place import OPENS, Morning, Place, Staff
from agent_tui.config import data
from agent_tui.config.centre import Centre
from agent_tui.sim.population import Person

REPLAY_OPENS = time(9, 0)
"""A replayed day is entered when it is in full swing."""


def ensure(
    home: Place, centre: Centre, people: Staff, folk: Sequence[Person], seed: int, language: str
) -> tuple[datetime, int]:
    """A database to go on with in this run's folder: business time to start at and the link's last request."""
    ready = home.wake()
    if ready is not None:
        return ready.at, ready.last_seq
    place.seed_database(home.database, folk, OPENS)
    home.keep(Morning(at=OPENS, last_seq=0))
    return OPENS, 0


def replay_start(file: Path, day: date, zone: str) -> datetime:
    """When a replayed day is entered, on the date of the demonstration."""
    local = OPENS.astimezone(ZoneInfo(zone)).date()
    return datetime.combine(local, REPLAY_OPENS, ZoneInfo(zone)) + timedelta(0)


def one_queue(folder: Path) -> Path:
    """A copy of the centre in which everybody who answers serves every line: the log does not know who served what."""
    made = folder / "centre"
    shutil.copytree(data.folder("scripts/centre"), made)
    file = made / "people.toml"
    text = re.sub(r'(?m)^groups = \["(?!.*\]$.*supervisor)[^\]]*\]$', 'groups = ["cards"]', file.read_text("utf-8"))
    file.write_text(text, "utf-8")
    return made
