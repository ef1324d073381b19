"""A desk over a fake server, and how to wait for what must come."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from agent_tui.desk import views
from agent_tui.desk.build import open_desk
from agent_tui.desk.desk import Desk
from agent_tui.server.place import Where
from tests.flow.fake import Fake
from tests.flow.seed import profile
from tests.server import engines

PATIENCE_S = 10.0


async def until(true: Callable[[], object], what: str = "") -> None:
    """Return as soon as `true()` holds; fail when it does not come."""
    for _ in range(int(PATIENCE_S / 0.01)):
        if true():
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"did not come true: {what or true}")


def connection(desk: Desk) -> str:
    return str(desk.view(views.StatusOf()).connection)


def pending(desk: Desk) -> dict[str, str]:
    """type → state of what is not done with."""
    return {p.type: p.state for p in desk.view(views.PendingWork())}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits of the lanes in hundredths of a second, so that a test of them ends."""
    monkeypatch.setattr("agent_tui.client.backoff.BASE_S", 0.02)
    monkeypatch.setattr("agent_tui.client.backoff.Backoff.__init__.__defaults__", (0.02, 0.2))
    monkeypatch.setattr("agent_tui.sync.push.TICK_S", 0.02)


ON_BOTH = pytest.mark.parametrize("ledger", engines.BOTH, indirect=True)
"""For what a desk must be able to rely on whichever engine the server has; everything else is played on SQLite."""


@pytest.fixture
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Where]:
    """Where the server's ledger is, on the engine that `ON_BOTH` asks for."""
    with engines.on(getattr(request, "param", "sqlite")):
        yield engines.place(tmp_path, "server.db")


@pytest.fixture
async def fake() -> AsyncIterator[Fake]:
    transport = Fake()
    yield transport
    assert not transport.unprepared, f"requests nobody prepared: {transport.unprepared}"


@pytest.fixture
async def desk(tmp_path: Path, fake: Fake) -> AsyncIterator[Desk]:
    """Opened, not connected."""
    opened = open_desk(profile(tmp_path, transport=lambda: fake))
    yield opened
    await opened.close()


@pytest.fixture
async def live(desk: Desk, fake: Fake) -> Desk:
    """Connected, following the feed."""
    fake.serve()
    await desk.connect("secret")
    await until(lambda: connection(desk) == "live", "live")
    return desk
