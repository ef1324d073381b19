"""A server that takes connections and says nothing, over a real socket: who was here before is soon at their desk and is
told the truth about it, who never was stays out."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent_tui.config import paths, profiles
from agent_tui.config.model import Settings
from agent_tui.desk import views
from agent_tui.errors import Offline
from agent_tui.tui.entry import Entry, Typed


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
