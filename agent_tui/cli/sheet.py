"""How reports are printed: a table for people, CSV and JSON for programs, the definitions under the figures."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from agent_tui.domain.centre import Figure
from agent_tui.i18n.catalog import say
from agent_tui.metrics import words
from agent_tui.metrics.registry import METRICS, Metric
from agent_tui.metrics.rules import Rule

MARKS = {"ok": "", "warn": " !", "bad": " !!"}
"""Colour never alone: a figure near or past its target is marked."""
COLOURS = {"ok": "", "warn": "yellow", "bad": "bold red"}


class Slice(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a report: what it is about, and its figures by metric."""

    key: str
    label: str
    figures: dict[str, Figure]


def rows(slices: Iterable[Slice]) -> Iterable[dict[str, Any]]:
    """One figure each, everything needed to check it."""
    for part in slices:
        for figure in part.figures.values():
            yield {
                "slice": part.key,
                "metric": figure.metric,
                "value": figure.value,
                "unit": figure.unit,
                "numerator": figure.numerator,
                "denominator": figure.denominator,
                "rule": figure.rule,
                "parameters": figure.parameters,
                "target": figure.target,
                "level": figure.level,
                "provisional": figure.provisional,
                "since": figure.since.isoformat() if figure.since else None,
                "until": figure.until.isoformat() if figure.until else None,
            }


def print_json(about: dict[str, Any], slices: Sequence[Slice], language: str) -> None:
    """One object: what was asked, the figures, the definitions of the rules that made them."""
    figures = list(rows(slices))
    definitions = [definition(figure, language) for figure in _one_of_each(slices)]
    print(json.dumps({**about, "figures": figures, "definitions": definitions}, ensure_ascii=False, indent=1))


def print_csv(slices: Sequence[Slice]) -> None:
    """One figure a line, with a header; parameters as `name=value` joined by blanks."""
    writer: Any = None
    for row in rows(slices):
        flat = {**row, "parameters": " ".join(f"{name}={value:g}" for name, value in row["parameters"].items())}
        if writer is None:
            writer = csv.DictWriter(sys.stdout, fieldnames=list(flat), lineterminator="\n")
            writer.writeheader()
        writer.writerow(flat)


def definition(figure: Figure, language: str) -> dict[str, Any]:
    """The rule behind a figure in words."""
    metric, rule = METRICS[figure.metric], words.rule_of(figure)
    return {
        "rule": figure.rule,
        "metric": figure.metric,
        "name": words.name(figure.metric, language),
        "formula": words.formula_of(figure, language),
        "rule_name": words.rule_name(metric, rule, language),
        "note": say(metric.note_key, language),
        "effective_from": rule.effective_from.isoformat(),
        "effective_to": rule.effective_to.isoformat() if rule.effective_to else None,
    }


def _one_of_each(slices: Sequence[Slice]) -> list[Figure]:
    found: dict[str, Figure] = {}
    for part in slices:
        for id, figure in part.figures.items():
            found.setdefault(id, figure)
    return [found[id] for id in METRICS if id in found]


# ---- for people --------------------------------------------------------------------------------------------------


def print_table(title: str, head: str, slices: Sequence[Slice], language: str) -> None:
    """The figures in columns; below them the definitions, with the numbers behind the last line."""
    from rich.console import Console
    from rich.text import Text

    metrics = [figure.metric for figure in _one_of_each(slices)]
    table = _table(head, metrics, slices, language)
    console = Console(highlight=False, markup=False, emoji=False)
    wide = Console(highlight=False, markup=False, emoji=False, width=max(console.width, _width(table)))
    console.print(Text(title, style="bold"))
    wide.print(table)
    print_definitions(list(slices[-1].figures.values()), language)


def print_list(title: str, figures: Sequence[Figure], language: str) -> None:
    """Many figures of one thing below each other, the definitions after them."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column(say("report.column.metric", language), no_wrap=True)
    for name in ("value", "counted", "target"):
        table.add_column(say(f"report.column.{name}", language), justify="right", no_wrap=True)
    for figure in figures:
        target = words.amount(figure.target, figure.unit, 0) if figure.target is not None else ""
        name = words.name(figure.metric, language)
        table.add_row(Text(name), _cell(figure), Text(words.ratio(figure)), Text(target))
    console = Console(highlight=False, markup=False, emoji=False)
    console.print(Text(title, style="bold"))
    Console(highlight=False, markup=False, emoji=False, width=max(console.width, _width(table))).print(table)
    print_definitions(figures, language)


def _width(table: Any) -> int:
    """Cells a table needs so that nothing in it is cut: a terminal that is narrower wraps the line instead."""
    from rich.console import Console

    return int(Console(width=1000).measure(table).maximum)


def _table(head: str, metrics: Sequence[str], slices: Sequence[Slice], language: str) -> Any:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column(head, no_wrap=True)
    for id in metrics:
        table.add_column(words.name(id, language, short=True), justify="right", no_wrap=True)
    for part in slices:
        table.add_row(_plain(part.label), *(_cell(part.figures.get(id)) for id in metrics))
    return table


def _plain(text: str) -> Any:
    from rich.text import Text

    return Text(text)


def _cell(figure: Figure | None) -> Any:
    from rich.text import Text

    if figure is None:
        return Text("")
    text = words.value_text(figure)
    if figure.value is None:
        return Text(text)
    return Text(text + MARKS[figure.level] + (" ~" if figure.provisional else ""), style=COLOURS[figure.level])


def print_definitions(figures: Sequence[Figure], language: str) -> None:
    """Under the table: how each figure was made, from what, by which rule."""
    print()
    print(say("report.definitions", language))
    for figure in figures:
        said = definition(figure, language)
        about = said["name"] if figure.unit == "count" else f"{said['name']} = {said['formula']}"
        print(f"  {about} = {words.ratio(figure)}")
        print("    " + say("report.definition", language, **said))
    if any(figure.provisional for figure in figures):
        print("  " + say("report.provisional", language))


def print_register(language: str, only: str | None = None) -> None:
    """Every indicator with all its rules, thresholds at their defaults."""
    for metric in METRICS.values():
        if only is None or metric.id == only:
            _print_metric(metric, language)


def _print_metric(metric: Metric, language: str) -> None:
    target = words.amount(metric.goal.target, metric.unit, 0) if metric.goal else "-"
    print(say("report.metric", language, name=words.name(metric.id, language), id=metric.id, target=target))
    print(f"  {say(metric.note_key, language)}")
    for rule in metric.rules:
        print(f"  {rule.key(metric.id)}  {words.formula(rule, language)}")
        print(f"    {words.rule_name(metric, rule, language)}; {_since(rule, language)}")
    print()


def _since(rule: Rule, language: str) -> str:
    return say("metrics.words.since", language, date=rule.effective_from.isoformat())
