"""Limits with memory: what of today is used or reserved, by person, customer and team.

A reservation is made when something is proposed, becomes use when it is done, and is given back when it came to
nothing. Split transactions add up; the day is the centre's. Whoever came later was judged with everything before, so
a reservation is judged again with what stood before it, and with everything once it moved to another day.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal, TypeAlias
from zoneinfo import ZoneInfo

import msgspec

from agent_tui.server.database import Tx

LAST = 2**62
"""After every reservation there is."""


def day_of(now: datetime, timezone: str) -> str:
    """The calendar day on which an act at `now` counts: by the clock on the centre's wall, so that it begins at its
    midnight also where a day has 23 or 25 hours."""
    return now.astimezone(ZoneInfo(timezone)).date().isoformat()


class Sums(msgspec.Struct, frozen=True):
    """Minor units of one action on one day."""

    agent: int = 0
    customer: int = 0
    team: int = 0


class Whose(msgspec.Struct, frozen=True, kw_only=True):
    """What an amount counts against."""

    action: str
    agent_id: str
    grantor_id: str = ""
    """Who lent the authority: it counts against their day as well."""
    team: str = ""
    customer_id: str = ""


class Reserve(msgspec.Struct, frozen=True, kw_only=True):
    """Hold an amount of `day`; `used` at once when nobody else has to confirm it."""

    command_id: str
    whose: Whose
    day: str
    amount_minor: int
    used: bool = False


class Lower(msgspec.Struct, frozen=True, kw_only=True):
    command_id: str
    amount_minor: int


class Move(msgspec.Struct, frozen=True, kw_only=True):
    """What was reserved on an earlier day is done on `day`, and counts there with everything that stands there already:
    the day on which money moves is the day whose limits hold, for person, customer and team alike. Until then it counts on
    the day it was proposed."""

    command_id: str
    day: str


class Settle(msgspec.Struct, frozen=True, kw_only=True):
    command_id: str
    state: Literal["used", "released"]


Hold: TypeAlias = Reserve | Lower | Move | Settle


def sums(tx: Tx, whose: Whose, day: str, own: str = "") -> Sums:
    """What is used and reserved on `day`. For the reservation `own` of that day only what stood before it counts."""
    row = tx.one("limit_get", command_id=own) if own else None
    before = row["seq"] if row is not None and row["day"] == day else LAST
    at = {"action": whose.action, "day": day, "before": before}
    people = {whose.agent_id, whose.grantor_id} - {""}
    return Sums(
        agent=max((tx.value("limit_agent", agent_id=id, **at) for id in people), default=0),
        customer=tx.value("limit_customer", customer_id=whose.customer_id, **at),
        team=tx.value("limit_team", team=whose.team, **at),
    )


def keep(tx: Tx, hold: Hold) -> None:
    """Write one change of what is held."""
    match hold:
        case Reserve(amount_minor=amount):
            if amount > 0:
                whose = msgspec.structs.asdict(hold.whose)
                state = "used" if hold.used else "reserved"
                tx.run(
                    "limit_add",
                    command_id=hold.command_id,
                    day=hold.day,
                    amount_minor=amount,
                    state=state,
                    **whose,
                )
        case Lower():
            tx.run("limit_lower", command_id=hold.command_id, amount_minor=hold.amount_minor)
        case Move():
            tx.run("limit_move", command_id=hold.command_id, day=hold.day)
        case Settle():
            tx.run("limit_settle", command_id=hold.command_id, state=hold.state)
