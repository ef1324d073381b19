"""The words of the shipped categories find what customers say: the whole cast of robot customers, and the patterns."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_tui.config.centre import load
from agent_tui.config.data import folder
from agent_tui.domain.centre import Category
from agent_tui.domain.triage import Guess, triage
from agent_tui.sim.cast import load as load_cast
from tests import eg

LANGUAGES = ("zh", "en", "ja")
CATEGORY_SHARE = 0.70
GROUP_SHARE = 0.85
CATEGORIES = load(folder("scripts/centre")).categories
CAST = load_cast(folder("scripts/scenarios"))
MADE = (eg.category("made", words=("lost card", "额度…提")),)


def cast_lines(language: str) -> list[tuple[str, str]]:
    """Every first line of the cast with the category of its topic."""
    return [
        (text.replace("{terminal}", "61000001"), CAST.topics[name].category)
        for name, lines in CAST.lines[language].topics.items()
        for text in (*lines.first, *lines.alarm)
    ]


def shares(lines: list[tuple[str, str]], language: str) -> tuple[float, float]:
    """The share of lines whose category, and whose group, is right."""
    groups = {category.id: category.group for category in CATEGORIES}
    guesses = [(triage(text, CATEGORIES, language), right) for text, right in lines]
    exact = sum(guess.category == right for guess, right in guesses)
    grouped = sum(guess.group == groups[right] for guess, right in guesses)
    return exact / len(lines), grouped / len(lines)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_cast_is_understood_from_its_first_words(language: str) -> None:
    exact, grouped = shares(cast_lines(language), language)
    assert exact >= CATEGORY_SHARE
    assert grouped >= GROUP_SHARE


@pytest.mark.parametrize("category", CATEGORIES, ids=lambda category: category.id)
def test_every_category_has_words_of_both_scripts(category: Category) -> None:
    assert {word.isascii() for word in category.words} == {True, False}


@pytest.mark.parametrize("category", CATEGORIES, ids=lambda category: category.id)
def test_no_word_stands_twice_in_a_category(category: Category) -> None:
    assert len({word.casefold() for word in category.words}) == len(category.words)


@pytest.mark.parametrize("text", ["I lost my card", "I have lost my new card", "LOST  CARD", "lost cards"])
def test_up_to_two_words_may_stand_between_the_words_of_a_phrase(text: str) -> None:
    assert triage(text, MADE, "en").words == ("lost card",)


@pytest.mark.parametrize("text", ["lost and nobody found any card", "lost. card", "lostcard", "frost card"])
def test_a_phrase_does_not_reach_further(text: str) -> None:
    assert triage(text, MADE, "en") == Guess()


@pytest.mark.parametrize(
    ("text", "found"),
    [("把额度临时往上提一下", True), ("额度提", True), ("额度不够。提醒我还款", False), ("提额度", False)],
)
def test_an_ellipsis_stands_for_a_few_signs_of_one_sentence(text: str, found: bool) -> None:
    assert (triage(text, MADE, "zh").category == "made") is found


def test_a_curly_apostrophe_is_an_apostrophe() -> None:
    assert triage("I don’t recognise this", (eg.category("x", words=("don't recognise",)),), "en").category == "x"


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    assert triage(text, CATEGORIES).category in {None, *(category.id for category in CATEGORIES)}


# ---- real words --------------------------------------------------------------------------------------------------

BANKING = Path(__file__).parents[3].parent / "shared" / "data" / "banking77" / "train.csv"
INTENTS = {
    "lost_or_stolen_card": "card_loss",
    "card_swallowed": "card_loss",
    "activate_my_card": "card_activation",
    "card_arrival": "inquiry_progress",
    "card_delivery_estimate": "inquiry_progress",
    "card_payment_not_recognised": "dispute_unknown",
    "cash_withdrawal_not_recognised": "dispute_unknown",
    "direct_debit_payment_not_recognised": "dispute_unknown",
    "compromised_card": "fraud_alert",
    "transaction_charged_twice": "dispute_merchant",
    "request_refund": "dispute_merchant",
    "Refund_not_showing_up": "dispute_merchant",
    "card_payment_fee_charged": "fee_dispute",
    "cash_withdrawal_charge": "fee_dispute",
    "transfer_fee_charged": "fee_dispute",
    "extra_charge_on_statement": "fee_dispute",
    "top_up_by_card_charge": "fee_dispute",
    "exchange_charge": "fee_dispute",
    "edit_personal_details": "contact_data",
    "passcode_forgotten": "mobile_app",
    "lost_or_stolen_phone": "mobile_app",
    "pin_blocked": "card_unblock",
    "declined_card_payment": "card_unblock",
    "card_not_working": "card_unblock",
    "exchange_rate": "travel_notice",
    "fiat_currency_support": "travel_notice",
}
"""Intents of BANKING77 that plainly belong to one category of the centre."""
REAL_CATEGORY_SHARE = 0.70
REAL_GROUP_SHARE = 0.77


@pytest.mark.real_data
def test_real_customers_are_understood_from_their_words() -> None:
    if not BANKING.exists():
        pytest.skip("../shared/data/banking77 is not on this machine")
    with BANKING.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    # The words were chosen while looking at the other half.
    lines = [(row["text"], INTENTS[row["category"]]) for row in rows[1::2] if row["category"] in INTENTS]
    exact, grouped = shares(lines, "en")
    assert exact >= REAL_CATEGORY_SHARE
    assert grouped >= REAL_GROUP_SHARE


@pytest.mark.parametrize(
    ("said", "kind", "category"),
    [
        ("同一笔货款扣了两次手续费", "person", "dispute_merchant"),
        ("退款还没到账", "person", "dispute_merchant"),
        ("退款还没到账", "merchant", "settlement_late"),
        ("退款还没到账", "", "settlement_late"),
        ("我申请的到哪一步了", "person", "inquiry_progress"),
        ("我申请的到哪一步了", "merchant", "merchant_data"),
        ("我自己的卡丢了", "merchant", "card_loss"),
    ],
)
def test_the_same_words_mean_something_else_from_a_merchant(said: str, kind: str, category: str) -> None:
    """Where nothing but the other kind's words stands, they still point: a shopkeeper loses a card too."""
    assert triage(said, CATEGORIES, "zh", kind).category == category


@pytest.mark.parametrize("language", LANGUAGES)
def test_knowing_who_calls_never_makes_the_cast_worse_understood(language: str) -> None:
    for name, lines in CAST.lines[language].topics.items():
        topic = CAST.topics[name]
        for text in (*lines.first, *lines.alarm):
            known = triage(text, CATEGORIES, language, topic.who if topic.who != "any" else "")
            assert known.category == topic.category or triage(text, CATEGORIES, language).category != topic.category
