"""The time a rule may look at: by the centre's wall clock, and by the calendar of the group it belongs to."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from agent_tui.domain.calendar import is_open
from agent_tui.domain.centre import Group
from agent_tui.policy.decision import Circumstances


class Moment(msgspec.Struct, frozen=True, kw_only=True):
    """What rules know of the time; names and meaning as in `Circumstances`."""

    minute: int
    weekday: int
    business_hours: bool


def moment(now: datetime, timezone: str, groups: Iterable[Group]) -> Moment:
    """`now` (aware) as rules see it in the centre's `timezone`. Business hours are those of any of `groups`; without a
    group nothing is open."""
    local = now.astimezone(ZoneInfo(timezone))
    return Moment(
        minute=local.hour * 60 + local.minute,
        weekday=local.isoweekday(),
        business_hours=any(group.hours is None or is_open(group.hours, now) for group in groups),
    )


def at(given: Circumstances, when: Moment) -> Circumstances:
    """The same circumstances at that time."""
    return msgspec.structs.replace(
        given, minute=when.minute, weekday=when.weekday, business_hours=when.business_hours
    )
