"""Figures in words: the value, the formula that made it, and the rule's id, in the reader's language.

The formula is put together from the terms of the rule itself, so that it cannot say anything else than what was
computed. Only characters whose width every terminal agrees upon.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from agent_tui.domain.centre import Figure
from agent_tui.i18n.catalog import say
from agent_tui.metrics.interval import Rules
from agent_tui.metrics.registry import METRICS, Metric
from agent_tui.metrics.rules import Rule

PARAMETERS = ("answer_within_s", "short_abandon_s", "repeat_days", "feedback_s")


def parameters(rules: Rules | None = None) -> dict[str, str]:
    """The thresholds as they fill the texts, without needless decimals."""
    chosen = rules or Rules()
    return {name: f"{getattr(chosen, name):g}" for name in PARAMETERS}


def rule_of(figure: Figure) -> Rule:
    """The rule that made the figure. KeyError if this program does not have it."""
    name = figure.rule.partition("/")[2].partition("@")[0]
    return METRICS[figure.metric].rule(name)


def name(metric: str, language: str, *, short: bool = False) -> str:
    """What the indicator is called; `short` for the head of a column."""
    return say(f"metrics.{'short' if short else 'name'}.{metric}", language)


def rule_name(metric: Metric, rule: Rule, language: str) -> str:
    """What the rule is called and where it was published."""
    key = metric.rule_key(rule) if len(metric.rules) > 1 else "metrics.words.only_rule"
    return say(key, language)


def formula(rule: Rule, language: str, filled: Mapping[str, str] | None = None) -> str:
    """Numerator over denominator in words, e.g. `(answered within 20 s) / (offered - abandoned within 5 s)`."""
    fill = {**parameters(), **(filled or {})}
    above = _terms(rule.numerator, language, fill)
    if rule.quantile is not None:
        return say("metrics.words.quantile", language, share=f"{rule.quantile * 100:g}", terms=above)
    if not rule.denominator:
        return above
    return f"{_grouped(above)} / {_grouped(_terms(rule.denominator, language, fill))}"


def formula_of(figure: Figure, language: str) -> str:
    """The formula with the thresholds that were in force when the figure was made."""
    return formula(rule_of(figure), language, {name: f"{value:g}" for name, value in figure.parameters.items()})


def _grouped(terms: str) -> str:
    return f"({terms})" if " + " in terms or " - " in terms else terms


def _terms(terms: Iterable[str], language: str, fill: Mapping[str, str]) -> str:
    text = ""
    for term in terms:
        word = say(f"metrics.term.{term.removeprefix('-')}", language, **fill)
        sign = " - " if term.startswith("-") else " + "
        text += (sign if text else "") + word
    return text


def value_text(figure: Figure, decimals: int = 2) -> str:
    """`52.45 %`, `39.75 s`, `20,899`, `10.20 /h`; a dash where nothing was counted."""
    return amount(figure.value, figure.unit, decimals)


def amount(value: float | None, unit: str, decimals: int = 2) -> str:
    """A value in its unit."""
    if value is None:
        return "-"
    if unit == "share":
        return f"{value * 100:.{decimals}f} %"
    if unit == "count":
        return f"{value:,.0f}"
    return f"{value:,.{decimals}f} {'s' if unit == 's' else '/h'}"


def ratio(figure: Figure) -> str:
    """Numerator and denominator as numbers, `12,594 / 24,010`."""
    if figure.unit == "count":
        return f"{figure.numerator:,.0f}"
    return f"{_number(figure.numerator)} / {_number(figure.denominator)}"


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value - round(value)) < 0.005 else f"{value:,.2f}"
