"""Facts → counts of one interval. Counts add up over intervals and scopes; percentages never do, so nobody averages them.

A contact, with its waiting, handling, answer to the survey and outcome, belongs to the interval in which it was
offered, and a ticket to the one in which it fell due: numerator and denominator are always about the same ones.
Time of agents is cut at the edges of the interval.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, time, timedelta
from typing import TypeAlias
from zoneinfo import ZoneInfo

import msgspec

from agent_tui.domain.agent import AgentState
from agent_tui.metrics.facts import AgentSpan, ContactFact, Leg, TicketFact

HALF_HOUR = timedelta(minutes=30)
GOOD = 4
"""Satisfaction of 4 or 5 is good (top-two box)."""
SOLVED = frozenset({"answered"})
"""Results of a wrap-up that say that the customer has the answer."""

Repeats: TypeAlias = dict[tuple[str, str], list[datetime]]
"""When contacts of one customer about one category were offered, in order."""


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """Which variant of each indicator, and the thresholds of the centre."""

    variants: dict[str, str] = {}
    """Metric id → name of one of its rules; `default` where nothing is said."""
    answer_within_s: float = 20.0
    short_abandon_s: float = 5.0
    """Hung up in queue within this many seconds: a wrong number rather than a lost customer."""
    repeat_days: int = 7
    feedback_s: float = 86_400.0
    targets: dict[str, float] = {}
    """Metric id → target instead of the register's."""
    timezone: str = "Asia/Shanghai"
    """Whose day the curves show."""

    def of_group(self, target_share: float) -> Rules:
        """The same with a group's own target of service level (M3: each line has its own)."""
        return msgspec.structs.replace(self, targets={**self.targets, "service_level": target_share})


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """The terms of every formula. Those ending in `_s` are seconds, the others numbers."""

    answered: float = 0
    answered_within: float = 0
    answered_late: float = 0
    abandoned: float = 0
    abandoned_short: float = 0
    abandoned_within: float = 0
    abandoned_late: float = 0
    waiting: float = 0
    wait_answered_s: float = 0
    handled: float = 0
    talked: float = 0
    talk_s: float = 0
    hold_s: float = 0
    wrap_s: float = 0
    legs: float = 0
    solved: float = 0
    solved_kept: float = 0
    rated: float = 0
    rated_good: float = 0
    retriaged: float = 0
    contact_s: float = 0
    working_after_s: float = 0
    available_s: float = 0
    not_ready_s: float = 0
    transfer_due: float = 0
    transfer_kept: float = 0
    callback_due: float = 0
    callback_kept: float = 0
    feedback_due: float = 0
    feedback_kept: float = 0
    complaint_due: float = 0
    complaint_kept: float = 0

    @property
    def offered(self) -> float:
        return self.answered + self.abandoned

    @property
    def queued(self) -> float:
        return self.offered + self.waiting

    @property
    def left_within(self) -> float:
        return self.answered_within + self.abandoned_within

    @property
    def signed_in_s(self) -> float:
        return self.contact_s + self.working_after_s + self.available_s + self.not_ready_s

    @property
    def on_queue_h(self) -> float:
        return (self.contact_s + self.working_after_s + self.available_s) / 3600

    def __add__(self, other: Counts) -> Counts:
        return Counts(**{name: getattr(self, name) + getattr(other, name) for name in FIELDS})

    def sum(self, terms: Iterable[str]) -> float:
        """The terms added up; one with a leading `-` is taken away."""
        total = 0.0
        for term in terms:
            total += -getattr(self, term[1:]) if term.startswith("-") else getattr(self, term)
        return total


FIELDS: tuple[str, ...] = Counts.__struct_fields__
TERMS: frozenset[str] = frozenset({*FIELDS, "offered", "queued", "left_within", "signed_in_s", "on_queue_h"})


# ---- contacts ----------------------------------------------------------------------------------------------------


def within(contacts: Iterable[ContactFact], since: datetime, until: datetime) -> list[ContactFact]:
    """Those offered from `since` on and before `until`."""
    return [fact for fact in contacts if since <= fact.offered_at < until]


def repeats(contacts: Iterable[ContactFact]) -> Repeats:
    """Who came when about what, over all channels; contacts without customer or category cannot be compared."""
    found: Repeats = defaultdict(list)
    for fact in contacts:
        if fact.customer_id and fact.category:
            found[fact.customer_id, fact.category].append(fact.offered_at)
    for moments in found.values():
        moments.sort()
    return found


def is_solved(fact: ContactFact) -> bool:
    """The customer has the answer, and we could tell if they came back."""
    return fact.result in SOLVED and bool(fact.customer_id and fact.category and fact.closed_at)


def came_back(fact: ContactFact, index: Repeats, days: int) -> bool:
    """The same customer with the same category again within `days` after this contact was closed."""
    assert fact.customer_id and fact.category and fact.closed_at
    moments = index.get((fact.customer_id, fact.category), [])
    at = bisect_right(moments, fact.offered_at)
    return at < len(moments) and moments[at] <= fact.closed_at + timedelta(days=days)


def count_contacts(contacts: Iterable[ContactFact], rules: Rules, index: Repeats) -> Counts:
    """The counts of these contacts; `index` says who came back."""
    totals: dict[str, float] = defaultdict(float)
    for fact in contacts:
        _queue(fact, rules, totals)
        if fact.answered_at is not None and fact.closed_at is not None and fact.legs:
            _handling(fact, rules, index, totals)
        totals["retriaged"] += fact.retriaged and (fact.answered_at or fact.abandoned_at) is not None
    return Counts(**totals)


def _queue(fact: ContactFact, rules: Rules, totals: dict[str, float]) -> None:
    in_time = fact.wait_s <= rules.answer_within_s
    if fact.answered_at is not None:
        totals["answered"] += 1
        totals["answered_within" if in_time else "answered_late"] += 1
        totals["wait_answered_s"] += fact.wait_s
    elif fact.queued_at is None:
        return
    elif fact.abandoned_at is not None:
        totals["abandoned"] += 1
        totals["abandoned_within" if in_time else "abandoned_late"] += 1
        totals["abandoned_short"] += fact.wait_s <= rules.short_abandon_s
    else:
        totals["waiting"] += 1


def _handling(fact: ContactFact, rules: Rules, index: Repeats, totals: dict[str, float]) -> None:
    totals["handled"] += 1
    totals["talk_s"] += fact.talk_s
    totals["hold_s"] += fact.hold_s
    totals["wrap_s"] += fact.wrap_s
    totals["talked"] += fact.talk_s > 0
    if fact.satisfaction is not None:
        totals["rated"] += 1
        totals["rated_good"] += fact.satisfaction >= GOOD
    if is_solved(fact):
        totals["solved"] += 1
        totals["solved_kept"] += not came_back(fact, index, rules.repeat_days)


def legs_within(contacts: Iterable[ContactFact], since: datetime, until: datetime) -> Iterator[Leg]:
    """Every agent's part that began in the interval, whenever its contact was offered."""
    return (leg for fact in contacts for leg in fact.legs if since <= leg.start < until)


# ---- time of agents ----------------------------------------------------------------------------------------------

_KIND: dict[str, str] = {
    AgentState.BUSY: "contact_s",
    AgentState.WRAP_UP: "working_after_s",
    AgentState.READY: "available_s",
    AgentState.RESERVED: "available_s",
    AgentState.NOT_READY: "not_ready_s",
}
"""A state that no formula knows counts as not ready: signed in, and nothing else."""


def clip(spans: Iterable[AgentSpan], since: datetime, until: datetime) -> Iterator[tuple[str, float]]:
    """(kind of time, seconds) of each span inside the interval."""
    for span in spans:
        seconds = (min(span.end, until) - max(span.start, since)).total_seconds()
        if seconds > 0:
            yield _KIND.get(span.state, "not_ready_s"), seconds


def count_spans(spans: Iterable[AgentSpan], since: datetime, until: datetime) -> Counts:
    """Seconds of each kind, cut at the edges."""
    totals: dict[str, float] = defaultdict(float)
    for kind, seconds in clip(spans, since, until):
        totals[kind] += seconds
    return Counts(**totals)


def spans_by_edge(spans: Iterable[AgentSpan], edges: Sequence[datetime]) -> list[list[AgentSpan]]:
    """The spans that reach into each of the intervals between the edges, not cut yet."""
    parts: list[list[AgentSpan]] = [[] for _ in edges[1:]]
    for span in spans:
        first = max(bisect_right(edges, span.start) - 1, 0)
        for at in range(first, min(bisect_left(edges, span.end), len(parts))):
            parts[at].append(span)
    return parts


# ---- tickets -----------------------------------------------------------------------------------------------------


def count_tickets(tickets: Iterable[TicketFact], rules: Rules, since: datetime, until: datetime) -> Counts:
    """Clocks that ran out in the interval, and how many of them were kept."""
    totals: dict[str, float] = defaultdict(float)
    for ticket in tickets:
        if ticket.kind == "work_order":
            _clock(totals, "transfer", ticket.due_at, ticket.answered_at, since, until)
            feedback_due = ticket.opened_at + timedelta(seconds=rules.feedback_s)
            _clock(totals, "feedback", feedback_due, ticket.closed_at, since, until)
        elif ticket.kind == "call_back":
            _clock(totals, "callback", ticket.due_at, ticket.closed_at, since, until)
        elif ticket.kind == "complaint":
            _clock(totals, "complaint", ticket.due_at, ticket.closed_at, since, until)
    return Counts(**totals)


def _clock(
    totals: dict[str, float],
    name: str,
    due: datetime | None,
    done: datetime | None,
    since: datetime,
    until: datetime,
) -> None:
    if due is not None and since <= due < until:
        totals[f"{name}_due"] += 1
        totals[f"{name}_kept"] += done is not None and done <= due


# ---- half-hours --------------------------------------------------------------------------------------------------


def half_hours(since: datetime, timezone: str) -> list[datetime]:
    """The edges of the half-hours of the centre's day that holds `since`: 49 of them, 47 or 51 when clocks change."""
    zone = ZoneInfo(timezone)
    day = since.astimezone(zone).date()
    start = datetime.combine(day, time(), zone).astimezone(since.tzinfo)
    end = datetime.combine(day + timedelta(days=1), time(), zone).astimezone(since.tzinfo)
    edges = [start]
    while edges[-1] < end:
        edges.append(edges[-1] + HALF_HOUR)
    return edges


def by_edge(contacts: Iterable[ContactFact], edges: Sequence[datetime]) -> list[list[ContactFact]]:
    """The contacts offered in each of the intervals between the edges."""
    parts: list[list[ContactFact]] = [[] for _ in edges[1:]]
    for fact in contacts:
        at = bisect_right(edges, fact.offered_at) - 1
        if 0 <= at < len(parts):
            parts[at].append(fact)
    return parts
