"""Offline, as a person lives it: the backend is killed in mid-call, the desk goes on, says what must wait, and loses
nothing even if it is killed itself; when both are back everything arrives once, in order."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent_tui.domain.commands import OfferNew, ReportEvent
from agent_tui.domain.contact import Channel
from agent_tui.server import at_rest
from bench.terminal import Terminal
from tests.pty.floor import AGENT, Floor, cut_off, ready, until

pytestmark = pytest.mark.pty


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


def in_conversation(floor: Floor) -> Terminal:
    """A desk whose person is talking to a customer."""
    desk = floor.desk()
    ready(desk)
    floor.report(OfferNew(contact_id="k1", channel=Channel.PHONE, caller="13812345678", group="cards", text="fee"))
    until(desk, "OFFERED TO YOU")
    desk.send("f9")
    established = ReportEvent(contact_id="k1", event="Established", agent_id=AGENT, party="agent")
    until(desk, "talking", again=lambda: floor.report(established))
    return desk


REFUSED = "Not while the server is out of reach"
KEPT = "Kept on this machine, sent when the server is back: "


def leader(desk: Terminal, letter: str) -> None:
    """F2 and a letter, each typed when the screen is ready for it."""
    desk.send("f2")
    until(desk, "F2, then")
    desk.send(letter)
    until(desk, without="F2, then")


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
    cut_off(desk)

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
    until(desk, "No contact.")
    assert "unsent" not in desk.text()
    assert commands(floor) == ["AddNote", "AddNote", "WrapUpContact"]
    assert notes(floor) == ["first thought", "second thought"]
    assert desk.close() == 143, "ended by a signal, and the terminal given back"


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
