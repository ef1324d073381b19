"""The day of a limit begins at midnight on the centre's wall: also where clocks are put forward, back, or at midnight itself."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from litestar.testing import AsyncTestClient

from agent_tui.clock import ManualClock
from agent_tui.server import expiry, limits
from agent_tui.server.build import build_app
from agent_tui.server.services import Services
from tests.server import bench, office
from tests.server.office import waive

ZONES = (
    "Asia/Shanghai",
    "Asia/Tokyo",
    "Asia/Kathmandu",
    "Europe/Berlin",
    "America/Santiago",  # put forward at midnight: the day begins at one
    "Australia/Lord_Howe",  # by half an hour
    "Pacific/Apia",  # left a day out
)
SECOND = timedelta(seconds=1)
moments = st.integers(0, 31 * 366 * 86_400).map(lambda s: datetime(2009, 1, 1, tzinfo=UTC) + timedelta(seconds=s))


def first_second(day: date, zone: str) -> datetime:
    """Of a local day, searched for among all seconds around it: no arithmetic of zones but the clock's own."""
    low = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=30)
    high = low + timedelta(hours=60)
    while high - low > SECOND:
        middle = low + (high - low) // 2
        if middle.astimezone(ZoneInfo(zone)).date() >= day:
            high = middle
        else:
            low = middle
    return high.replace(microsecond=0)


@given(moments, st.sampled_from(ZONES))
def test_every_moment_is_of_the_day_that_its_clock_shows(now: datetime, zone: str) -> None:
    day = date.fromisoformat(limits.day_of(now, zone))
    assert first_second(day, zone) <= now.replace(microsecond=0) + SECOND
    tomorrow = first_second(day + timedelta(days=1), zone)
    assert now < tomorrow
    assert limits.day_of(tomorrow, zone) > day.isoformat() >= limits.day_of(tomorrow - SECOND, zone)


@given(moments, st.integers(0, 200_000), st.sampled_from(ZONES))
def test_a_later_moment_is_never_of_an_earlier_day(now: datetime, seconds: int, zone: str) -> None:
    assert limits.day_of(now, zone) <= limits.day_of(now + timedelta(seconds=seconds), zone)


def held(services: Services, id: str) -> tuple[str, str]:
    """Day and state of a reservation."""
    row = services.db.read_now(lambda tx: tx.one("limit_get", command_id=id))
    assert row is not None
    return row["day"], row["state"]


CASES = [
    ("Asia/Shanghai", date(2026, 3, 3)),
    ("Europe/Berlin", date(2026, 3, 29)),
    ("Europe/Berlin", date(2026, 10, 26)),
    ("America/Santiago", date(2026, 9, 6)),
]


def at(services: Services, moment: datetime) -> None:
    assert isinstance(services.clock, ManualClock)
    services.clock.set(moment)


@pytest.mark.parametrize(("zone", "day"), CASES)
async def test_limits_of_people_customers_and_teams_begin_anew_at_that_second(
    tmp_path: Path, zone: str, day: date
) -> None:
    midnight = first_second(day, zone)
    services = office.open_office(tmp_path, zone=zone, clock_start=midnight - timedelta(hours=2))
    async with AsyncTestClient(build_app(services)) as client:
        one, other = await office.seat(client, "a1"), await office.seat(client, "a2")
        assert (await one.send(waive(5_000))).status_code == 200
        at(services, midnight - SECOND)
        assert (await other.send(waive(1, "a2"))).status_code == 403
        at(services, midnight)
        assert (await other.send(waive(5_000, "a2"))).status_code == 200
        assert bench.query(services, "SELECT day, team FROM limit_hold ORDER BY seq") == [
            ((day - timedelta(days=1)).isoformat(), "t-a"),
            (day.isoformat(), "t-a"),
        ]


@pytest.mark.parametrize(("zone", "day"), CASES[1:])
async def test_what_was_reserved_before_midnight_counts_on_the_day_it_is_done(
    tmp_path: Path, zone: str, day: date
) -> None:
    midnight = first_second(day, zone)
    services = office.open_office(tmp_path, zone=zone, clock_start=midnight - timedelta(minutes=5))
    async with AsyncTestClient(build_app(services)) as client:
        maker, signer = await office.seat(client, "a1"), await office.fresh(client, "b3")
        asked = await maker.asked(services, waive(9_000))
        late = await maker.asked(services, waive(8_000, customer="c2"))
        at(services, midnight)
        assert (await signer.decide(asked)).status_code == 200
        assert held(services, asked.id) == (day.isoformat(), "reserved")
        services.db.write_now(lambda tx: expiry.sweep(tx, late.expires_at, day.isoformat()))
        assert held(services, late.id) == ((day - timedelta(days=1)).isoformat(), "released")
