"""A blueprint as an SVG picture that needs no other program: a row for each node in the author's order, its ways as arcs
beside it, down on the right and back up on the left."""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence

from agent_tui.blueprints.graph import branch_label, headline
from agent_tui.blueprints.lint import cells
from agent_tui.blueprints.model import Blueprint, Branch, End, Node
from agent_tui.i18n.catalog import say

ROW, BOX_H, BOX_W, TOP = 58, 40, 520, 64
"""Pixels from row to row, of a box, and above the first."""
LANE, SIDE = 13, 24
"""Pixels between two arcs, and between a box and the nearest."""
CELL = 8.2
"""Pixels of one column of text; a Chinese or Japanese sign takes two."""
FONT = "font-family='Noto Sans CJK SC, Noto Sans, sans-serif'"
COLOURS = {
    "say": "#e8f1fb", "ask": "#fff6d8", "check": "#fde8e4", "look_up": "#eef0f3", "do": "#fbe3f0", "offer": "#efe8fb",
    "send": "#e2f6f4", "hand_over": "#fdeeda", "note": "#f4f4ee", "end": "#dff3df",
}  # fmt: skip
"""By kind; the kind stands in every box in words as well."""


def svg(blueprint: Blueprint, language: str = "zh") -> str:
    """The whole picture."""
    rows = {node.id: at for at, node in enumerate(blueprint.nodes)}
    ways = [(rows[node.id], rows[branch.to], node, branch) for node in blueprint.nodes for branch in node.branches]
    lanes = _lanes([(a, b) for a, b, _, _ in ways])
    left = SIDE + LANE * (1 + max((lane for (a, b), lane in lanes.items() if b < a), default=0))
    right = SIDE + LANE * (1 + max((lane for (a, b), lane in lanes.items() if b > a), default=0))
    labels = CELL * max((cells(branch_label(n, b, language)) for _, _, n, b in ways), default=0)
    width, height = left + BOX_W + right + labels + 40, TOP + ROW * len(rows) + 10
    parts = [*_frame(width, height, f"{blueprint.title(language)}  {blueprint.key}")]
    seen: dict[int, int] = {}
    for start, end, node, branch in ways:
        shift = seen[start] = seen.get(start, -1) + 1
        parts += _way(start, end, lanes[start, end], left, branch_label(node, branch, language), shift, node, branch)
    for node in blueprint.nodes:
        up = [branch for branch in node.branches if rows[branch.to] <= rows[node.id]]
        parts += _box(node, rows[node.id], left, language, up)
    return "\n".join([*parts, "</svg>", ""])


def _frame(width: float, height: float, title: str) -> Iterator[str]:
    yield f"<svg xmlns='http://www.w3.org/2000/svg' width='{width:.0f}' height='{height:.0f}' {FONT} font-size='14'>"
    yield (
        "<defs><marker id='tip' viewBox='0 0 8 8' refX='7' refY='4' markerWidth='7' markerHeight='7' orient='auto'>"
        "<path d='M0 0L8 4L0 8z' fill='#556'/></marker></defs>"
    )
    yield f"<rect width='{width:.0f}' height='{height:.0f}' fill='#ffffff'/>"
    yield f"<text x='20' y='36' font-size='20' font-weight='bold' fill='#223'>{html.escape(title)}</text>"


def _lanes(ways: list[tuple[int, int]]) -> dict[tuple[int, int], int]:
    """How far out each arc runs, so that none lies on another: short ones inside, the next row straight down (0)."""
    found: dict[tuple[int, int], int] = {}
    taken: list[tuple[int, int, int, bool]] = []
    for start, end in sorted(set(ways), key=lambda way: (abs(way[1] - way[0]), way)):
        low, high, down = min(start, end), max(start, end), end > start
        if end == start + 1:
            found[start, end] = 0
            continue
        busy = {lane for a, b, lane, way in taken if way == down and a < high and low < b}
        lane = next(n for n in range(1, len(ways) + 2) if n not in busy)
        found[start, end] = lane
        taken.append((low, high, lane, down))
    return found


def _way(
    start: int, end: int, lane: int, left: float, label: str, shift: int, node: Node, branch: Branch
) -> Iterator[str]:
    down = end > start
    y1, y2 = _middle(start), _middle(end)
    if lane == 0:
        x = left + 60
        yield _path(f"M{x} {y1 + BOX_H / 2}V{y2 - BOX_H / 2}")
        yield from _label(x + 8, y1 + ROW / 2 + 5, label)
        return
    out = SIDE + LANE * lane
    edge = left + BOX_W if down else left
    x = edge + out if down else edge - out
    offset = min(shift, 3) * 5 - 6
    yield _path(f"M{edge} {y1 + offset}H{x:.0f}V{y2}H{edge}")
    if down:
        yield from _label(left + BOX_W + 8, y1 + offset - 3, label)


def _path(d: str) -> str:
    return f"<path d='{d}' fill='none' stroke='#778' stroke-width='1.3' marker-end='url(#tip)'/>"


def _label(x: float, y: float, label: str) -> Iterator[str]:
    if label:
        yield (
            f"<text x='{x:.0f}' y='{y:.0f}' font-size='12' fill='#235' stroke='#fff' stroke-width='3'"
            f" paint-order='stroke'>{html.escape(label)}</text>"
        )


def _middle(row: int) -> float:
    return TOP + ROW * row + BOX_H / 2


def _box(node: Node, row: int, left: float, language: str, up: Sequence[Branch]) -> Iterator[str]:
    """Its id and kind above, what it says below, the ways back up at its right; a mandatory one has a thick edge and a
    mark."""
    y = TOP + ROW * row
    edge = "stroke='#b3261e' stroke-width='2.5'" if node.must else "stroke='#99a' stroke-width='1'"
    round_ = BOX_H / 2 if isinstance(node, End) else 5
    kind = say(f"blueprint.kind.{node.kind}", language) + (" !" if node.must else "")
    yield (
        f"<rect x='{left:.0f}' y='{y}' width='{BOX_W}' height='{BOX_H}' rx='{round_:g}' {edge}"
        f" fill='{COLOURS[node.kind]}'/>"
    )
    yield f"<text x='{left + 14:.0f}' y='{y + 16}' font-size='11' fill='#556'>{html.escape(node.id)}  {html.escape(kind)}</text>"
    for n, branch in enumerate(up):
        led = html.escape(f"{branch_label(node, branch, language)} ↑ {branch.to}".strip())
        yield f"<text x='{left + BOX_W - 10:.0f}' y='{y + 14 + 12 * n}' font-size='11' fill='#235' text-anchor='end'>{led}</text>"
    yield f"<text x='{left + 14:.0f}' y='{y + 33}' fill='#112'>{html.escape(_cut(headline(node, language)))}</text>"


def _cut(text: str) -> str:
    """As much as a box holds."""
    room, kept = int((BOX_W - 28) / CELL) - 2, ""
    for char in text:
        if cells(kept + char) > room:
            return kept + "…"
        kept += char
    return kept
