"""What happened in a shift, printed: contacts, indicators with their rules, actions with reasons, checks."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, datetime
from zoneinfo import ZoneInfo

import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from agent_tui.cli.demo_checks import Check
from agent_tui.domain.centre import Figure
from agent_tui.domain.contact import OPEN_STATES, Contact, ContactState
from agent_tui.i18n.catalog import render, say
from agent_tui.metrics.calllog import Call
from agent_tui.sim.hands import Deed
from agent_tui.sim.replay import Arrival, Day

SHOWN = [
    "offered",
    "answered",
    "abandoned",
    "service_level",
    "abandonment",
    "asa",
    "asa_p90",
    "handled",
    "aht",
    "talk_time",
    "occupancy",
    "utilisation",
    "contacts_per_hour",
    "fcr",
    "csat",
    "csat_answer_rate",
    "triage_corrected",
    "callback_in_time",
]
WIDTH = 110


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that is printed."""

    minutes: float
    speed: float
    start: datetime
    zone: str
    contacts: tuple[Contact, ...]
    figures: tuple[Figure, ...]
    deeds: tuple[Deed, ...]
    checks: tuple[Check, ...]
    file: str = ""
    day: Day | None = None
    played: tuple[Arrival, ...] = ()
    """The calls of that day that were played."""
    day_date: date | None = None


def show(account: Account, language: str) -> None:
    """Print to standard output; plain in a pipe."""
    console = Console(width=None if Console().is_terminal else WIDTH, highlight=False)
    _title(console, account, language)
    for part in (_contacts, _figures, _actions, _checks):
        console.print(part(account, language))


def _title(console: Console, account: Account, language: str) -> None:
    start = account.start.astimezone(ZoneInfo(account.zone))
    title = say(
        "demo.account.title",
        language,
        minutes=f"{account.minutes:g}",
        speed=f"{account.speed:g}",
        start=f"{start:%Y-%m-%d %H:%M}",
    )
    console.print(Text(title, style="bold"))
    if account.day is not None:
        console.print(Text(_replayed(account, account.day, language)))


def _replayed(account: Account, day: Day, language: str) -> str:
    played = [arrival.call for arrival in account.played]
    return say(
        "demo.account.replayed",
        language,
        day=account.day_date,
        file=account.file,
        arrivals=len(day.arrivals),
        played=len(played),
        wait=f"{sum(c.wait_s for c in played if c.outcome == 'answered') / max(1, _answered(played)):.1f}",
        menu=day.menu,
        phantom=day.phantom,
        answered=_answered(played),
        abandoned=sum(call.outcome == "abandoned" for call in played),
    )


def _answered(calls: list[Call]) -> int:
    return sum(call.outcome == "answered" for call in calls)


def _head(account_key: str, language: str, *columns: tuple[str, bool]) -> Table:
    table = Table(title=say(f"demo.account.{account_key}", language), title_justify="left", title_style="bold")
    for name, number in columns:
        table.add_column(say(f"demo.account.{name}", language), justify="right" if number else "left")
    return table


def _contacts(account: Account, language: str) -> Table:
    """By channel and outcome."""
    names = ("offered", "answered", "abandoned", "closed", "open")
    table = _head("contacts", language, ("channel", False), *((name, True) for name in names))
    by: dict[str, list[Contact]] = defaultdict(list)
    for contact in account.contacts:
        by[contact.channel.value].append(contact)
    for channel in sorted(by):
        table.add_row(say(f"demo.channel.{channel}", language), *map(str, _outcomes(by[channel])))
    table.add_row(say("demo.account.total", language), *map(str, _outcomes(account.contacts)), style="bold")
    return table


def _outcomes(contacts: tuple[Contact, ...] | list[Contact]) -> tuple[int, ...]:
    states = Counter(contact.state for contact in contacts)
    return (
        len(contacts),
        sum(bool(contact.answered_by) for contact in contacts),
        states[ContactState.ABANDONED],
        states[ContactState.CLOSED],
        sum(states[state] for state in OPEN_STATES),
    )


def _figures(account: Account, language: str) -> Table:
    """With numerator, denominator and rule."""
    table = _head("indicators", language, ("indicator", False), ("value", True), ("fraction", True), ("rule", False))
    found = {figure.metric: figure for figure in account.figures}
    for metric in SHOWN:
        figure = found.get(metric)
        if figure is not None:
            fraction = _fraction(figure)
            table.add_row(say(f"metrics.name.{metric}", language), value(figure), fraction, figure.rule)
    return table


def _fraction(figure: Figure) -> str:
    if figure.unit == "count":
        return ""
    decimals = 1 if figure.unit == "per_hour" else 0
    return f"{figure.numerator:,.0f} / {figure.denominator:,.{decimals}f}"


def value(figure: Figure) -> str:
    """A figure's value with its unit; a dash when nothing was counted."""
    if figure.value is None:
        return "–"
    if figure.unit == "share":
        return f"{figure.value:.1%}"
    if figure.unit == "s":
        return f"{figure.value:.1f} s"
    return f"{figure.value:.0f}" if figure.unit == "count" else f"{figure.value:.1f}"


def _actions(account: Account, language: str) -> Table:
    """Done and refused, with the reasons the policy gave."""
    table = _head("actions", language, ("action", False), ("done", True), ("refused", True), ("reasons", False))
    by: dict[str, list[Deed]] = defaultdict(list)
    for deed in account.deeds:
        by[deed.action].append(deed)
    if not by:
        table.caption = say("demo.account.no_actions", language)
    for action in sorted(by):
        refused = [deed for deed in by[action] if not deed.answer.applied]
        reasons = Counter(_reason(deed, language) for deed in refused)
        text = Text("\n".join(f"{count}× {reason}" for reason, count in reasons.most_common()))
        table.add_row(
            say(f"command.action.{action}.label", language),
            str(len(by[action]) - len(refused)),
            str(len(refused)),
            text,
        )
    return table


def _reason(deed: Deed, language: str) -> str:
    problem = deed.answer.problem
    if problem is None:
        return deed.answer.outcome
    if problem.reasons:
        return problem.reasons[0].get(language) or next(iter(problem.reasons[0].values()), problem.title)
    return say(problem.key, language, **problem.args) if problem.key else problem.title


def _checks(account: Account, language: str) -> Table:
    table = _head("checks", language, ("checks", False), ("value", False))
    for check in account.checks:
        mark = say("demo.account.ok" if check.held else "demo.account.failed", language)
        name = say(f"demo.check.{check.name}", language)
        style = "" if check.held else "bold red"
        table.add_row(Text(f"{mark:8}{name}", style=style), render(check.detail, language))
    failed = sum(not check.held for check in account.checks)
    table.caption = (
        say("demo.account.not_all_held", language, count=failed) if failed else say("demo.account.all_held", language)
    )
    return table
