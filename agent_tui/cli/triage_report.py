"""What `agent-tui triage` says of a model: for people as tables, for programs as JSON."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import msgspec

from agent_tui.i18n.catalog import say

if TYPE_CHECKING:
    from agent_tui.server.triage_data import Correction
    from agent_tui.server.triage_eval import Report, Share

FIGURES = frozenset({"texts", "share", "interval", "times", "meant", "proposed", "corrected"})
"""Columns that stand to the right."""


def print_json(found: Report) -> None:
    """One object, every figure unrounded."""
    sys.stdout.write(msgspec.json.encode(found).decode() + "\n")


def print_report(found: Report, language: str) -> None:
    """Accuracy first, then languages, confused pairs and what confidence was worth."""
    by = "model" if found.folds is None else "folds"
    print(say(f"triage.by_{by}", language, texts=found.accuracy.of, categories=found.categories, folds=found.folds))
    print(say("triage.accuracy", language, **_share(found.accuracy)))
    print(say("triage.macro_f1", language, value=f"{found.macro_f1:.4f}"))
    print(say("triage.calibration", language, value=f"{found.calibration_error:.4f}"))
    _table(
        ("language", "texts", "share", "interval"),
        [
            (say(f"triage.language.{name}", language), str(share.of), _percent(share.value), _interval(share))
            for name, share in found.languages.items()
        ],
        language,
    )
    _table(
        ("right", "guessed_as", "times"),
        [(pair.right, pair.guess, str(pair.count)) for pair in found.confused],
        language,
    )
    _table(
        ("sure", "texts", "meant", "share"),
        [
            (f"{b.above:.0%}-{b.upto:.0%}", str(b.count), _percent(b.confidence), _percent(b.accuracy))
            for b in found.reliability
        ],
        language,
    )


def print_corrections(found: Sequence[Correction], language: str) -> None:
    """By proposed category: how often it was proposed, how often another was chosen."""
    total, wrong = sum(one.guessed for one in found), sum(one.corrected for one in found)
    share = _percent(wrong / total) if total else "-"
    print(say("triage.corrections", language, guessed=total, corrected=wrong, share=share))
    _table(
        ("category", "proposed", "corrected", "share"),
        [
            (one.category, str(one.guessed), str(one.corrected), _percent(one.corrected / one.guessed))
            for one in found
        ],
        language,
    )


def _percent(value: float) -> str:
    return f"{value:.1%}"


def _interval(share: Share) -> str:
    return f"{share.low:.1%}-{share.high:.1%}"


def _share(share: Share) -> dict[str, str | int]:
    return {"value": f"{share.value:.2%}", "interval": _interval(share), "right": share.right, "of": share.of}


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]], language: str) -> None:
    """A table with a blank line before it; nothing for no rows."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for column in columns:
        name = say(f"triage.column.{column}", language)
        table.add_column(name, justify="right" if column in FIGURES else "left", no_wrap=True)
    for row in rows:
        table.add_row(*map(Text, row))
    if table.row_count:
        print()
        width = Console(width=1000).measure(table).maximum
        console = Console(highlight=False, markup=False, emoji=False)
        Console(highlight=False, markup=False, emoji=False, width=max(console.width, width)).print(table)
