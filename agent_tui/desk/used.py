"""What of today is used of my limits: the server's sums, which count every desk, session and delegation, and what is on
its way from this desk and not among them yet."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from agent_tui.desk.select_status import age_s
from agent_tui.desk.sight import Sight
from agent_tui.desk.views import NEVER_S
from agent_tui.domain.agent import Agent
from agent_tui.domain.approval import Approval
from agent_tui.domain.usage import AGENT, CUSTOMER, TEAM, DayUse
from agent_tui.store import read


class Used(msgspec.Struct, frozen=True, kw_only=True):
    """Minor units of one action on one day."""

    agent: int = 0
    customer: int = 0
    team: int = 0


def zone(sight: Sight) -> str:
    """The centre's time zone, as the server named it."""
    return sight.cache.meta.get("timezone", "Asia/Shanghai")


def of_today(sight: Sight, me: Agent, action: str, customer_id: str | None, now: datetime) -> Used:
    """With everything that counts as far as this desk was told, and its own that the server has not answered."""
    day = now.astimezone(ZoneInfo(zone(sight))).date().isoformat()
    mine = sight.pending.spent(lambda id: read.get(sight.cache, Approval, id) is not None)
    going = sum(minor for (name, _), minor in mine.items() if name == action)

    def told(kind: str, whose: str | None) -> int:
        row = read.get(sight.cache, DayUse, f"{kind}:{whose}") if whose else None
        return row.on(day, action) if row is not None else 0

    return Used(
        agent=told(AGENT, me.id) + going,
        customer=told(CUSTOMER, customer_id) + mine.get((action, customer_id or ""), 0),
        team=told(TEAM, me.team) + (going if me.team else 0),
    )


def as_of(sight: Sight) -> datetime | None:
    """Until when the server was heard, in business time, while it is out of reach; None while it is there, or when it
    never was."""
    age = age_s(sight)
    if sight.link.online or age >= NEVER_S:
        return None
    return sight.clock.now() - timedelta(seconds=age * sight.clock.speed)
