"""`agent-tui report calls|contacts|staffing|definitions`: indicators with their definitions, as table, CSV or JSON."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from agent_tui.cli import report_staffing, sheet
from agent_tui.cli.kinds import add_kinds
from agent_tui.cli.sheet import Slice
from agent_tui.cli.where import given
from agent_tui.domain.centre import Figure
from agent_tui.errors import InputError, UsageError
from agent_tui.i18n.catalog import say
from agent_tui.metrics.calllog import Call
from agent_tui.metrics.interval import Rules
from agent_tui.metrics.measure import measure
from agent_tui.metrics.registry import METRICS

SLICES: dict[str, Callable[[Call], str]] = {
    "type": lambda call: call.type,
    "day": lambda call: call.day.isoformat(),
    "hour": lambda call: f"{call.hour:02}:00",
    "priority": lambda call: str(call.priority),
    "agent": lambda call: call.server or "",
}
CONTACT_SLICES = ("group", "agent", "channel", "tier", "category", "day", "hour")
CALL_METRICS = ("offered", "answered", "abandoned", "service_level", "abandonment", "asa", "asa_p90", "talk_time")
"""What a call log knows; it has neither hold nor wrap-up nor what agents did between calls."""
AGENT_METRICS = ("answered", "asa", "asa_p90", "talk_time")


def add_arguments(parser: argparse.ArgumentParser, language: str) -> None:
    """`calls`, `contacts` and `staffing` with what to show of them, `definitions --metric`."""
    kinds = add_kinds(
        parser,
        language,
        {
            "calls": "report.help.calls",
            "contacts": "report.help.contacts",
            "staffing": "report.help.staffing",
            "definitions": "report.help.definitions",
        },
    )
    _shown(kinds["calls"], tuple(SLICES), language)
    report_staffing.add_arguments(kinds["staffing"], language)
    for name in ("calls", "staffing"):
        kinds[name].add_argument("--database", metavar="PATH", type=Path, help=say("report.help.database", language))
    _shown(kinds["contacts"], CONTACT_SLICES, language)
    kinds["contacts"].add_argument(
        "--database", metavar="FILE|URL", type=given, help=say("report.help.server_database", language)
    )
    kinds["contacts"].add_argument("--demo", action="store_true", help=say("report.help.demo", language))
    kinds["definitions"].add_argument("--metric", metavar="ID", help=say("report.help.metric", language))


def _shown(parser: argparse.ArgumentParser, slices: tuple[str, ...], language: str) -> None:
    """Options that say which interval, by which rule, in which shape."""
    report_staffing.add_common(parser, language)
    option = partial(report_staffing.add_option, parser, language)
    option("--by", "|".join(slices), choices=slices)
    option("--rule", "NAME", action="append", default=[])
    option("--short", "S", type=float)


def run(args: argparse.Namespace, language: str) -> int:
    """0 once printed. UsageError for a rule or indicator that is not known, InputError where there is nothing."""
    if args.what == "calls":
        return report_calls(args, language)
    if args.what == "staffing":
        return report_staff(args, language)
    if args.what == "contacts":
        from agent_tui.cli.report_contacts import report_contacts

        return report_contacts(args, variants(args.rule), language)
    if args.metric is not None and args.metric not in METRICS:
        raise UsageError("report.error.no_metric", metric=args.metric, known=", ".join(METRICS))
    sheet.print_register(language, args.metric)
    return 0


def _calls(args: argparse.Namespace) -> tuple[date, date, ZoneInfo, Sequence[Call]]:
    """The days that were asked for, in whose time, and their calls."""
    from agent_tui.cli.history import History

    with History.existing(args.database) as history:
        first, last = _days(args.first, args.last, history.days(), str(history.path))
        return first, last, ZoneInfo(history.timezone(first, last)), history.calls(first, last)


def report_staff(args: argparse.Namespace, language: str) -> int:
    """Agents needed in each half hour, by what the history shows."""
    first, last, zone, calls = _calls(args)
    title = say("report.title_calls", language, first=first, last=last, zone=zone.key, count=f"{len(calls):,}")
    return report_staffing.show(args, calls, zone, title, language)


def report_calls(args: argparse.Namespace, language: str) -> int:
    """Figures of the history, for the whole and for every slice."""
    chosen = variants(args.rule)
    first, last, zone, calls = _calls(args)
    since = datetime.combine(first, time(), zone)
    until = datetime.combine(last + timedelta(days=1), time(), zone)
    rules = _rules(chosen, args.within, args.short, zone.key)
    slices = sliced(calls, args.by, rules, since, until, language)
    if args.format == "csv":
        sheet.print_csv(slices)
    elif args.format == "json":
        asked = {"from": first.isoformat(), "to": last.isoformat(), "timezone": zone.key, "by": args.by}
        sheet.print_json(asked, slices, language)
    else:
        title = say("report.title_calls", language, first=first, last=last, zone=zone.key, count=f"{len(calls):,}")
        sheet.print_table(title, say(f"report.by.{args.by or 'all'}", language), slices, language)
    return 0


def _rules(chosen: dict[str, str], within: float | None, short: float | None, timezone: str) -> Rules:
    """A log knows nothing of the centre's thresholds: the usual ones, unless others are asked for."""
    usual = Rules()
    return Rules(
        variants=chosen,
        answer_within_s=usual.answer_within_s if within is None else within,
        short_abandon_s=usual.short_abandon_s if short is None else short,
        timezone=timezone,
    )


def variants(given: Iterable[str]) -> dict[str, str]:
    """`service_level=per_offered` or, where only one indicator has it, `per_offered` → {metric: rule}. UsageError."""
    found: dict[str, str] = {}
    for text in given:
        metric, _, name = text.rpartition("=")
        owners = [m for m in METRICS.values() if any(r.name == name for r in m.rules) and metric in ("", m.id)]
        if len(owners) != 1:
            known = [f"{m.id}={rule.name}" for m in METRICS.values() if len(m.rules) > 1 for rule in m.rules]
            raise UsageError("report.error.no_rule", rule=text, known=", ".join(known))
        found[owners[0].id] = name
    return found


def _days(first: date | None, last: date | None, there: tuple[date, date] | None, path: str) -> tuple[date, date]:
    if there is None:
        raise InputError("report.error.no_calls", path=path)
    if first and last and first > last:
        raise UsageError("report.error.backwards", first=first, last=last)
    wanted = (first or min(there[0], last or there[0]), last or max(there[1], first or there[1]))
    if wanted[1] < there[0] or wanted[0] > there[1]:
        raise InputError("report.error.no_calls_then", first=wanted[0], last=wanted[1], start=there[0], end=there[1])
    return wanted


def sliced(
    calls: Sequence[Call], by: str | None, rules: Rules, since: datetime, until: datetime, language: str
) -> list[Slice]:
    """The slices in their order, then the whole."""
    metrics = AGENT_METRICS if by == "agent" else CALL_METRICS
    figures = _figures(calls, rules, since, until, metrics)
    whole = Slice(key="all", label=say("report.whole", language), figures=figures)
    if by is None:
        return [whole]
    parts: dict[str, list[Call]] = {}
    for call in calls:
        if by != "agent" or call.outcome == "answered":
            parts.setdefault(SLICES[by](call), []).append(call)
    slices = [
        Slice(
            key=key,
            label=_label(by, key, language),
            figures=_figures(parts[key], rules, *_bounds(by, key, since, until), metrics),
        )
        for key in sorted(parts)
    ]
    return [*slices, whole]


def _bounds(by: str, key: str, since: datetime, until: datetime) -> tuple[datetime, datetime]:
    """A day is an interval of its own; the other slices cut across the whole one."""
    if by != "day":
        return since, until
    start = datetime.combine(date.fromisoformat(key), time(), since.tzinfo)
    return start, start + timedelta(days=1)


def _label(by: str, key: str, language: str) -> str:
    if by == "type":
        return f"{key} {say(f'report.type.{key}', language)}" if key in TYPES else key
    return key or say("report.unknown_agent", language)


TYPES = frozenset({"PS", "PE", "NE", "NW", "TT", "IN"})


def _figures(
    calls: Sequence[Call], rules: Rules, since: datetime, until: datetime, metrics: Sequence[str]
) -> dict[str, Figure]:
    found = measure([call.fact() for call in calls], (), since, until, rules=rules)
    return {id: found[id] for id in metrics}
