"""Who is at a screen: published with the first stream, taken back at sign-out and after a crash, kept over a hiccup."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from agent_tui.domain.agent import Agent
from agent_tui.server import screens
from agent_tui.server.presence import Presence
from agent_tui.server.screens import Screens
from agent_tui.server.services import Services
from agent_tui.server.state import TableState
from agent_tui.wire import routes
from tests.server import bench
from tests.server.test_stream import Live, token

Now = list[float]


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> Now:
    """Real seconds as the screens and the job know them; moved by hand."""
    at = [1000.0]
    monkeypatch.setattr("agent_tui.server.screens.monotonic", lambda: at[0])
    monkeypatch.setattr("agent_tui.server.presence.monotonic", lambda: at[0])
    return at


def test_a_stream_that_comes_back_in_time_was_never_gone(now: Now) -> None:
    kept = Screens()
    with kept.follows("s1"):
        assert kept.now() == {"s1"}
    now[0] += screens.LIMIT_S - 1
    assert kept.now() == {"s1"}
    with kept.follows("s1"):
        now[0] += 100
        assert kept.now() == {"s1"}
    now[0] += screens.LIMIT_S
    assert kept.now() == frozenset()


def test_who_signed_out_is_gone_at_once_with_a_stream_still_ending(now: Now) -> None:
    kept = Screens()
    with kept.follows("s1"):
        kept.leave("s1")
        assert kept.now() == frozenset()
    assert kept.now() == frozenset()
    with kept.follows("s1"):
        assert kept.now() == {"s1"}


def test_one_of_two_screens_is_enough(now: Now) -> None:
    kept = Screens()
    with kept.follows("s1"):
        with kept.follows("s1"):
            pass
        now[0] += 100
        assert kept.now() == {"s1"}


async def boss(services: Services) -> Agent:
    found = await services.db.read(lambda tx: TableState(tx).get(Agent, "s1"))
    assert found is not None
    return found


async def test_after_a_start_people_have_time_to_come_back(tmp_path: Path, now: Now) -> None:
    services = bench.open_bench(tmp_path)
    job = Presence(services)
    with services.screens.follows("s1"):
        await job.step()
    assert (await boss(services)).signed_in and (await boss(services)).here
    again = Presence(services)
    now[0] += screens.LIMIT_S - 1
    await again.step()
    assert (await boss(services)).signed_in
    now[0] += 2
    await again.step()
    assert not (await boss(services)).here
    services.db.close()


@pytest.fixture
async def live(tmp_path: Path) -> AsyncIterator[Live]:
    server = Live(bench.open_bench(tmp_path))
    yield server
    await asyncio.to_thread(server.stop)


async def wait_for(services: Services, job: Presence, wanted: bool) -> None:
    for _ in range(200):
        await job.step()
        if (await boss(services)).signed_in is wanted:
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"signed_in is not {wanted}")


async def test_a_desk_that_crashed_is_gone_after_the_limit_and_one_that_signs_out_at_once(
    live: Live, now: Now
) -> None:
    services, job = live.services, Presence(live.services)
    async with httpx.AsyncClient(base_url=live.url) as http:
        who = await token(http, "boss")
        cursor = (await http.get(routes.SNAPSHOT, headers=who)).json()["cursor"]
        for crash in (True, False):
            async with http.stream("GET", routes.STREAM, params={"cursor": cursor}, headers=who) as stream:
                assert stream.status_code == 200
                await wait_for(services, job, True)
                if not crash:
                    assert (await http.delete(routes.SESSION, headers=who)).status_code == 204
                    await wait_for(services, job, False)
            if crash:
                await job.step()
                assert (await boss(services)).signed_in, "a stream may break for a moment"
                for _ in range(200):
                    now[0] += screens.LIMIT_S
                    if not services.screens.now():
                        break
                    await asyncio.sleep(0.02)
                await wait_for(services, job, False)
