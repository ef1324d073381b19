"""What the robots' process must know."""

from __future__ import annotations

from datetime import date

import msgspec

from agent_tui.sim.persona import Known
from agent_tui.sim.roster import Floorful, Logins


class ReplayPlan(msgspec.Struct, frozen=True, kw_only=True):
    """A day of a call log to play."""

    file: str
    day: date
    on: date
    """The date on which it is played."""
    zone: str


class RobotPlan(msgspec.Struct, frozen=True, kw_only=True):
    url: str
    logins: Logins
    known: tuple[Known, ...]
    how: Floorful
    server_pid: int
    """Ended by the robots should the demo itself be gone."""
    replay: ReplayPlan | None = None
