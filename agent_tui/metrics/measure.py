"""Facts → figures, each with its numerator, denominator and rule. Wallboard, report and export all come through here."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta

import msgspec

from agent_tui.domain.centre import Figure
from agent_tui.metrics.facts import AgentSpan, ContactFact, Leg, TicketFact
from agent_tui.metrics.interval import (
    Counts,
    Repeats,
    Rules,
    by_edge,
    count_contacts,
    count_spans,
    count_tickets,
    half_hours,
    is_solved,
    legs_within,
    repeats,
    spans_by_edge,
    within,
)
from agent_tui.metrics.registry import METRICS, Metric
from agent_tui.metrics.rules import Rule

CENTRE = "centre"


class Cohort(msgspec.Struct, frozen=True, kw_only=True):
    """What one set of figures is about, already cut to its scope and interval."""

    scope: str
    since: datetime
    until: datetime
    known: datetime
    """Up to when the facts are known, `until` at the latest; nothing is due and no curve is drawn beyond it."""
    contacts: tuple[ContactFact, ...]
    legs: tuple[Leg, ...]
    spans: tuple[AgentSpan, ...]
    tickets: tuple[TicketFact, ...]
    returns: Repeats
    """Who came back when, whatever the scope."""


def measure(
    contacts: Sequence[ContactFact],
    spans: Sequence[AgentSpan],
    since: datetime,
    until: datetime,
    scope: str = CENTRE,
    rules: Rules | None = None,
    *,
    tickets: Sequence[TicketFact] = (),
    members: Collection[str] = (),
    as_of: datetime | None = None,
) -> dict[str, Figure]:
    """Metric id → figure for contacts offered from `since` on and before `until`.

    `scope` is `centre`, `g:<group>`, `a:<agent>`, `ch:<channel>`, `t:<tier>` or `k:<category>`; give all facts, those
    outside of scope and interval too (a repeat may come later, through another channel). `members` are the agents whose time counts for a group.
    `as_of` is the moment up to which the facts are known (`until` if not given): what it leaves open is provisional.
    KeyError for the name of a rule that the indicator does not have.
    """
    chosen = rules or Rules()
    cohort = Cohort(
        scope=scope,
        since=since,
        until=until,
        known=min(until, as_of or until),
        contacts=tuple(within((fact for fact in contacts if _in_scope(fact, scope)), since, until)),
        legs=tuple(_legs(contacts, scope, since, until)),
        spans=tuple(_people(spans, scope, members)),
        tickets=tuple(_tickets(tickets, scope)),
        returns=repeats(contacts),
    )
    metrics = [metric for metric in METRICS.values() if _makes_sense(metric, scope, members)]
    return _figures(cohort, metrics, chosen, as_of or until)


def value(rule: Rule, counts: Counts, waits: Sequence[float] = ()) -> tuple[float | None, float, float]:
    """(value, numerator, denominator) under a rule; the value is None where nothing was counted.

    `waits` are the sorted waits of the answered, for a quantile.
    """
    below = counts.sum(rule.denominator) if rule.denominator else 1.0
    if rule.quantile is not None:
        found = quantile(waits, rule.quantile)
        return found, found or 0.0, float(len(waits))
    above = counts.sum(rule.numerator)
    return (above / below if below > 0 else None), above, below


def quantile(ordered: Sequence[float], share: float) -> float | None:
    """The smallest value that at least `share` of them do not exceed (nearest rank); None of nothing."""
    if not ordered:
        return None
    return ordered[max(math.ceil(share * len(ordered)), 1) - 1]


def _figures(cohort: Cohort, metrics: list[Metric], rules: Rules, as_of: datetime) -> dict[str, Figure]:
    counts = _count(cohort, rules)
    waits = sorted(fact.wait_s for fact in cohort.contacts if fact.answered_at is not None)
    curves = _curves(cohort, metrics, rules)
    unsure = _unsure(cohort, rules, as_of)
    return {
        metric.id: _figure(metric, cohort, counts, waits, rules, curves.get(metric.id, ()), metric.id in unsure)
        for metric in metrics
    }


def _figure(
    metric: Metric,
    cohort: Cohort,
    counts: Counts,
    waits: Sequence[float],
    rules: Rules,
    curve: tuple[float | None, ...],
    provisional: bool,
) -> Figure:
    rule = metric.rule(rules.variants.get(metric.id, "default"))
    found, above, below = value(rule, counts, waits)
    target = rules.targets.get(metric.id, metric.goal.target) if metric.goal else None
    return Figure(
        id=f"{metric.id}:{cohort.scope}",
        metric=metric.id,
        scope=cohort.scope,
        value=found,
        numerator=above,
        denominator=below,
        rule=rule.key(metric.id),
        unit=metric.unit,
        target=target,
        level=metric.goal.level(found, target) if metric.goal else "ok",
        since=cohort.since,
        until=cohort.until,
        curve=curve,
        parameters={name: float(getattr(rules, name)) for name in metric.parameters},
        provisional=provisional,
    )


def _count(cohort: Cohort, rules: Rules) -> Counts:
    return (
        count_contacts(cohort.contacts, rules, cohort.returns)
        + Counts(legs=len(cohort.legs))
        + count_spans(cohort.spans, cohort.since, cohort.known)
        + count_tickets(cohort.tickets, rules, cohort.since, cohort.known)
    )


# ---- what belongs to a scope -------------------------------------------------------------------------------------


def _in_scope(fact: ContactFact, scope: str) -> bool:
    kind, _, name = scope.partition(":")
    if kind == CENTRE:
        return True
    mine = {"g": fact.group, "a": fact.agent_id, "ch": fact.channel, "t": fact.tier, "k": fact.category or ""}
    return mine.get(kind) == name


def _legs(contacts: Iterable[ContactFact], scope: str, since: datetime, until: datetime) -> Iterator[Leg]:
    kind, _, name = scope.partition(":")
    if kind not in ("g", "a"):
        return legs_within((fact for fact in contacts if _in_scope(fact, scope)), since, until)
    legs = legs_within(contacts, since, until)
    return (leg for leg in legs if name == (leg.group if kind == "g" else leg.agent_id))


def _people(spans: Iterable[AgentSpan], scope: str, members: Collection[str]) -> Iterator[AgentSpan]:
    kind, _, name = scope.partition(":")
    wanted = {name} if kind == "a" else set(members)
    return (span for span in spans if kind == CENTRE or span.agent_id in wanted)


def _tickets(tickets: Iterable[TicketFact], scope: str) -> Iterator[TicketFact]:
    kind, _, name = scope.partition(":")
    return (t for t in tickets if kind == CENTRE or name == {"g": t.group, "a": t.owner_id}.get(kind))


def _makes_sense(metric: Metric, scope: str, members: Collection[str]) -> bool:
    """A queue has no occupancy of its own, and a person no abandonment."""
    kind = scope.partition(":")[0]
    if metric.about == "queue":
        return kind != "a"
    if metric.about == "agents":
        return kind in (CENTRE, "a") or bool(members)
    return metric.about == "handling" or kind in (CENTRE, "g", "a")


# ---- what is not certain yet, and the curve of the day -------------------------------------------------------------


def _unsure(cohort: Cohort, rules: Rules, as_of: datetime) -> frozenset[str]:
    """Indicators that later events may still change."""
    found: set[str] = set()
    window = timedelta(days=rules.repeat_days)
    if any(is_solved(fact) and fact.closed_at and fact.closed_at + window > as_of for fact in cohort.contacts):
        found.add("fcr")
    if any(fact.queued_at and not fact.answered_at and not fact.abandoned_at for fact in cohort.contacts):
        found |= {metric.id for metric in METRICS.values() if metric.about == "queue"} | {
            "answered",
            "asa",
            "asa_p90",
        }
    if any(fact.answered_at and not fact.closed_at for fact in cohort.contacts):
        found |= {"handled", "aht", "talk_time", "fcr", "csat", "csat_answer_rate"}
    return frozenset(found)


def _curves(cohort: Cohort, metrics: list[Metric], rules: Rules) -> dict[str, tuple[float | None, ...]]:
    """Metric id → values by half-hour; None where nothing was counted and for what lies outside of the interval."""
    drawn = [(metric, metric.rule(rules.variants.get(metric.id, "default"))) for metric in metrics if metric.curve]
    edges = half_hours(cohort.since, rules.timezone)
    lines: dict[str, list[float | None]] = {metric.id: [] for metric, _ in drawn}
    contacts, spans = by_edge(cohort.contacts, edges), spans_by_edge(cohort.spans, edges)
    for some, people, start, end in zip(contacts, spans, edges, edges[1:], strict=False):
        since, until = max(start, cohort.since), min(end, cohort.known)
        counts = count_contacts(some, rules, cohort.returns) + count_spans(people, since, until)
        for metric, rule in drawn:
            lines[metric.id].append(value(rule, counts)[0] if since < until else None)
    return {id: tuple(line) for id, line in lines.items()}
