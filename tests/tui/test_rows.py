"""The list repaints what changed and nothing else, and keeps its place."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from agent_tui.tui.screens.desk_view import ACTIONS_AFTER_S
from agent_tui.tui.widgets.lines import Lines
from tests.tui.fake import FakeDoor
from tests.tui.stage import Stage, stage


@contextmanager
def painted(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[str, int]]]:
    """(widget, line) of every line painted."""
    seen: list[tuple[str, int]] = []
    for kind in (Lines, *Lines.__subclasses__()):
        if "render_line" in vars(kind):
            original = vars(kind)["render_line"]

            def watched(self: Lines, y: int, original: Any = original) -> Any:
                seen.append((self.id or "", y))
                return original(self, y)

            monkeypatch.setattr(kind, "render_line", watched)
    yield seen
    monkeypatch.undo()


async def quiet(at: Stage) -> None:
    """Nothing ticks while lines are counted."""
    at.desk.tick = lambda: None  # type: ignore[method-assign]
    await at.pilot.pause(2 * ACTIONS_AFTER_S)
    await at.settle()


async def test_moving_the_cursor_paints_two_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    async with stage(FakeDoor(rows=60)) as at:
        await quiet(at)
        with painted(monkeypatch) as seen:
            await at.press("down")
        assert sorted(y for id, y in seen if id == "queue-rows") == [0, 1]
        assert not [id for id, _ in seen if id in ("customer-lines", "node", "action-lines")]


async def test_a_change_of_one_row_paints_that_line(monkeypatch: pytest.MonkeyPatch) -> None:
    async with stage(FakeDoor(rows=10)) as at:
        await quiet(at)
        at.door._put("q3", subject="别的事情")
        with painted(monkeypatch) as seen:
            await at.told("contact")
        assert [y for id, y in seen if id == "queue-rows"] == [3]


async def test_at_the_edge_the_list_scrolls_half_a_page() -> None:
    async with stage(FakeDoor(rows=200)) as at:
        rows = at.desk.queue.rows
        height = rows.size.height
        await at.press(*["down"] * height)
        assert rows.cursor == height
        assert rows.scroll_offset.y == height - height // 2


async def test_the_cursor_stays_on_its_row_when_others_come_and_go() -> None:
    async with stage(FakeDoor(rows=30)) as at:
        rows = at.desk.queue.rows
        await at.press("down", "down", "down")
        held = rows.row
        assert held is not None
        at.door.contacts = {"new": at.door.add_waiting(99), **at.door.contacts}
        at.door.contacts.pop("q1")
        await at.told("contact")
        assert rows.row is not None
        assert rows.row.id == held.id


async def test_end_and_home_of_a_hundred_thousand_rows_read_a_window_only() -> None:
    door = FakeDoor(rows=0)
    contact = door.add_waiting(0)
    door.contacts = {}
    row = door._row(contact)
    asked: list[int] = []

    def page(query: object) -> object:
        import msgspec

        from agent_tui.desk.views import QueuePage, QueueRows

        assert isinstance(query, QueueRows)
        asked.append(query.limit)
        span = range(query.offset, min(query.offset + query.limit, 100_000))
        return QueuePage(
            total=100_000, offset=query.offset, rows=tuple(msgspec.structs.replace(row, id=f"r{n}") for n in span)
        )

    door._view_QueueRows = page  # type: ignore[method-assign,assignment]
    async with stage(door) as at:
        await at.press("end")
        assert at.desk.queue.rows.cursor == 99_999
        assert at.desk.queue.rows.row is not None
        assert at.desk.queue.rows.row.id == "r99999"
        await at.press("home")
        assert at.desk.queue.rows.cursor == 0
        assert max(asked) <= 200


async def test_a_burst_of_changes_is_painted_once() -> None:
    async with stage() as at:
        await quiet(at)
        counted: list[frozenset[str]] = []
        at.desk.refresh_view = counted.append  # type: ignore[method-assign,assignment]
        for _ in range(50):
            at.door.tell("contact")
        await at.pilot.pause(0.3)
        assert counted == [frozenset({"contact"})]


async def test_an_empty_list_has_a_sentence_and_no_cursor() -> None:
    async with stage(FakeDoor(rows=0)) as at:
        at.door.tickets = {}
        await at.told("ticket")
        await at.press("down", "up", "end", "enter")
        assert "没有人在等" in at.text
