"""Two server processes on one PostgreSQL and people at both: no sum passes a limit between them, and a pace is one pace."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator

import pytest

from agent_tui import ids
from agent_tui.client import endpoints
from agent_tui.client.api import Api
from agent_tui.client.problems import Declined
from agent_tui.config import data
from agent_tui.config.centre import load
from agent_tui.domain.approval import Approval
from agent_tui.domain.commands import Command, RequestApproval
from agent_tui.server.database import read_apart
from agent_tui.server.place import Remote
from agent_tui.server.state import TableState
from agent_tui.wire.command import Envelope
from bench.serving import Serving
from tests.server import bench, engines, office
from tests.server.office import waive

pytestmark = pytest.mark.one_engine("several processes are only for PostgreSQL")
FOR_ONE_CUSTOMER = 5_000
"""The most of fees that level 2 waives for one customer in a day, in fen; 50-amounts.cedar."""
LEVEL_3_SIGNS = 30_000
"""Up to this sum level 3 may sign."""


@pytest.fixture(scope="module")
def where(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Remote]:
    """The office on PostgreSQL."""
    folder = tmp_path_factory.mktemp("office")
    with engines.on("postgres"):
        services = office.open_office(folder)
        bench.add_customer(services, "found")
        services.db.close()
        found = engines.place(folder)
        assert isinstance(found, Remote)
        yield found


@pytest.fixture(scope="module")
def two(where: Remote, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Serving, Serving]]:
    folder = tmp_path_factory.mktemp("homes")
    both = Serving(where, folder / "one"), Serving(where, folder / "two")
    yield both
    for serving in both:
        serving.stop()


@pytest.fixture
async def desks(two: tuple[Serving, Serving]) -> AsyncIterator[list[Api]]:
    """a1 at the first process, a2 at the second, a1 again at the second, a2 at the first."""
    opened: list[Api] = []
    for serving, login in zip((*two, *reversed(two)), ("a1", "a2", "a1", "a2"), strict=True):
        opened.append(Api(serving.url, f"d-{login}-{len(opened)}"))
        opened[-1].token = (await endpoints.sign_in(opened[-1], login, bench.PASSWORD)).token
    yield opened
    for api in opened:
        await api.close()


async def send(api: Api, command: Command) -> str:
    """`applied`, `awaiting_approval`, or why it was refused."""
    try:
        return (await endpoints.send(api, Envelope(id=ids.uuid7(), command=command), 0)).outcome
    except Declined as error:
        return error.problem.name


def who(at: int) -> str:
    return ("a1", "a2")[at % 2]


async def test_acts_at_the_limit_through_two_processes_never_pass_it(where: Remote, desks: list[Api]) -> None:
    acts = [send(desks[n % 4], waive(700, who(n))) for n in range(24)]
    outcomes = await asyncio.gather(*acts)
    assert Counter(outcomes) == {"applied": FOR_ONE_CUSTOMER // 700, "limit-exceeded": 24 - FOR_ONE_CUSTOMER // 700}
    query = "SELECT SUM(amount_minor) FROM limit_hold WHERE customer_id = 'c1' AND state <> 'released'"
    assert read_apart(where, lambda tx: engines.raw(tx, query))[0][0] == FOR_ONE_CUSTOMER // 700 * 700


async def test_requests_at_the_limit_through_two_processes_never_pass_it(where: Remote, desks: list[Api]) -> None:
    """Each reserves when it is made, so those that come after need somebody higher."""
    asked = [RequestApproval(command=waive(7_000, who(n), "c2"), reason="above my level") for n in range(12)]
    await asyncio.gather(*(send(desks[n % 4], command) for n, command in enumerate(asked)))
    rows = read_apart(where, lambda tx: TableState(tx).find(Approval, customer_id="c2"))
    assert len(rows) == len(asked)
    low = [row for row in rows if row.level == 3]
    assert sum(row.amount_minor or 0 for row in low) == LEVEL_3_SIGNS // 7_000 * 7_000
    assert sorted(row.used_minor for row in rows) == [7_000 * n for n in range(len(asked))]


async def test_two_processes_count_the_searches_of_one_person_together(desks: list[Api]) -> None:
    most = load(data.shipped("scripts/centre")).settings.searches_per_hour
    one, other = desks[0], desks[2]
    for n in range(most):
        await endpoints.find_customers((one, other)[n % 2], bench.NAME)
    for api in (one, other):
        with pytest.raises(Declined) as caught:
            await endpoints.find_customers(api, bench.NAME)
        assert caught.value.key == "authority.searches"
