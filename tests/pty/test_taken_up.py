"""A complaint at three desks: its owner's, and those of two colleagues of its group who both would take it up."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from agent_tui.domain.commands import RaiseWorkOrder
from agent_tui.server.customers import NewCustomer
from tests.pty.floor import AGENT, LOGIN, Floor, Seat, leader, ready, until

pytestmark = pytest.mark.pty_long
FIRST, SECOND = "pan.lihua", "qin.zhengyi"
"""Both of the group `complaints`, with the certification."""


@pytest.fixture
def floor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Floor]:
    monkeypatch.setenv("AGENT_TUI_HOME", str(tmp_path / "home"))
    people = {LOGIN: AGENT, FIRST: "a1016", SECOND: "a4001"}
    floor = Floor(tmp_path / "home", [NewCustomer(id="c1", name="张伟", phone="13812345678")], people)
    floor.serve()
    yield floor
    floor.close()


def reading(floor: Floor, login: str) -> Seat:
    """A colleague with the complaint's page before them."""
    desk = floor.desk(login)
    ready(desk)
    until(desk, "SERIOUS wait", "F9 Read the ticket")
    desk.send("f9")
    until(desk, "F9 Take it up", "due ")
    return desk


def test_one_has_it_the_other_is_told_who_and_its_owner_sees_it(floor: Floor) -> None:
    order = RaiseWorkOrder(
        group="complaints", title="waited an hour", text="x", customer_id="c1", complaint="serious"
    )
    assert floor.order(order) == "applied"
    first, second = reading(floor, FIRST), reading(floor, SECOND)
    first.send("f9")
    until(first, "is in your hands", "138••••5678")
    second.send("f9")
    until(second, "潘丽华 took up ticket", "[潘丽华]")
    owner = floor.desk()
    until(owner, "+ live", "[潘丽华]")
    leader(first, "9")
    until(first, "F8 Close the complaint", "F7 Give it back")
    first.send("f7")
    until(first, "Give it back", "Done", without="138••••5678")
    until(owner, ">. open", without="[潘丽华]")
