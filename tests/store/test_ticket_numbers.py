"""A ticket number typed into the search: the right one finds its ticket first, a misheard one is told."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_tui.desk.found import Found, Search
from agent_tui.desk.select_search import search
from agent_tui.desk.sight import Sight
from agent_tui.domain.rows import Entity
from agent_tui.ids import misheard_ticket_number, ticket_number, ticket_number_ok
from agent_tui.store import index
from agent_tui.store.cache import Cache
from agent_tui.store.write import put_rows
from agent_tui.sync.reckoning import Reckoning
from agent_tui.tui.panes.found_lines import found_lines
from agent_tui.tui.words import Words
from tests import eg

RIGHT = ticket_number("261122", 42)
WRONG = "261122-0043-" + RIGHT[-1]
WIDE = str.maketrans("0123456789-", "０１２３４５６７８９－")


def found(cache: Cache, typed: str) -> Found:
    while index.step(cache, 0.05):
        pass
    clock = Reckoning()
    clock.learn(eg.NOW, 0.0)
    nobody: Any = None
    sight = Sight(cache=cache, pending=nobody, reveals=nobody, clock=clock, link=nobody, language="zh")
    return search(sight, Search(typed=typed))


def a_desk(cache: Cache) -> None:
    """The ticket, and a newer one that mentions it in every word."""
    mentions = eg.ticket(
        "t2",
        number=ticket_number("261122", 77),
        title=f"工单 {RIGHT}",
        text=f"{RIGHT} 补充 {RIGHT}",
        opened_at=eg.NOW + timedelta(hours=1),
    )
    rows: list[Entity] = [mentions, eg.ticket("t1", number=RIGHT, title="结算未到账")]
    put_rows(cache, rows)


@pytest.mark.parametrize(
    "typed", [RIGHT, RIGHT.replace("-", ""), RIGHT.translate(WIDE), f"工单 {RIGHT}", f"{RIGHT} 结算"]
)
def test_the_right_number_finds_its_ticket_first(cache: Cache, typed: str) -> None:
    a_desk(cache)
    said = found(cache, typed)
    assert said.items[0].id == "t1" and not said.misheard


@pytest.mark.parametrize(
    "typed",
    [WRONG, WRONG.replace("-", ""), WRONG.translate(WIDE), WRONG.replace("-", "ー"), f"工单{WRONG}呢"],
)
def test_a_misheard_number_is_told_with_its_dashes(cache: Cache, typed: str) -> None:
    a_desk(cache)
    assert found(cache, typed).misheard == WRONG


def test_a_number_that_something_here_bears_is_no_misheard_one(cache: Cache) -> None:
    order = WRONG.replace("-", "")
    put_rows(cache, [eg.ticket(number=RIGHT, title="结算未到账", text=f"订单 {order} 已核对")])
    said = found(cache, order)
    assert [item.id for item in said.items] == ["t1"] and not said.misheard


@pytest.mark.parametrize(
    "typed", ["261122-0042", "13812345678", "15012345678", "09012345678", "T26112200438", "26139900438", "挂失"]
)
def test_what_is_no_whole_ticket_number_is_never_corrected(typed: str) -> None:
    assert misheard_ticket_number(typed) is None


@given(st.dates(), st.integers(1, 99_999), st.integers(0, 99), st.integers(1, 9))
def test_any_single_wrong_digit_is_noticed(day: Any, n: int, at: int, by: int) -> None:
    number = ticket_number(day.strftime("%y%m%d").zfill(6), n)
    places = [match.start() for match in re.finditer(r"\d", number)]
    place = places[at % len(places)]
    wrong = number[:place] + str((int(number[place]) + by) % 10) + number[place + 1 :]
    assert ticket_number_ok(number) and misheard_ticket_number(number) is None
    assert misheard_ticket_number(f"查 {wrong}") == wrong


@pytest.mark.parametrize("language", ["zh", "en", "ja"])
def test_it_is_one_line_above_whatever_else_was_found(cache: Cache, language: str) -> None:
    a_desk(cache)
    said = found(cache, f"{WRONG} 结算")
    lines = ["".join(text for text, _ in line) for line in found_lines(said, WRONG, Words(language), 76)]
    assert WRONG in lines[0] and not lines[1].strip()
    assert len(lines) == 2 + 2 * len(said.items)
