"""`agent-tui report staffing`: how many agents each half hour of the day needs, from the calls of the history by Erlang C."""

from __future__ import annotations

import argparse
import csv
import json
import math
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from agent_tui.errors import UsageError
from agent_tui.i18n.catalog import say
from agent_tui.metrics.calllog import Call
from agent_tui.metrics.erlang import Staffing, agents_for_service_level
from agent_tui.metrics.interval import HALF_HOUR, Rules

SHARE = 0.80
"""Of the calls to be answered in time: the centre's usual target (product.md's defaults)."""


class Need(msgspec.Struct, frozen=True, kw_only=True):
    """What one half hour of a day asks for, on the mean of the days looked at."""

    slot: int
    """0 is midnight to half past."""
    calls: float
    """Calls that wanted an agent, on a day."""
    handle_s: float
    """Mean seconds an agent has for one of them."""
    staffing: Staffing

    @property
    def start(self) -> str:
        return f"{self.slot // 2:02}:{self.slot % 2 * 30:02}"


FORMATS = ("table", "csv", "json")


def add_option(parser: argparse.ArgumentParser, language: str, name: str, metavar: str, **how: Any) -> None:
    """One option of a report, explained in the reader's language."""
    text = say(f"report.help.{name.removeprefix('--')}", language)
    parser.add_argument(name, metavar=metavar, help=text, **how)


def add_common(parser: argparse.ArgumentParser, language: str) -> None:
    """Which days, within how long, in which shape."""
    add_option(parser, language, "--from", "DATE", dest="first", type=date.fromisoformat)
    add_option(parser, language, "--to", "DATE", dest="last", type=date.fromisoformat)
    add_option(parser, language, "--within", "S", type=float)
    add_option(parser, language, "--format", "|".join(FORMATS), choices=FORMATS, default="table")


def add_arguments(parser: argparse.ArgumentParser, language: str) -> None:
    """The target to be kept, and what a log of calls does not know."""
    add_common(parser, language)
    add_option(parser, language, "--share", "0-1", type=float, default=SHARE)
    add_option(parser, language, "--wrap", "S", type=float, default=0.0)


def needs(calls: Iterable[Call], zone: ZoneInfo, target_s: float, share: float, wrap_s: float) -> list[Need]:
    """One for each half hour in which somebody called. Days on which nobody called are not counted: the centre was shut.

    `wrap_s` seconds of wrap-up are added to each call's talk. UsageError unless 0 < share < 1 and the times are not negative."""
    if not 0 < share < 1:
        raise UsageError("report.error.share", share=f"{share:g}")
    if target_s < 0 or wrap_s < 0:
        raise UsageError("report.error.seconds", value=f"{min(target_s, wrap_s):g}")
    asked = [call for call in calls if call.queued_at is not None or call.answered_at is not None]
    days = len({call.day for call in asked})
    usual_s = _mean_talk_s(asked) or 0.0
    by_slot: defaultdict[int, list[Call]] = defaultdict(list)
    for call in asked:
        by_slot[_slot(call, zone)].append(call)
    found = []
    for slot, here in sorted(by_slot.items()):
        talked_s = _mean_talk_s(here)
        handle_s = (usual_s if talked_s is None else talked_s) + wrap_s
        if handle_s:
            a_day = len(here) / days
            found.append(
                Need(
                    slot=slot,
                    calls=a_day,
                    handle_s=handle_s,
                    staffing=agents_for_service_level(a_day, HALF_HOUR.total_seconds(), handle_s, target_s, share),
                )
            )
    return found


def _mean_talk_s(calls: Iterable[Call]) -> float | None:
    """None where nobody was answered."""
    talks = [call.talk_s for call in calls if call.answered_at is not None]
    return sum(talks) / len(talks) if talks else None


def _slot(call: Call, zone: ZoneInfo) -> int:
    at = call.arrived_at.astimezone(zone)
    return at.hour * 2 + at.minute // 30


def show(args: argparse.Namespace, calls: Sequence[Call], zone: ZoneInfo, title: str, language: str) -> int:
    """0 once printed, in the shape that was asked for. UsageError as `needs`."""
    target_s = Rules().answer_within_s if args.within is None else args.within
    found = needs(calls, zone, target_s, args.share, args.wrap)
    if args.format == "json":
        asked = {"within_s": target_s, "share": args.share, "wrap_s": args.wrap, "timezone": zone.key}
        print(json.dumps({**asked, "half_hours": [_row(need) for need in found]}, indent=1))
    elif args.format == "csv":
        writer = csv.DictWriter(sys.stdout, fieldnames=list(_row(found[0])) if found else [], lineterminator="\n")
        writer.writeheader()
        writer.writerows(_row(need) for need in found)
    else:
        _table(found, title, language)
        rule = {"share": f"{args.share:.0%}", "within": f"{target_s:g}", "wrap": f"{args.wrap:g}"}
        print(say("report.staffing.rule", language, **rule))
    return 0


def _row(need: Need) -> dict[str, Any]:
    given = need.staffing
    return {
        "start": need.start,
        "calls": round(need.calls, 2),
        "handle_s": round(need.handle_s, 1),
        "agents": given.agents,
        "service_level": round(given.service_level, 4),
        "asa_s": round(given.asa_s, 1) if math.isfinite(given.asa_s) else None,
        "occupancy": round(given.occupancy, 4),
    }


def _table(found: Sequence[Need], title: str, language: str) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column(say("report.by.half_hour", language), no_wrap=True)
    for name in ("calls", "handle", "agents", "service_level", "asa", "occupancy"):
        table.add_column(say(f"report.staffing.{name}", language), justify="right", no_wrap=True)
    for need in found:
        given = need.staffing
        table.add_row(
            need.start,
            f"{need.calls:.1f}",
            f"{need.handle_s:.0f} s",
            str(given.agents),
            f"{given.service_level:.1%}",
            f"{given.asa_s:.1f} s",
            f"{given.occupancy:.1%}",
        )
    console = Console(highlight=False, markup=False, emoji=False)
    console.print(Text(title, style="bold"))
    console.print(table)
