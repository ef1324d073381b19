"""What is printed about a figure: complete in three languages, and made of characters of certain width."""

from __future__ import annotations

import unicodedata

import pytest

from agent_tui.i18n.catalog import LANGUAGES, placeholders, texts
from agent_tui.metrics import words
from agent_tui.metrics.interval import TERMS, Rules
from agent_tui.metrics.measure import measure
from agent_tui.metrics.registry import METRICS
from tests.eg import NOW
from tests.unit.metrics.days import DAY, worked_day

PARAMETERS = set(words.parameters())


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_indicator_term_and_rule_has_words(language: str) -> None:
    known = texts(language)
    wanted = {metric.name_key for metric in METRICS.values()} | {metric.note_key for metric in METRICS.values()}
    wanted |= {f"metrics.short.{id}" for id in METRICS} | {f"metrics.term.{term}" for term in TERMS}
    wanted |= {m.rule_key(rule) for m in METRICS.values() if len(m.rules) > 1 for rule in m.rules}
    assert not wanted - known.keys()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_threshold_in_a_term_is_filled(language: str) -> None:
    for metric in METRICS.values():
        for rule in metric.rules:
            assert "{" not in words.formula(rule, language)
    used = set().union(*(placeholders(texts(language)[f"metrics.term.{term}"]) for term in TERMS))
    assert used <= PARAMETERS


@pytest.mark.parametrize("language", LANGUAGES)
def test_names_formulas_and_values_have_a_width_that_every_terminal_agrees_upon(language: str) -> None:
    said = [words.name(id, language) + words.name(id, language, short=True) for id in METRICS]
    said += [words.formula(rule, language) for metric in METRICS.values() for rule in metric.rules]
    said += [words.amount(value, unit) for value in (None, 1234.5) for unit in ("share", "s", "count", "per_hour")]
    assert not {char for text in said for char in text if unicodedata.east_asian_width(char) == "A"}


def test_a_threshold_of_a_rule_is_a_parameter_of_its_figure() -> None:
    """Otherwise two figures with different thresholds could not be told apart."""
    for metric in METRICS.values():
        for rule in metric.rules:
            terms = {term.removeprefix("-") for term in (*rule.numerator, *rule.denominator)}
            asked = set().union(*(placeholders(texts("en")[f"metrics.term.{term}"]) for term in terms))
            assert asked <= set(metric.parameters), (metric.id, rule.name)


def test_the_formula_says_the_thresholds_that_made_the_figure() -> None:
    rules = Rules(answer_within_s=30, short_abandon_s=10)
    figure = measure(worked_day(), (), NOW, NOW + DAY, rules=rules)["service_level"]
    assert words.formula_of(figure, "en") == "answered within 30 s / (offered - abandoned within 10 s)"
    assert words.ratio(figure) == "70 / 96"
    assert words.value_text(figure) == "72.92 %"


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.12957, "share", "12.96 %"),
        (39.7494, "s", "39.75 s"),
        (20899, "count", "20,899"),
        (10.2, "per_hour", "10.20 /h"),
        (None, "share", "-"),
    ],
)
def test_a_value_stands_with_its_unit(value: float | None, unit: str, text: str) -> None:
    assert words.amount(value, unit) == text
