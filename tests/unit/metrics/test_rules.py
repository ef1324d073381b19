"""One and the same day under every published rule."""

from __future__ import annotations

import pytest

from agent_tui.metrics.interval import TERMS, Rules
from agent_tui.metrics.measure import measure
from agent_tui.metrics.registry import METRICS
from agent_tui.metrics.rules import PUBLISHED_SERVICE_LEVELS
from tests.eg import NOW
from tests.unit.metrics.days import DAY, worked_day

PUBLISHED = {
    "per_offered": 70.0,
    "cisco_abandons_negative": 70.0,
    "genesys_abandons_in": 72.9,
    "cisco_abandons_ignored": 77.8,
    "answered_plus_late_abandons": 77.8,
    "cisco_abandons_positive": 80.0,
    "amazon_connect": 80.0,
    "per_answered": 82.4,
}


def percent(metric: str, rule: str) -> float:
    figure = measure(worked_day(), (), NOW, NOW + DAY, rules=Rules(variants={metric: rule}))[metric]
    assert figure.rule == f"{metric}/{rule}@1"
    assert figure.value is not None
    return round(figure.value * 100, 1)


def test_all_eight_published_rules_are_there() -> None:
    assert set(PUBLISHED_SERVICE_LEVELS) == set(PUBLISHED)


@pytest.mark.parametrize(("rule", "share"), PUBLISHED.items())
def test_service_level_of_one_day_under_a_published_rule(rule: str, share: float) -> None:
    assert percent("service_level", rule) == share


def test_the_house_rule_takes_short_abandons_out_of_what_was_offered() -> None:
    assert percent("service_level", "default") == 72.9


@pytest.mark.parametrize(("rule", "share"), [("all", 15.0), ("default", 11.5), ("short_out_of_numerator", 11.0)])
def test_abandonment_of_one_day_with_and_without_short_abandons(rule: str, share: float) -> None:
    assert percent("abandonment", rule) == share


def test_every_term_of_every_rule_is_counted() -> None:
    used = {
        term.removeprefix("-")
        for metric in METRICS.values()
        for rule in metric.rules
        for term in (*rule.numerator, *rule.denominator)
    }
    assert used <= TERMS


def test_every_indicator_has_one_rule_of_each_name_in_force_and_the_default_first() -> None:
    for metric in METRICS.values():
        names = [rule.name for rule in metric.rules if rule.effective_to is None]
        assert names[0] == "default"
        assert len(names) == len(set(names))
