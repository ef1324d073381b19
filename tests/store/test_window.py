"""A window shows what the whole list would show there, wherever it is and however one came to it."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agent_tui.domain.contact import Contact, ContactState, Priority
from agent_tui.store import place, write
from agent_tui.store.cache import Cache
from agent_tui.store.window import Window
from agent_tui.wire.feed import Change, Page
from tests import eg

SIZE = 120


@pytest.fixture
def listed(cache: Cache) -> Cache:
    states = (ContactState.QUEUED, ContactState.QUEUED, ContactState.CONNECTED, ContactState.CLOSED)
    write.put_rows(
        cache,
        [
            eg.contact(
                f"k{n:03d}",
                state=states[n % 4],
                priority=tuple(Priority)[n % 3],
                queued_at=eg.at(-(n * 7) % 50),
                established_at=eg.at(n),
            )
            for n in range(SIZE)
        ],
    )
    write.put_rows(cache, [eg.ticket(f"t{n}", due_at=eg.at(n)) for n in range(10)])
    return cache


def whole(cache: Cache) -> list[int]:
    rows = cache.connection.execute(
        "SELECT n FROM row WHERE place < ? ORDER BY place, n", (place.floor(place.HISTORY),)
    )
    return [n for (n,) in rows]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 130), st.integers(0, 70)), max_size=12))
def test_every_window_is_a_slice_of_the_whole(listed: Cache, moves: list[tuple[int, int]]) -> None:
    window, order = Window(listed, place.WAITING, place.TICKET), whole(listed)
    assert window.total() == len(order) == 100
    for offset, limit in moves:
        assert [n for _, n, _, _ in window.lines(offset, limit)] == order[offset : offset + limit]


def test_urgent_first_then_the_longest_waiting_then_those_in_hand_then_tickets(listed: Cache) -> None:
    lines = Window(listed, place.WAITING, place.TICKET).lines(0, 100)
    kinds = [entity for _, _, entity, _ in lines]
    assert kinds == ["contact"] * 90 + ["ticket"] * 10
    contacts = [msgspec.json.decode(body, type=Contact) for *_, body in lines[:90]]
    waiting = contacts[:60]
    assert [c.state for c in contacts] == [ContactState.QUEUED] * 60 + [ContactState.CONNECTED] * 30
    assert [(c.priority.rank, c.queued_at) for c in waiting] == sorted(
        (c.priority.rank, c.queued_at) for c in waiting
    )


def test_history_shows_the_latest_first(listed: Cache) -> None:
    lines = Window(listed, place.HISTORY, place.HISTORY).lines(0, 100)
    ends = [msgspec.json.decode(body, type=Contact).queued_at for *_, body in lines]
    assert len(ends) == 30 and ends == sorted(ends, reverse=True)


def test_a_change_is_seen_by_the_next_window(listed: Cache) -> None:
    window = Window(listed, place.WAITING, place.TICKET)
    first = window.lines(0, 1)[0]
    id_ = msgspec.json.decode(first[3], type=Contact).id
    gone = Change(entity="contact", id=id_, version=9, remove=True)
    write.apply_page(listed, Page(start="", to="v1.e.1.1", more=False, head=1, at=eg.NOW, changes=(gone,)))
    assert window.total() == 99
    assert window.lines(0, 1)[0] != first
