"""Questions that were answered before: what they share with a new one speaks, chance and strangers do not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_tui.search.fold import folded
from agent_tui.search.learned import NOTHING_LEARNED, learned_of, signs_of

LEARNED = learned_of(
    {
        "loss": [
            "钱包掉在地铁上",
            "卡找不到了",
            "卡掉在出租车上",
            "left my card on the train",
            "where is my lost card",
        ],
        "fee,waiver": ["年费太贵", "年费怎么收", "why was I charged a fee"],
        "points": ["积分怎么换礼物", "积分什么时候过期", "do points expire"],
    }
)


@pytest.mark.parametrize(
    ("typed", "guide"),
    [("地铁上钱包掉了", "loss"), ("年费收得太贵", "fee"), ("年费收得太贵", "waiver"), ("points expired", "points"),
     ("I LEFT MY CARD", "loss")],
)  # fmt: skip
def test_a_question_goes_where_questions_like_it_went(typed: str, guide: str) -> None:
    votes = LEARNED.votes(folded(typed))
    assert guide in [vote.guide for vote in votes if vote.share > 0.99]


def test_it_says_which_words_decided_and_none_twice() -> None:
    (first, *_) = LEARNED.votes(folded("昨天在地铁上钱包掉在那里"))
    assert first.signs and all(sign in "昨天在地铁上钱包掉在那里" for sign in first.signs)
    assert not any(a in b for a in first.signs for b in first.signs if a != b)


@pytest.mark.parametrize("typed", ["", "football", "火锅", "上"])
def test_what_shares_little_speaks_for_nothing(typed: str) -> None:
    assert LEARNED.votes(folded(typed)) == ()


def test_one_phrase_alone_finds_nothing_by_itself() -> None:
    assert not any(vote.alone for vote in LEARNED.votes(folded("地铁上有没有好吃的东西推荐")))


def test_nothing_learned_says_nothing() -> None:
    assert NOTHING_LEARNED.votes("年费") == ()


@given(st.text(max_size=40))
def test_any_text_has_signs_once_each_and_shares_between_nothing_and_all(text: str) -> None:
    signs = signs_of(folded(text))
    assert len(signs) == len(set(signs))
    votes = LEARNED.votes(folded(text))
    assert all(0 < vote.share <= 1 for vote in votes)
    assert [vote.share for vote in votes] == sorted((vote.share for vote in votes), reverse=True)
