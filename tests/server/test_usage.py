"""What desks are told of limits: every sum that counts, whoever used it, to whom it matters and to nobody else."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from agent_tui.clock import ManualClock
from agent_tui.domain.commands import AmendApproval, WithdrawApproval
from agent_tui.domain.usage import DayUse
from agent_tui.server import expiry, limits, usage
from agent_tui.server.services import Services
from agent_tui.server.state import TableState
from agent_tui.wire import routes
from tests.server import office
from tests.server.engines import tamper
from tests.server.office import waive

Client = AsyncTestClient[Litestar]


@pytest.fixture
def services(tmp_path: Path) -> Services:
    return office.open_office(tmp_path)


def used(services: Services) -> dict[str, int]:
    rows = services.db.read_now(lambda tx: TableState(tx).find(DayUse))
    return {row.id: row.minor["waive_fee"] for row in rows if row.minor}


async def told(seat: office.Seat) -> set[str]:
    """Ids of the sums in somebody's snapshot."""
    page = (await seat.get(routes.SNAPSHOT)).json()
    return {change["id"] for change in page["changes"] if change["entity"] == "use"}


async def test_a_person_a_team_and_a_customer_have_their_sums_and_see_only_theirs(
    client: Client, services: Services
) -> None:
    one, again, other, apart = [await office.seat(client, id) for id in ("a1", "a1", "a2", "b4")]
    assert (await one.send(waive(2_000))).status_code == 200
    assert (await again.send(waive(500))).status_code == 200
    assert (await other.send(waive(1_000, "a2"))).status_code == 200
    assert used(services) == {"agent:a1": 2_500, "agent:a2": 1_000, "team:t-a": 3_500, "customer:c1": 3_500}
    assert await told(one) == {"agent:a1", "team:t-a", "customer:c1"}
    assert await told(other) == {"agent:a2", "team:t-a", "customer:c1"}
    assert await told(apart) == {"customer:c1"}


async def test_what_was_lent_counts_for_whoever_lent_it_too(client: Client, services: Services) -> None:
    lender, desk = await office.fresh(client, "b3"), await office.fresh(client, "a1")
    lent, answer = await lender.lend("a1", max_level=3, max_minor=20_000)
    assert answer.status_code == 200
    assert (await desk.send(waive(9_000, delegation_id=lent))).status_code == 200
    assert used(services) == {"agent:a1": 9_000, "agent:b3": 9_000, "team:t-a": 9_000, "customer:c1": 9_000}


async def test_a_request_reserves_is_lowered_and_given_back(client: Client, services: Services) -> None:
    desk = await office.seat(client, "a1")
    asked = await desk.asked(services, waive(9_000))
    assert used(services)["customer:c1"] == 9_000
    lower = AmendApproval(
        approval_id=asked.id, amount_minor=8_000, payload_hash=asked.payload_hash, reason="less will do"
    )
    assert (await desk.send(lower)).status_code == 200
    assert used(services)["agent:a1"] == 8_000
    assert (await desk.send(WithdrawApproval(approval_id=asked.id))).status_code == 200
    assert used(services) == {}
    late = await desk.asked(services, waive(9_000))
    assert used(services)["team:t-a"] == 9_000
    now = late.expires_at
    day = limits.day_of(now, services.rules.timezone)
    services.db.write_now(lambda tx: expiry.sweep(tx, now, day))
    assert used(services) == {}


async def test_sums_are_of_one_day(client: Client, services: Services) -> None:
    desk = await office.seat(client, "a1")
    assert (await desk.send(waive(2_000))).status_code == 200
    row = services.db.read_now(lambda tx: TableState(tx).get(DayUse, "agent:a1"))
    assert row is not None
    assert (row.on(row.day, "waive_fee"), row.on(row.day, "grant_goodwill"), row.on("2026-03-03", "waive_fee")) == (
        2_000,
        0,
        0,
    )
    assert isinstance(services.clock, ManualClock)
    services.clock.advance(timedelta(days=1).total_seconds())
    assert (await desk.send(waive(300))).status_code == 200
    assert used(services)["agent:a1"] == 300


async def test_a_server_publishes_at_its_start_what_a_former_program_held(services: Services) -> None:
    held = "INSERT INTO limit_hold VALUES ('x', 1, 'a1', '', 't-a', 'c1', 'waive_fee', '2026-03-02', 700, 'used')"
    tamper(services, held)
    assert used(services) == {}
    services.db.write_now(lambda tx: usage.begin(tx, "2026-03-02", services.clock.now()))
    assert used(services) == {"agent:a1": 700, "team:t-a": 700, "customer:c1": 700}
    services.db.close()


async def test_a_request_shows_the_signer_every_sum_it_counts_in(client: Client, services: Services) -> None:
    desk, other = await office.seat(client, "a1"), await office.seat(client, "a2")
    assert (await desk.send(waive(3_000, customer="c2"))).status_code == 200
    assert (await other.send(waive(1_500, "a2"))).status_code == 200
    asked = await desk.asked(services, waive(9_000))
    assert (asked.maker_used_minor, asked.used_minor, asked.team_used_minor) == (3_000, 1_500, 4_500)
