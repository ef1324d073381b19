"""Business hours (M22): when a group works, when a clock that only runs in business hours is due, and why.

Hours are local wall time of the calendar's zone and belong to the day on which they begin, so a night shift is closed by
a holiday of its first day. Seconds counted are real seconds: on the day of a clock change an open night is an hour
longer or shorter. Intervals are half open: at the closing minute the calendar is closed.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec

from agent_tui.i18n.message import Msg, msg

ClockTime = Annotated[str, msgspec.Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
"""Local wall time, `HH:MM`."""
Weekday = Annotated[int, msgspec.Meta(ge=1, le=7)]
"""ISO: 1 is Monday, 7 is Sunday."""

NOTICE_DAYS = 31
"""So long before a list of holidays ends somebody is told to go on with it."""
HORIZON_DAYS = 1_100
"""How far ahead a due moment is looked for; a calendar that opens less than that never comes due."""


class Hours(msgspec.Struct, frozen=True, kw_only=True):
    """Opening hours of some weekdays. `closes` not after `opens` means the next morning; equal means 24 hours."""

    days: tuple[Weekday, ...] = (1, 2, 3, 4, 5, 6, 7)
    opens: ClockTime = "00:00"
    closes: ClockTime = "00:00"
    valid_from: date | None = None
    valid_to: date | None = None
    """Last day on which these hours hold."""

    def covers(self, day: date) -> bool:
        """Whether these hours begin on `day`."""
        return (
            day.isoweekday() in self.days
            and (self.valid_from is None or self.valid_from <= day)
            and (self.valid_to is None or day <= self.valid_to)
        )


class Holiday(msgspec.Struct, frozen=True, kw_only=True):
    """Days that differ from the week: closed, or with hours of their own (a make-up working day, 调休)."""

    first: date
    last: date
    name: str = ""
    opens: ClockTime | None = None
    closes: ClockTime | None = None
    """Both or neither; neither means closed."""


class Calendar(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    timezone: str = "Asia/Shanghai"
    hours: tuple[Hours, ...] = ()
    holidays: tuple[Holiday, ...] = ()
    """Where two cover a day, the later in the list holds."""
    holidays_to: date | None = None
    """Last day for which the holidays are listed; left out, the last of them. Every later day counts as its weekday."""

    @property
    def known_to(self) -> date | None:
        """Last day for which the holidays are known; None for a calendar that has none."""
        return self.holidays_to or max((holiday.last for holiday in self.holidays), default=None)

    def days_known(self, today: date) -> int | None:
        """Days from `today` for which the holidays are known, 0 when that is over; None while there is nothing to tell."""
        if self.known_to is None or (left := (self.known_to - today).days) >= NOTICE_DAYS:
            return None
        return max(left, 0)


ALWAYS = Calendar(id="always", hours=(Hours(),))
"""Round the clock, every day."""


class Due(msgspec.Struct, frozen=True, kw_only=True):
    """When a clock runs out, and the arithmetic line by line."""

    at: datetime | None
    """UTC; None if the calendar does not open long enough within HORIZON_DAYS."""
    lines: tuple[Msg, ...]


def _spans(calendar: Calendar, day: date) -> tuple[tuple[str, str], ...]:
    for holiday in reversed(calendar.holidays):
        if holiday.first <= day <= holiday.last:
            return ((holiday.opens, holiday.closes),) if holiday.opens and holiday.closes else ()
    return tuple((h.opens, h.closes) for h in calendar.hours if h.covers(day))


def _moment(day: date, clock: str, zone: ZoneInfo) -> datetime:
    hour, minute = int(clock[:2]), int(clock[3:])
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone).astimezone(UTC)


@lru_cache(maxsize=4_096)
def _day(calendar_json: bytes, day: date) -> tuple[tuple[datetime, datetime], ...]:
    calendar = _DECODER.decode(calendar_json)
    zone = ZoneInfo(calendar.timezone)
    found = []
    for opens, closes in _spans(calendar, day):
        last = day if closes > opens else day + timedelta(days=1)
        start, end = _moment(day, opens, zone), _moment(last, closes, zone)
        if end > start:
            found.append((start, end))
    return tuple(sorted(found))


_DECODER = msgspec.json.Decoder(Calendar)


def _open_from(calendar: Calendar, start: datetime, until: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Open intervals in UTC that end after `start` and begin before `until`: in order, never overlapping."""
    key = msgspec.json.encode(calendar)
    zone = ZoneInfo(calendar.timezone)
    # A span begun the day before yesterday cannot reach here, but a clock change may move an end past midnight.
    day = start.astimezone(zone).date() - timedelta(days=2)
    last = until.astimezone(zone).date()
    reached = start.astimezone(UTC)
    while day <= last:
        for opens, closes in _day(key, day):
            begin = max(opens, reached)
            if closes > begin and begin < until:
                yield begin, min(closes, until)
                reached = closes
        day += timedelta(days=1)


def is_open(calendar: Calendar, at: datetime) -> bool:
    """Whether the calendar is open at `at` (aware)."""
    return next(_open_from(calendar, at, at + timedelta(microseconds=1)), None) is not None


def business_seconds(calendar: Calendar, a: datetime, b: datetime) -> float:
    """Open seconds from `a` to `b` (both aware); negative when `b` is before `a`."""
    if b < a:
        return -business_seconds(calendar, b, a)
    return sum((end - start).total_seconds() for start, end in _open_from(calendar, a, b.astimezone(UTC)))


def _local(moment: datetime, calendar: Calendar) -> str:
    return moment.astimezone(ZoneInfo(calendar.timezone)).strftime("%Y-%m-%d %H:%M:%S")


def due(calendar: Calendar, start: datetime, seconds: float) -> Due:
    """When `seconds` (not negative) of open time after `start` (aware) are used up. Lines name local times."""
    left = timedelta(seconds=max(seconds, 0))
    lines = [msg("domain.due.start", at=_local(start, calendar), seconds=int(seconds), calendar=calendar.id)]
    reached = start.astimezone(UTC)
    if not left:
        return _due(calendar, reached, lines)
    for begin, end in _open_from(calendar, reached, reached + timedelta(days=HORIZON_DAYS)):
        if begin > reached:
            lines.append(msg("domain.due.closed", since=_local(reached, calendar), until=_local(begin, calendar)))
        used = min(end - begin, left)
        left -= used
        reached = begin + used
        lines.append(
            msg(
                "domain.due.open",
                since=_local(begin, calendar),
                until=_local(reached, calendar),
                seconds=int(used.total_seconds()),
                left=int(left.total_seconds()),
            )
        )
        if not left:
            return _due(calendar, reached, lines)
    return Due(at=None, lines=(*lines, msg("domain.due.never", calendar=calendar.id, days=HORIZON_DAYS)))


def _due(calendar: Calendar, at: datetime, lines: list[Msg]) -> Due:
    """The end of the arithmetic, with a word where it went past the days whose holidays are known."""
    if calendar.known_to is not None and at.astimezone(ZoneInfo(calendar.timezone)).date() > calendar.known_to:
        lines.append(msg("domain.due.unlisted", calendar=calendar.id, to=calendar.known_to.isoformat()))
    return Due(at=at, lines=(*lines, msg("domain.due.end", at=_local(at, calendar))))
