"""How people put things: parts in order with little between, alternatives, whole Latin words, hints where no saying stands."""

from __future__ import annotations

import pytest

from agent_tui.search.fold import folded
from agent_tui.search.sayings import MOST_BETWEEN, sayings_of

SAYINGS = sayings_of(
    {
        "挂失|lost card": ["{卡|钱包}…{丢|不见}", "{lost|left}…{card|wallet}"],
        "回电": ["{没有|迟迟没}…{回电|联系我}", "等…电话{?|呢}"],
    }
)


def meant(typed: str) -> list[str]:
    return [said.means[0] for said in SAYINGS.within(folded(typed))]


@pytest.mark.parametrize("typed", ["卡丢", "我的卡昨天好像丢了", "钱包不见了", "I lost my new card", "left cards"])
def test_parts_stand_in_order_with_others_between(typed: str) -> None:
    assert meant(typed) == ["挂失"]


@pytest.mark.parametrize("typed", ["丢卡", "卡" + "一" * (MOST_BETWEEN + 1) + "丢", "lost cardigan", "blost card"])
def test_another_order_or_too_much_between_or_another_word_is_not_said(typed: str) -> None:
    assert meant(typed) == []


def test_an_alternative_that_is_nothing_may_be_left_out() -> None:
    assert meant("等了三天电话") == ["回电"]


def test_the_fullest_saying_speaks_for_a_meaning() -> None:
    (said,) = SAYINGS.within(folded("卡丢了钱包不见"))
    assert said.letters == len("钱包不见")


def test_words_in_another_order_hint_but_one_short_word_does_not() -> None:
    many = sayings_of({f"别的{n}": [f"词{n}…尾"] for n in range(20)} | {"挂失": ["{钱包}…{不见}"]})
    assert [said.means for said in many.hinted("不见了我的钱包")] == [("挂失",)]
    assert many.hinted("钱包") == []
