"""A desk whose person typed their password: killed in the middle of a word, locked, unlocked, and wiped from afar."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from agent_tui.wire import routes
from tests.pty.floor import AGENT, LOGIN, PASSWORD, Floor, cut_off, leader, until


@pytest.fixture
def floor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Floor]:
    monkeypatch.setenv("AGENT_TUI_HOME", str(tmp_path / "home"))
    made = Floor(tmp_path / "home", people={LOGIN: AGENT, "admin": "a9001"})
    made.serve()
    yield made
    made.close()


def test_what_was_typed_survives_kill_lock_and_a_wrong_password(floor: Floor) -> None:
    desk = floor.signed_in(LOGIN, columns=80, rows=24)
    until(desk, "+ live")
    leader(desk, "s")
    until(desk, "Esc")
    desk.send("half a name")
    until(desk, "half a name")
    desk.settle(quiet=0.5, most=1.0)
    cut_off(floor, desk)

    desk = floor.signed_in(LOGIN, columns=80, rows=24)
    until(desk, "+ live")
    leader(desk, "5")
    until(desk, "Unsent drafts (1)", "half a name")
    desk.send("escape")
    until(desk, without="Unsent drafts")
    leader(desk, "0")
    until(desk, "This desk is locked", without="+ live  ")
    desk.send("wrong", "enter")
    until(desk, "4 tries left")
    desk.send(PASSWORD, "enter")
    until(desk, "F9 Ready for contacts", without="This desk is locked")


def test_a_wiped_device_ends_and_says_why_and_leaves_nothing_to_read(floor: Floor) -> None:
    desk = floor.signed_in(LOGIN, columns=80, rows=24)
    until(desk, "+ live")
    headers = {"x-device-id": "office"}
    body = {"login": "admin", "password": PASSWORD, "device_id": "office"}
    token = httpx.post(floor.url + routes.SESSION, json=body, headers=headers).json()["token"]
    headers["authorization"] = f"Bearer {token}"
    device = _device(floor.url, headers)
    assert httpx.post(floor.url + routes.DEVICE_WIPE, json={"device": device}, headers=headers).status_code == 204
    until(desk, "An administrator withdrew this device")
    os.waitid(os.P_PID, desk.pid, os.WEXITED | os.WNOWAIT)
    assert floor.leave(desk) == 77
    left = {file.name for file in (floor.home / "data" / "profiles" / LOGIN).iterdir()}
    assert not left & {"vault.json", "lease", "journal.db"}


def _device(url: str, headers: dict[str, str]) -> str:
    """The person's device, once it has its lease."""
    for _ in range(100):
        devices = httpx.get(url + routes.DEVICES, headers=headers).json()
        found = [one["id"] for one in devices if one["login"] == LOGIN]
        if found:
            return str(found[0])
        time.sleep(0.1)
    raise AssertionError(devices)
