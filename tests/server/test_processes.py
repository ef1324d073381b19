"""Two server processes on one PostgreSQL: what one commits the other shows, and when one is killed the other goes on."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from agent_tui import ids
from agent_tui.client import endpoints
from agent_tui.client.api import Api
from agent_tui.clock import monotonic
from agent_tui.domain.agent import AgentState
from agent_tui.domain.commands import SetAgentState
from agent_tui.server import audit
from agent_tui.server.database import Database, Tx, read_apart
from agent_tui.server.lease import Lease, LedDatabase, NotLeading
from agent_tui.server.place import Remote
from agent_tui.wire.command import Envelope, Outcome
from bench import fleet
from bench.fleet import Desk, Seen
from bench.serving import Serving
from tests.server import engines

pytestmark = pytest.mark.one_engine("several processes are only for PostgreSQL")
PATIENCE_S = 30.0


@pytest.fixture
def where(tmp_path: Path) -> Iterator[Remote]:
    with engines.on("postgres"):
        found = engines.place(tmp_path)
        assert isinstance(found, Remote)
        yield found


@pytest.fixture
def two(where: Remote, tmp_path: Path) -> Iterator[tuple[Serving, Serving]]:
    """Both over one database with four people; the first has taken the lease."""
    fleet.furnish(where, fleet.people(4))
    first = Serving(where, tmp_path / "one")
    second = Serving(where, tmp_path / "two")
    yield first, second
    second.stop()
    first.stop()


SignedIn = Callable[[str, str], Awaitable[Api]]


@pytest.fixture
async def signed_in() -> AsyncIterator[SignedIn]:
    """Signs somebody in at a server."""
    opened: list[Api] = []

    async def come(url: str, login: str) -> Api:
        opened.append(Api(url, f"d-{login}"))
        opened[-1].token = (await endpoints.sign_in(opened[-1], login, fleet.PASSWORD)).token
        return opened[-1]

    yield come
    for api in opened:
        await api.close()


@contextlib.asynccontextmanager
async def at(desk: Desk, seen: Seen) -> AsyncIterator[None]:
    """Somebody sits at a desk and follows the feed."""
    listening = asyncio.Event()
    task = asyncio.create_task(fleet.sit(desk, seen, asyncio.Semaphore(1), listening))
    await listening.wait()
    yield
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def until(true: Callable[[], bool], what: str) -> None:
    end = monotonic() + PATIENCE_S
    while not await asyncio.to_thread(true):
        assert monotonic() < end, what
        await asyncio.sleep(0.1)


async def ready(api: Api) -> Outcome:
    return await endpoints.send(api, Envelope(id=ids.uuid7(), command=SetAgentState(state=AgentState.READY)), 0)


def offers(where: Remote) -> Counter[str]:
    """How often each contact was offered to somebody."""
    query = "SELECT target FROM command WHERE type = 'OfferToAgent' AND outcome = 'applied'"
    return Counter(row[0] for row in read_apart(where, lambda tx: engines.raw(tx, query)))


async def test_a_killed_process_is_followed_by_the_other_and_nothing_happens_twice(
    where: Remote, two: tuple[Serving, Serving], signed_in: SignedIn
) -> None:
    first, second = two
    seen, switch = Seen(), await signed_in(second.url, "link:fleet")
    async with at(Desk("fleet.002", "fleet2", second.url), seen):
        await fleet.call(await signed_in(first.url, "link:fleet"), seen, 2)
        await until(
            lambda: any("fleet.002" in got for got in seen.got.values()), "the other process does not show it"
        )
        await ready(await signed_in(first.url, "fleet.000"))
        await fleet.call(switch, seen, 0)
        await until(lambda: sum(offers(where).values()) == 1, "the process that leads does not route")
        first.kill()
        await ready(await signed_in(second.url, "fleet.001"))
        await fleet.call(switch, seen, 1)
        await until(lambda: sum(offers(where).values()) == 2, "nobody took over")
        await fleet.call(switch, seen, 2)
        await until(
            lambda: len([1 for got in seen.got.values() if "fleet.002" in got]) == 2, "the screen stands still"
        )
    theirs = [id for id, group in seen.group.items() if group == "fleet2"]
    assert [id for id, got in seen.got.items() if "fleet.002" in got] == theirs
    assert set(offers(where).values()) == {1}
    assert read_apart(where, audit.verify).ok
    seqs = [row[0] for row in read_apart(where, lambda tx: engines.raw(tx, "SELECT seq FROM feed ORDER BY seq"))]
    assert seqs == list(range(1, len(seqs) + 1)), "the feed has a gap"


async def test_whoever_stood_still_and_lost_the_lease_writes_nothing(
    where: Remote, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1000.0]
    monkeypatch.setattr("agent_tui.server.lease.monotonic", lambda: now[0])
    db = Database(where)
    stood, other = Lease(db), Lease(db)
    await stood.renew()
    await other.renew()
    assert [stood.held, other.held] == [True, False]
    await db.beside(lambda tx: engines.raw(tx, "UPDATE lease SET until = 0"))
    await other.renew()
    assert [stood.held, other.held] == [True, True], "until it looks at the row or the clock, it believes"

    def job(tx: Tx) -> int:
        return tx.run("setting_put", name="by", value="whoever stood still")

    with pytest.raises(NotLeading):
        LedDatabase(db, stood).write_now(job)
    assert db.read_now(lambda tx: tx.value("setting_get", name="by")) is None
    await other.drop()
    await stood.renew()
    assert [stood.held, other.held] == [True, False]
    LedDatabase(db, stood).write_now(job)
    db.close()
