"""Business hours: they add up, never run backwards, and say how they were counted."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_tui.domain.calendar import ALWAYS, Calendar, Holiday, Hours, business_seconds, due, is_open

WEEK = Hours(days=(1, 2, 3, 4, 5), opens="09:00", closes="18:00")
OFFICE = Calendar(id="office", hours=(WEEK,))
NIGHT = Calendar(id="night", timezone="Europe/Berlin", hours=(Hours(opens="20:00", closes="06:00"),))
EDGES = Calendar(
    id="edges",
    timezone="America/New_York",
    hours=(
        Hours(days=(1, 2, 3, 4, 5, 6), opens="01:30", closes="02:30"),
        Hours(days=(6, 7), opens="22:00", closes="03:15"),
        Hours(days=(7,), opens="00:00", closes="00:00", valid_from=date(2026, 3, 1), valid_to=date(2026, 3, 31)),
    ),
    holidays=(Holiday(first=date(2026, 7, 3), last=date(2026, 7, 4), opens="10:00", closes="12:00"),),
)
CALENDARS = st.sampled_from([OFFICE, NIGHT, EDGES, ALWAYS])
MOMENTS = st.datetimes(datetime(2026, 2, 20), datetime(2026, 11, 10), timezones=st.just(UTC))  # noqa: DTZ001 - naive by contract


def shanghai(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.mark.parametrize(
    ("moment", "open_"),
    [
        ("2026-03-02 08:59", False),
        ("2026-03-02 09:00", True),
        ("2026-03-02 17:59", True),
        ("2026-03-02 18:00", False),
        ("2026-03-01 12:00", False),
    ],
)
def test_office_hours(moment: str, open_: bool) -> None:
    assert is_open(OFFICE, shanghai(moment)) is open_


def test_a_night_shift_belongs_to_the_day_on_which_it_begins() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    eve = Calendar(
        id="x",
        timezone="Europe/Berlin",
        hours=NIGHT.hours,
        holidays=(Holiday(first=date(2026, 5, 1), last=date(2026, 5, 1)),),
    )
    assert is_open(eve, datetime(2026, 5, 1, 5, 59, tzinfo=berlin))
    assert not is_open(eve, datetime(2026, 5, 1, 21, tzinfo=berlin))
    assert not is_open(eve, datetime(2026, 5, 2, 5, tzinfo=berlin))


def test_a_make_up_working_day_is_open_although_it_is_saturday() -> None:
    made_up = Calendar(
        id="x",
        hours=(WEEK,),
        holidays=(Holiday(first=date(2026, 2, 28), last=date(2026, 2, 28), opens="09:00", closes="12:00"),),
    )
    assert is_open(made_up, shanghai("2026-02-28 10:00"))
    assert not is_open(made_up, shanghai("2026-02-28 12:00"))


def test_hours_hold_from_their_first_day_to_their_last() -> None:
    summer = Calendar(
        id="x", hours=(Hours(opens="08:00", closes="16:00", valid_from=date(2026, 6, 1), valid_to=date(2026, 8, 31)),)
    )
    assert not is_open(summer, shanghai("2026-05-31 09:00"))
    assert is_open(summer, shanghai("2026-06-01 09:00"))
    assert is_open(summer, shanghai("2026-08-31 09:00"))
    assert not is_open(summer, shanghai("2026-09-01 09:00"))


def test_the_night_of_a_clock_change_is_an_hour_shorter_or_longer() -> None:
    def night(year: int, month: int, day: int) -> float:
        start = datetime(year, month, day, 12, tzinfo=ZoneInfo("Europe/Berlin"))
        return business_seconds(NIGHT, start, start + timedelta(days=1)) / 3600

    assert night(2026, 3, 27) == 10
    assert night(2026, 3, 28) == 9
    assert night(2026, 10, 24) == 11


def test_hours_that_overlap_are_counted_once() -> None:
    twice = Calendar(id="x", hours=(WEEK, WEEK, Hours(days=(1,), opens="17:00", closes="20:00")))
    assert business_seconds(twice, shanghai("2026-03-02 00:00"), shanghai("2026-03-03 00:00")) == 11 * 3600


def test_the_arithmetic_is_told_line_by_line() -> None:
    friday = shanghai("2026-03-06 17:00")
    found = due(OFFICE, friday, 7200)
    assert found.at == shanghai("2026-03-09 10:00")
    assert [line.key.removeprefix("domain.due.") for line in found.lines] == [
        "start",
        "open",
        "closed",
        "open",
        "end",
    ]
    assert [line.args["left"] for line in found.lines if line.key.endswith("open")] == [3600, 0]
    assert found.lines[2].args == {"since": "2026-03-06 18:00:00", "until": "2026-03-09 09:00:00"}


def test_a_calendar_that_never_opens_has_no_due_moment_and_says_so() -> None:
    found = due(Calendar(id="never"), shanghai("2026-03-02 10:00"), 60)
    assert found.at is None
    assert found.lines[-1].key == "domain.due.never"


@given(CALENDARS, MOMENTS, MOMENTS, MOMENTS)
def test_open_seconds_add_up(calendar: Calendar, a: datetime, b: datetime, c: datetime) -> None:
    whole = business_seconds(calendar, a, c)
    assert whole == pytest.approx(business_seconds(calendar, a, b) + business_seconds(calendar, b, c))


@given(CALENDARS, MOMENTS, MOMENTS)
def test_open_seconds_never_exceed_real_ones_and_never_run_backwards(
    calendar: Calendar, a: datetime, b: datetime
) -> None:
    a, b = min(a, b), max(a, b)
    assert 0 <= business_seconds(calendar, a, b) <= (b - a).total_seconds() + 1e-6


@given(MOMENTS, MOMENTS)
def test_round_the_clock_counts_every_second(a: datetime, b: datetime) -> None:
    assert business_seconds(ALWAYS, a, b) == pytest.approx((b - a).total_seconds())


@given(CALENDARS, MOMENTS, st.integers(0, 400_000))
def test_exactly_the_seconds_asked_for_pass_until_due(calendar: Calendar, start: datetime, seconds: int) -> None:
    at = due(calendar, start, seconds).at
    assert at is not None
    assert business_seconds(calendar, start, at) == pytest.approx(seconds)


@given(CALENDARS, MOMENTS, st.integers(0, 100_000), st.integers(0, 100_000))
def test_more_seconds_are_never_due_earlier(calendar: Calendar, start: datetime, some: int, more: int) -> None:
    first, second = due(calendar, start, some).at, due(calendar, start, some + more).at
    assert first is not None
    assert second is not None
    assert first <= second


@given(CALENDARS, MOMENTS)
def test_open_now_means_that_the_next_second_counts(calendar: Calendar, at: datetime) -> None:
    at = at.replace(microsecond=0)
    assert is_open(calendar, at) == (business_seconds(calendar, at, at + timedelta(seconds=1)) > 0)


MAY_DAY = Holiday(first=date(2026, 5, 1), last=date(2026, 5, 3))


@pytest.mark.parametrize(
    ("holidays_to", "today", "days"),
    [
        (date(2026, 12, 31), date(2026, 11, 30), None),
        (date(2026, 12, 31), date(2026, 12, 1), 30),
        (date(2026, 12, 31), date(2026, 12, 31), 0),
        (date(2026, 12, 31), date(2027, 6, 1), 0),
        (None, date(2026, 4, 2), None),
        (None, date(2026, 4, 3), 30),
    ],
)
def test_a_list_of_holidays_is_asked_for_a_month_before_it_ends(
    holidays_to: date | None, today: date, days: int | None
) -> None:
    assert Calendar(id="x", holidays=(MAY_DAY,), holidays_to=holidays_to).days_known(today) == days


def test_a_calendar_without_holidays_is_never_asked_about() -> None:
    assert OFFICE.days_known(date(2099, 1, 1)) is None


def test_a_clock_that_runs_past_the_known_holidays_says_so() -> None:
    known = Calendar(id="x", hours=(WEEK,), holidays=(MAY_DAY,), holidays_to=date(2026, 12, 31))
    inside = due(known, shanghai("2026-12-31 17:00"), 3600)
    outside = due(known, shanghai("2026-12-31 17:00"), 3601)
    assert "domain.due.unlisted" not in [line.key for line in inside.lines]
    assert outside.at == shanghai("2027-01-01 09:00:01")
    assert [line.key for line in outside.lines][-2:] == ["domain.due.unlisted", "domain.due.end"]
