"""Break-glass from the monitor wall, with everything real: two people, a reason, a command of its own, and a reviewer who
finds it among what is always looked at."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agent_tui.domain.approval import Approval
from agent_tui.domain.ticket import TicketKind
from agent_tui.server import seed
from agent_tui.server.customers import NewCustomer
from agent_tui.server.database import Database
from agent_tui.server.state import TableState
from tests import eg
from tests.pty.floor import Floor, leader, until
from tests.pty.pair import SIGNER, SIGNER_ID, sign

pytestmark = pytest.mark.pty_long
BOSS, REVIEWER = "nakamura.yui", "bai.xinyue"
"""A supervisor of level 4 whose group has the complaint; nobody else of that level is there, and it takes two."""


@pytest.fixture
def floor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Floor]:
    monkeypatch.setenv("AGENT_TUI_HOME", str(tmp_path / "home"))
    people = {BOSS: "a3003", SIGNER: SIGNER_ID, REVIEWER: "a5002"}
    made = Floor(tmp_path / "home", [NewCustomer(id="c1", name="张伟", phone="13812345678")], people)
    made.serve()
    made.kill()
    complaint = eg.ticket(
        "t1",
        kind=TicketKind.COMPLAINT,
        customer_id="c1",
        complaint_level="crisis",
        group="complaints",
        title="三次未答复",
    )
    db = Database(made.database)
    db.write_now(lambda tx: seed.publish(tx, (complaint,), "Changed", datetime.now(UTC)))
    db.close()
    made.serve()
    yield made
    made.close()


def test_from_the_wall_two_people_break_the_glass_and_it_is_reviewed(floor: Floor) -> None:
    wall = floor.desk(BOSS, mode="monitor")
    second = floor.desk(SIGNER, columns=80, rows=24)
    until(wall, "+ live")
    until(second, "+ live")
    leader(wall, "X")
    until(wall, "must both be L3 or above")
    wall.send("enter")
    until(wall, "Find a customer", "Enter or F9 search")
    wall.send("zhangwei", "enter")
    until(wall, "by pinyin")
    wall.send("enter")
    until(wall, "Close complaint")
    wall.send("1")
    until(wall, "三次未答复", "Reason")
    wall.send("the legal clock ends today", "f9")
    until(wall, "Break-glass: Close complaint", "Why you ask: the legal clock ends today")
    wall.send("enter")
    until(wall, "Password or one-time code")
    wall.send("enter")
    until(wall, "Break-glass asked for: Close complaint")

    until(second, "! to sign 1")
    second.send("f8")
    until(second, "Waits for me")
    second.send("enter")
    until(second, "Break-glass: two people", "the legal clock ends today", "F9 sign", "L3 or above x1")
    sign(second)
    until(second, "Co-signed and executed: Close complaint")
    until(wall, "Co-signed and executed: Close complaint")
    floor.leave(second)

    reviewer = floor.desk(REVIEWER, mode="monitor")
    until(reviewer, "+ live")
    reviewer.send("f9")
    until(reviewer, "1 to review", "broke the glass")
    reviewer.send("f9")
    until(reviewer, "the legal clock ends today", "F9 in order", "中村結衣", "许梦蕾")
    assert _kinds(floor) == [("break_glass", "executed", True)]


def _kinds(floor: Floor) -> list[tuple[str, str, bool]]:
    """Kind, end and whether it is reviewed in every case, of every request there ever was."""
    floor.kill()
    db = Database(floor.database)
    found = db.read_now(lambda tx: TableState(tx).find(Approval))
    db.close()
    return [(one.kind, one.state.value, one.review) for one in found]
