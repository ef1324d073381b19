"""A server that takes connections and says nothing, over a real socket: who was here before is soon at their desk and is
told the truth about it, who never was stays out; and a desk that was wiped says so before it ends."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from agent_tui.config import paths, profiles
from agent_tui.config.model import Settings
from agent_tui.desk import views
from agent_tui.desk.build import open_desk
from agent_tui.errors import Offline
from agent_tui.tui.entry import Entry, Typed
from agent_tui.wire import routes
from tests.flow.conftest import until
from tests.flow.fake import Fake
from tests.flow.seed import profile


@pytest.fixture
def silent() -> Iterator[str]:
    """Connections are made, since the system makes them; nobody takes them up."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


@pytest.fixture(autouse=True)
def impatient(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(paths.HOME, str(tmp_path))
    monkeypatch.setattr("agent_tui.client.api.READ_S", 0.5)
    monkeypatch.setattr("agent_tui.tui.entry.PATIENCE_S", 0.05)


async def test_whoever_was_here_before_is_let_in_and_sees_that_it_is_being_connected(silent: str) -> None:
    profiles.write("main", profiles.Known(url=silent, login="chen.xiao"))
    opened = await Entry(Settings(), "main", "zh").enter(Typed(server=silent, login="chen.xiao", password="pw"))
    status = opened.desk.view(views.StatusOf())
    assert status.connection == "connecting" and status.why is not None
    assert status.why.key == "desk.connection.connecting"
    await opened.desk.close()


async def test_whoever_never_was_is_kept_out_with_the_reason(silent: str) -> None:
    with pytest.raises(Offline) as refused:
        await Entry(Settings(), "main", "zh").enter(Typed(server=silent, login="chen.xiao", password="pw"))
    assert refused.value.key == "tui.sign_in.unreachable"


async def test_a_wipe_reaches_the_server_though_the_program_ends_with_it(tmp_path: Path, fake: Fake) -> None:
    """A desk that is wiped closes at once; its report is not cut off by that, and no connection is left behind."""
    told = asyncio.Event()

    async def slow(request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(0.1)
        told.set()
        return httpx.Response(204)

    fake.serve()
    fake.always("POST", routes.DEVICE_WIPED, slow)
    desk = open_desk(profile(tmp_path / "desk", transport=lambda: fake))
    await desk.connect("secret")
    desk.keeper.revoked()
    await until(lambda: desk.keeper.ended is not None)
    await desk.close()
    assert told.is_set()
