"""Lines: what every pane is made of. Pure data: pieces of clean text, each with the role of its ink.

A pane is a function from a read model to lines; a widget turns lines into strips and repaints those that changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeAlias

from agent_tui.tui.text import clean, fit, fold_cjk, one_line, width

Piece: TypeAlias = tuple[str, str]
"""Text and role of ink (`themes.ROLES`)."""
Line: TypeAlias = tuple[Piece, ...]

EMPTY: Line = ()


def piece(text: str, role: str = "text") -> Piece:
    """One run of text, cleaned and on a single line, whatever it was."""
    return (clean(text).replace("\n", " "), role)


def cell(text: str, cells: int, role: str = "text", align: str = "left") -> Piece:
    """A run of exactly `cells`."""
    return (fit(one_line(text), cells, align), role)


def length(line: Line) -> int:
    """Cells of a line."""
    return sum(width(text) for text, _ in line)


def crop(line: Line, cells: int) -> Line:
    """At most `cells` wide."""
    kept: list[Piece] = []
    for text, role in line:
        room = cells - sum(width(t) for t, _ in kept)
        if room <= 0:
            break
        kept.append((text, role) if width(text) <= room else (fit(text, room), role))
    return tuple(kept)


def spread(left: Line, right: Line, cells: int, role: str = "text") -> Line:
    """`left` and `right` at the two ends of a line of `cells`; the left gives way first."""
    room = cells - length(right) - 1
    left = crop(left, max(room, 0))
    gap = cells - length(left) - length(right)
    return (*left, (" " * max(gap, 0), role), *right) if gap >= 0 else crop(right, cells)


def joined(parts: Iterable[Line], between: Piece, cells: int) -> Line:
    """As many of `parts` as fit into `cells`, the first ones before the last ones, with `between` in the gaps."""
    line: Line = ()
    for part in parts:
        if not part:
            continue
        longer = (*line, between, *part) if line else part
        if length(longer) > cells:
            continue
        line = longer
    return line


def folded(text: str, cells: int, role: str = "text", first: Line = (), indent: int | None = None) -> list[Line]:
    """`text` folded to `cells` behind `first`; further lines are indented as far, or by `indent`."""
    lead = length(first)
    step = lead if indent is None else indent
    lines = fold_cjk(text, max(cells - max(lead, step), 4))
    return [
        (*first, (line, role)) if at == 0 else ((" " * step, role), (line, role)) for at, line in enumerate(lines)
    ]


def labelled(label: str, pieces: Sequence[Piece], label_cells: int) -> Line:
    """A label in a column of its own, and the value beside it."""
    return (cell(label, label_cells, "muted"), *pieces)
