"""First words to a category, in three languages, with the words that decided."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_tui.acd.triage import Guess, triage
from agent_tui.domain.centre import Category
from tests import eg

CATEGORIES = (
    eg.category(),
    eg.category("pos_fault", group="merchant", words=("POS", "刷卡机", "不出单", "terminal", "端末")),
    eg.category("statement", words=("账单", "statement", "明細")),
    eg.category("bill_dispute", group="disputes", words=("账单有误", "不是我刷的", "dispute")),
)


@pytest.mark.parametrize(
    ("text", "language", "category", "words"),
    [
        ("我的卡要挂失", "zh", "card_loss", ("挂失",)),
        ("刷卡机不出单了", "zh", "pos_fault", ("不出单", "刷卡机")),
        ("I have a LOST CARD", "en", "card_loss", ("lost card",)),
        ("our terminals are down", "en", "pos_fault", ("terminal",)),
        ("カードを紛失しました", "ja", "card_loss", ("紛失",)),
        ("ＰＯＳ故障", "zh", "pos_fault", ("POS",)),
    ],
)
def test_words_point_to_a_category(text: str, language: str, category: str, words: tuple[str, ...]) -> None:
    guess = triage(text, CATEGORIES, language)
    assert (guess.category, set(guess.words)) == (category, set(words))
    assert guess.group == next(c.group for c in CATEGORIES if c.id == category)


def test_the_longer_word_says_more() -> None:
    assert triage("我的账单有误", CATEGORIES, "zh").category == "bill_dispute"


def test_a_latin_word_stands_alone() -> None:
    assert triage("deposit by post", CATEGORIES, "en") == Guess()


def test_words_that_say_nothing_point_nowhere() -> None:
    assert triage("喂，您好", CATEGORIES, "zh") == Guess()
    assert triage("", CATEGORIES) == Guess()


@given(st.text(), st.permutations(CATEGORIES))
def test_the_order_of_categories_does_not_matter(text: str, categories: list[Category]) -> None:
    assert triage(text, categories) == triage(text, CATEGORIES)
