"""Authenticating again: by password or by a code used once, for five minutes, in this session only."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from litestar import Litestar
from litestar.testing import AsyncTestClient

from agent_tui.clock import wall
from agent_tui.server import totp
from agent_tui.server.services import Services
from agent_tui.wire import routes
from tests.server import bench, office
from tests.server.engines import tamper
from tests.server.office import Seat, waive

Client = AsyncTestClient[Litestar]
SECRET = b"12345678901234567890"


@pytest.fixture
def services(tmp_path: Path) -> Services:
    return office.open_office(tmp_path)


@pytest.mark.parametrize(
    ("at", "code"),
    [(59, "94287082"), (1111111109, "07081804"), (1111111111, "14050471"), (1234567890, "89005924"),
     (2000000000, "69279037"), (20000000000, "65353130")],
)  # fmt: skip
def test_codes_are_those_of_rfc_6238_appendix_b(at: int, code: str) -> None:
    assert totp.code(SECRET, totp.step_at(datetime.fromtimestamp(at, UTC))) == code[-6:]


@given(st.integers(5, 10**9), st.integers(-3, 3), st.integers(0, 10**9))
def test_a_code_counts_one_step_early_or_late_and_never_again(now: int, off: int, last: int) -> None:
    step = now + off
    found = totp.matching(SECRET, totp.code(SECRET, step), now, last)
    if abs(off) <= totp.WINDOW and step > last:
        assert found is not None
        assert found > last
    elif found is not None:
        assert totp.code(SECRET, found) == totp.code(SECRET, step)  # two steps that share a code


@pytest.mark.parametrize("given", ["", "12345", "1234567", "abcdef", "123456", "-12345"])  # fmt: skip
def test_nonsense_is_no_code(given: str) -> None:
    assert totp.matching(SECRET, given, 1, 0) is None


async def step_up(seat: Seat, **body: str) -> int:
    answer = await seat.post(routes.SESSION_STEP_UP, body)
    code: int = answer.status_code
    return code


def give(services: Services, login: str) -> None:
    services.db.write_now(lambda tx: totp.give(tx, services.vault, login, SECRET))


async def test_a_code_steps_up_once_and_a_replay_is_refused(client: Client, services: Services) -> None:
    give(services, "b3")
    seat = await office.seat(client, "b3")
    code = totp.code(SECRET, totp.step_at(wall()))
    assert await step_up(seat, code=code) == 204
    assert await step_up(seat, code=code) == 401
    audited = bench.query(services, "SELECT outcome FROM audit WHERE type = 'StepUp' ORDER BY seq")
    assert audited == [("applied",), ("refused",)]


async def test_wrong_codes_are_throttled_like_wrong_passwords(client: Client, services: Services) -> None:
    give(services, "b3")
    seat = await office.seat(client, "b3")
    right = totp.code(SECRET, totp.step_at(wall()))
    wrong = next(f"{n:06d}" for n in range(9) if totp.matching(SECRET, f"{n:06d}", totp.step_at(wall()), 0) is None)
    codes = {await step_up(seat, code=wrong) for _ in range(5)}
    assert codes == {401}
    assert await step_up(seat, code=right) == 429


async def test_nobody_without_a_secret_has_a_code_and_an_empty_password_is_wrong(client: Client) -> None:
    seat = await office.seat(client, "b3")
    assert await step_up(seat, code="000000") == 401
    assert await step_up(seat) == 401


async def test_the_secret_stands_nowhere_in_clear(services: Services, client: Client) -> None:
    give(services, "b3")
    dumped = "".join(await bench.dump(services))
    assert SECRET.hex() not in dumped.lower()
    assert totp.shown(SECRET) not in dumped


async def test_it_holds_in_this_session_only_and_for_five_minutes(client: Client, services: Services) -> None:
    approval = await (await office.seat(client, "a1")).asked(services, waive(20_000))
    here, there = await office.seat(client, "b3"), await office.seat(client, "b3")
    await here.fresh()
    assert (await there.decide(approval)).status_code == 401
    stale = "UPDATE token SET step_up_at = ? WHERE step_up_at IS NOT NULL"
    before = datetime.fromtimestamp(wall().timestamp() - 301, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    tamper(services, stale, before)
    assert (await here.decide(approval)).status_code == 401
    await here.fresh()
    assert (await here.decide(approval)).status_code == 200


async def test_six_digits_may_be_a_password_or_a_code_and_are_one_try(client: Client, services: Services) -> None:
    give(services, "b3")
    seat = await office.seat(client, "b3")
    code = totp.code(SECRET, totp.step_at(wall()))
    for _ in range(4):
        assert await step_up(seat, code="000000", password="000000") == 401
    assert await step_up(seat, code=code, password=code) == 204
    assert await step_up(seat, code="000000", password=bench.PASSWORD) == 204
