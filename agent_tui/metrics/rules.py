"""The named rules: what is divided by what. A rule is data, so that what is printed is what is computed.

Service level has the house rule and the eight published ones (`docs/howto/check-the-figures.md` names the sources);
one and the same day runs from 70.0 % to 82.4 % under them. A figure always says which one made it.
"""

from __future__ import annotations

from datetime import date

import msgspec

FIRST = date(2026, 1, 1)


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """Terms are fields of `metrics.interval.Counts`; a leading `-` takes one away."""

    name: str
    numerator: tuple[str, ...]
    denominator: tuple[str, ...]
    """Empty for a plain count."""
    version: int = 1
    effective_from: date = FIRST
    effective_to: date | None = None
    """First day on which it no longer held; None for the one that holds now."""
    quantile: float | None = None
    """Not a ratio but this quantile (nearest rank) of the waits behind the numerator."""

    def key(self, metric: str) -> str:
        """`metric/name@version`, as it stands in a figure."""
        return f"{metric}/{self.name}@{self.version}"


def _rule(name: str, above: str, below: str = "", quantile: float | None = None) -> Rule:
    return Rule(name=name, numerator=tuple(above.split()), denominator=tuple(below.split()), quantile=quantile)


def only(above: str, below: str = "", quantile: float | None = None) -> tuple[Rule, ...]:
    """The single rule of an indicator that everybody computes alike."""
    return (_rule("default", above, below, quantile),)


SERVICE_LEVEL = (
    _rule("default", "answered_within", "offered -abandoned_short"),
    _rule("per_offered", "answered_within", "offered"),
    _rule("cisco_abandons_negative", "answered_within", "answered abandoned"),
    _rule("genesys_abandons_in", "answered -answered_late", "answered abandoned -abandoned_short"),
    _rule("cisco_abandons_ignored", "answered_within", "offered -abandoned_within"),
    _rule("answered_plus_late_abandons", "answered_within", "answered abandoned_late"),
    _rule("cisco_abandons_positive", "answered_within abandoned_within", "offered"),
    _rule("amazon_connect", "left_within", "queued"),
    _rule("per_answered", "answered_within", "answered"),
)
PUBLISHED_SERVICE_LEVELS = tuple(rule.name for rule in SERVICE_LEVEL[1:])

ABANDONMENT = (
    _rule("default", "abandoned -abandoned_short", "offered -abandoned_short"),
    _rule("all", "abandoned", "offered"),
    _rule("short_out_of_numerator", "abandoned -abandoned_short", "offered"),
)
