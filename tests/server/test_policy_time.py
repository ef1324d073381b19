"""Rules that look at the time: by the centre's wall clock, to the minute, over midnight, and by a group's calendar."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from agent_tui.clock import ManualClock
from agent_tui.domain.calendar import Calendar, Hours
from agent_tui.domain.contact import Contact
from agent_tui.policy.load import load
from agent_tui.server.services import Services
from agent_tui.server.state import TableState
from tests import eg
from tests.server import bench, office
from tests.unit.policy.cases import with_rules

Client = AsyncTestClient[Litestar]
SHANGHAI = ZoneInfo("Asia/Shanghai")
NOTES = '@id("planted") @basis("b") @zh("z") @en("e") @ja("j") '


def to(services: Services, day: int, clock: str) -> None:
    """Move business time to a wall time of the centre in March 2026; the 2nd is a Monday."""
    assert isinstance(services.clock, ManualClock)
    services.clock.set(datetime(2026, 3, day, int(clock[:2]), int(clock[3:5]), int(clock[6:] or 0), tzinfo=SHANGHAI))


@pytest.fixture
def services(tmp_path: Path) -> Services:
    return office.open_office(tmp_path)


async def needed(services: Services, client: Client) -> int:
    """The level that must co-sign a change of mobile number, as the server answers a client that skips the desk."""
    seat = await office.fresh(client, "a1")
    answer = await seat.send(office.act("change_mobile", args={"mobile": "13900001111"}))
    assert answer.status_code == 403, answer.text
    level: int = answer.json()["needs_level"]
    return level


async def test_the_night_begins_and_ends_to_the_minute_by_the_centres_clock(
    services: Services, client: Client
) -> None:
    moments = (
        (2, "21:59:59", 3), (2, "22:00:00", 4), (2, "23:59:59", 4), (3, "00:00:00", 4),
        (3, "06:59:59", 4), (3, "07:00:00", 3), (3, "12:00:00", 3),
    )  # fmt: skip
    for day, clock, level in moments:
        to(services, day, clock)
        assert await needed(services, client) == level, clock


async def test_a_signature_of_the_day_is_not_enough_at_night(services: Services, client: Client) -> None:
    to(services, 2, "21:59:30")
    maker, signer = await office.fresh(client, "a1"), await office.fresh(client, "b3")
    asked = await maker.asked(services, office.act("change_mobile", args={"mobile": "13900001111"}))
    to(services, 2, "22:00:10")
    answer = await signer.decide(asked)
    assert answer.status_code == 409 and answer.json()["key"] == "authority.stale_authority"
    assert office.get_approval(services, asked.id).state == "stale"


@pytest.mark.parametrize(
    ("rule", "open_", "closed"),
    [
        ("unless { context.businessHours }", (2, "17:59"), (2, "18:00")),
        ("when { context.weekday >= 6 }", (6, "23:59"), (7, "00:00")),
        ("when { context.weekday == 1 && context.minute < 600 }", (9, "10:00"), (9, "09:59")),
    ],
)
async def test_weekdays_and_business_hours_are_those_of_the_centre(
    tmp_path: Path, rule: str, open_: tuple[int, str], closed: tuple[int, str]
) -> None:
    planted = f'{NOTES} forbid (principal, action == Action::"waive_fee", resource) {rule};'
    policy = load(with_rules(planted), eg.NOW)
    for (day, clock), status in sorted([(open_, 200), (closed, 403)]):
        folder = tmp_path / clock.replace(":", "")
        services = office.open_office(folder, policy)
        hours = Calendar(id="day", hours=(Hours(opens="08:00", closes="18:00"),))
        office.put(services, msgspec.structs.replace(eg.group("cards"), hours=hours))
        contact = services.db.read_now(lambda tx: TableState(tx).get(Contact, "k-a1-c1"))
        assert contact is not None and contact.group == "cards"
        async with bench.client_of(services) as client:
            to(services, day, clock)
            assert (await (await office.seat(client, "a1")).send(office.waive(100))).status_code == status, clock


def test_dates_turn_at_midnight_of_the_zone_they_name() -> None:
    planted = (
        f'{NOTES} @from("2026-03-05T00:00:00+08:00") forbid (principal, action == Action::"waive_fee", resource);'
    )
    text = with_rules(planted)
    last, first = (
        datetime(2026, 3, 4, 15, 59, 59, tzinfo=ZoneInfo("UTC")),
        datetime(2026, 3, 4, 16, tzinfo=ZoneInfo("UTC")),
    )
    assert "planted" not in load(text, last).rules
    assert "planted" in load(text, first).rules
