"""`agent-tui report contacts`: the indicators of the live centre, from its events, by the wallboard's own computation."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec

from agent_tui.cli import ledger, sheet
from agent_tui.cli.sheet import Slice
from agent_tui.config import data
from agent_tui.config.centre import load as load_centre
from agent_tui.domain.centre import Figure
from agent_tui.errors import InputError, UsageError
from agent_tui.i18n.catalog import say
from agent_tui.metrics.facts import AgentSpan, ContactFact, TicketFact
from agent_tui.metrics.fold import fold, fold_tickets
from agent_tui.metrics.interval import Rules
from agent_tui.metrics.measure import CENTRE, measure
from agent_tui.server.place import Where, shown

COLUMNS = (
    "offered",
    "answered",
    "abandoned",
    "service_level",
    "abandonment",
    "asa",
    "aht",
    "occupancy",
    "fcr",
    "csat",
)
"""What a table of slices shows; the report of the whole shows everything."""
BEFORE = timedelta(days=31)
"""Events from so long before the interval are looked at too: tickets that fall due in it, people who were there."""
_SCOPES: dict[str, tuple[str, Callable[[ContactFact], str]]] = {
    "group": ("g", lambda fact: fact.group),
    "agent": ("a", lambda fact: fact.agent_id or ""),
    "channel": ("ch", lambda fact: fact.channel),
    "tier": ("t", lambda fact: fact.tier),
    "category": ("k", lambda fact: fact.category or ""),
}


class Facts(msgspec.Struct, frozen=True):
    """All that is known, and up to when."""

    contacts: tuple[ContactFact, ...]
    spans: tuple[AgentSpan, ...]
    tickets: tuple[TicketFact, ...]
    members: dict[str, tuple[str, ...]]
    shares: dict[str, float]
    """The target of service level by group."""
    as_of: datetime

    def figures(self, since: datetime, until: datetime, scope: str, rules: Rules) -> dict[str, Figure]:
        """Of one scope and interval."""
        group = scope.partition(":")[2] if scope.startswith("g:") else ""
        members = self.members.get(group, ())
        rules = rules.of_group(self.shares[group]) if group in self.shares else rules
        return measure(
            self.contacts,
            self.spans,
            since,
            until,
            scope,
            rules,
            tickets=self.tickets,
            members=members,
            as_of=self.as_of,
        )


def report_contacts(args: argparse.Namespace, variants: dict[str, str], language: str) -> int:
    """InputError where there is no database or nothing happened, StoreError where it cannot be read."""
    rules = _rules(args, variants)
    zone = ZoneInfo(rules.timezone)
    path = ledger.place(args.database, demo=args.demo)
    there = ledger.bounds(path)
    if there is None:
        raise InputError("report.error.no_events", path=shown(path))
    days = there[0].astimezone(zone).date(), there[1].astimezone(zone).date()
    first, last = args.first or days[1], args.last or args.first or days[1]
    if first > last:
        raise UsageError("report.error.backwards", first=first, last=last)
    since, until = _midnight(first, zone), _midnight(last + timedelta(days=1), zone)
    facts = _facts(path, since, there[1])
    slices = list(sliced(facts, args.by, since, until, rules, language))
    title = say("report.title_contacts", language, first=first, last=last, zone=zone.key)
    if args.format == "csv":
        sheet.print_csv(slices)
    elif args.format == "json":
        asked = {"from": first.isoformat(), "to": last.isoformat(), "timezone": zone.key, "by": args.by}
        sheet.print_json({**asked, "as_of": facts.as_of.isoformat()}, slices, language)
    elif args.by is None:
        sheet.print_list(title, list(slices[-1].figures.values()), language)
    else:
        sheet.print_table(title, say(f"report.by.{args.by}", language), _columns(slices), language)
    return 0


def _rules(args: argparse.Namespace, variants: dict[str, str]) -> Rules:
    """The centre's own rules, with what was asked for instead."""
    from agent_tui.server.build import rules_of

    kept = rules_of(load_centre(data.folder("scripts/centre")).settings)
    within = kept.answer_within_s if args.within is None else args.within
    short = kept.short_abandon_s if args.short is None else args.short
    return msgspec.structs.replace(kept, variants=variants, answer_within_s=within, short_abandon_s=short)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)


def _facts(path: Where, since: datetime, last: datetime) -> Facts:
    """Everything from well before `since` to the last event there is: a repeat may have come afterwards."""
    begin = since - BEFORE
    past = ledger.past(path, begin, last + timedelta(seconds=1))
    contacts, spans = fold(past.events, last, begin)
    return Facts(contacts, spans, fold_tickets(past.events, last), past.members, past.shares, last)


def sliced(
    facts: Facts, by: str | None, since: datetime, until: datetime, rules: Rules, language: str
) -> Iterator[Slice]:
    """The slices in their order, then the whole."""
    if by in ("day", "hour"):
        for start, end, key in _intervals(by, since, until):
            figures = facts.figures(start, end, CENTRE, rules)
            if by == "day" or figures["offered"].numerator:
                yield Slice(key=key, label=key, figures=figures)
    elif by is not None:
        mark, key_of = _SCOPES[by]
        for key in sorted({key_of(fact) for fact in facts.contacts if since <= fact.offered_at < until}):
            if key or by == "category":
                figures = facts.figures(since, until, f"{mark}:{key}", rules)
                yield Slice(key=key, label=key or say("report.none", language), figures=figures)
    yield Slice(key="all", label=say("report.whole", language), figures=facts.figures(since, until, CENTRE, rules))


def _intervals(by: str, since: datetime, until: datetime) -> Iterator[tuple[datetime, datetime, str]]:
    step = timedelta(days=1) if by == "day" else timedelta(hours=1)
    start = since
    while start < until:
        key = f"{start:%Y-%m-%d}" if by == "day" else f"{start:%Y-%m-%d %H:%M}"
        yield start, start + step, key
        start += step


def _columns(slices: Sequence[Slice]) -> list[Slice]:
    return [msgspec.structs.replace(part, figures=_some(part.figures, COLUMNS)) for part in slices]


def _some(figures: dict[str, Figure], ids: Iterable[str]) -> dict[str, Figure]:
    return {id: figures[id] for id in ids if id in figures}
