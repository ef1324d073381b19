"""Offline, as a person lives it: the backend is killed in mid-call, the desk goes on, says what must wait, and loses
nothing even if it is killed itself; when both are back everything arrives once, in order."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent_tui.domain.commands import ReportEvent
from agent_tui.server import at_rest
from bench.terminal import Terminal
from tests.pty.floor import AGENT, Floor, Seat, call, cut_off, leader, ready, until


@pytest.fixture
def floor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Floor]:
    monkeypatch.setenv("AGENT_TUI_HOME", str(tmp_path / "home"))
    made = Floor(tmp_path / "home")
    made.serve()
    yield made
    made.close()


def commands(floor: Floor) -> list[str]:
    """Types of the agent's applied commands in the ledger's order, read beside the server."""
    with contextlib.closing(sqlite3.connect(floor.database)) as db:
        rows = db.execute("SELECT type FROM audit WHERE actor = ? AND outcome = 'applied' ORDER BY seq", (AGENT,))
        return [type for (type,) in rows if type in ("AddNote", "WrapUpContact")]


def in_conversation(floor: Floor) -> Seat:
    """A desk whose person is talking to a customer."""
    desk = floor.desk()
    ready(desk)
    call(floor, desk, customer=None)
    return desk


REFUSED = "Not while the server is out of reach"
KEPT = "Kept on this machine, sent when the server is back: "


def test_a_killed_backend_and_a_killed_desk_lose_nothing_and_repeat_nothing(floor: Floor) -> None:
    desk = in_conversation(floor)
    floor.report(ReportEvent(contact_id="k1", event="ConnectionCleared", party="customer"))
    until(desk, "~ Wrap-up")
    floor.kill()
    until(desk, "OFFLINE")
    for letter in "aWBR":
        leader(desk, letter)
        until(desk, REFUSED)
        assert "unsent" not in desk.text()

    leader(desk, "n")
    until(desk, "Note *")
    desk.send("first thought")
    until(desk, "first thought")
    desk.send("f9")
    until(desk, KEPT + "Note", "unsent 1")

    leader(desk, "n")
    until(desk, "Note *")
    desk.send("second thought")
    until(desk, "second thought")
    draft_on_disk(desk)
    cut_off(floor, desk)

    desk = floor.desk()
    until(desk, "OFFLINE", "unsent 1")
    leader(desk, "n")
    until(desk, "second thought")
    desk.send("f9")
    until(desk, "unsent 2")
    desk.send("f9")
    until(desk, "Result *")
    desk.send("1", "f9")
    until(desk, KEPT + "Wrap up", "unsent 3")
    assert commands(floor) == []

    floor.serve()
    until(desk, "+ live", "+ Ready")
    until(desk, "No contact.", without="unsent")
    assert commands(floor) == ["AddNote", "AddNote", "WrapUpContact"]
    assert notes(floor) == ["first thought", "second thought"]
    assert floor.leave(desk) == 143, "ended by a signal, and the terminal given back"


def draft_on_disk(desk: Terminal) -> None:
    """A draft is on disk within 200 ms; waiting longer than that is what the test is about."""
    desk.settle(quiet=0.5, most=1.0)


def notes(floor: Floor) -> list[str]:
    with contextlib.closing(sqlite3.connect(floor.database)) as db:
        at_rest.teach(db, floor.database)
        bodies = db.execute(
            "SELECT clear(body) AS b FROM state WHERE entity = 'note' ORDER BY json_extract(b, '$.at')"
        )
        return [json.loads(body)["text"] for (body,) in bodies]
