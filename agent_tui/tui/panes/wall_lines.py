"""The supervisor's wall as lines: the life lines with their arithmetic, the groups, the people, the curve of the day.

Pure. Curves are drawn with ASCII, since block characters are two cells wide in some Chinese terminals.
"""

from __future__ import annotations

from collections.abc import Sequence

from agent_tui.desk.wall_views import AgentTile, GroupTile, WallView
from agent_tui.domain.centre import Figure
from agent_tui.i18n.catalog import say
from agent_tui.metrics.registry import METRICS
from agent_tui.tui import marks
from agent_tui.tui.line import EMPTY, Line, cell, crop, length, piece, spread
from agent_tui.tui.words import Words, speaking

own = speaking("monitor")

LIFE_LINES = ("abandonment", "service_level", "asa", "occupancy")
"""M14: in the order of importance to the floor."""

MORE = ("aht", "utilisation", "contacts_per_hour", "csat", "fcr", "offered", "answered", "abandoned")

TOO_LONG_S = 120.0
"""A wait that is bad in whichever group it is: four times the slackest target of the shipped ones, 30 s."""

STATES = ("reserved", "busy", "wrap_up", "ready", "not_ready")
"""The order of people on the wall; within a state the longest first."""


def metric_name(words: Words, metric: str) -> str:
    return say(f"metrics.name.{metric}", words.language)


# ---- figures ---------------------------------------------------------------------------------------------------------


def summary(view: WallView, words: Words, width: int) -> Line:
    """One line: how many wait, how long, how many people are in which state."""
    role = "bad" if view.longest_s > TOO_LONG_S else "warn" if view.waiting else "ok"
    parts: list[Line] = [
        (piece(own(words, "waiting", count=view.waiting), role),),
        (piece(own(words, "longest", span=words.span(view.longest_s)), role),) if view.waiting else EMPTY,
    ]
    for state in STATES:
        count = sum(tile.agent.state == state for tile in view.agents)
        mark, ink = marks.AGENT[state]
        parts.append(((f"{mark} ", ink), piece(f"{words.of('state', state)} {count}")))
    line: Line = ()
    for part in parts:
        line = (*line, ("   ", "text"), *part) if line else part
    return crop(line, width)


def figure_lines(figure: Figure | None, metric: str, words: Words, width: int) -> list[Line]:
    """A figure and, under it, the arithmetic it came from: numerator, denominator, rule."""
    name = metric_name(words, metric)
    if figure is None:
        return [(cell(name, 16, "muted"), piece("-", "muted")), EMPTY]
    mark, role = marks.LEVEL.get(figure.level, ("", "text"))
    head: Line = (cell(name, 16), cell(words.figure(figure), 9, role, "right"), (" ", "text"))
    goal = target(figure, words)
    if goal:
        head = (*head, piece(f"{mark} {goal}", role))
    under = own(words, "arithmetic", numerator=_number(figure.numerator), denominator=_number(figure.denominator))
    return [crop(head, width), crop((("  ", "muted"), piece(f"{under}  {figure.rule}", "muted")), width)]


def target(figure: Figure, words: Words) -> str:
    """What the figure should be, with its direction: `<= 5%`, `>= 80%`, `75%-85%`; empty without a target."""
    metric = METRICS.get(figure.metric)
    if figure.target is None or metric is None or metric.goal is None:
        return ""
    if metric.goal.kind == "band":
        return f"{metric.goal.low:.0%}-{words.target(figure)}"
    return f"{'<=' if metric.goal.kind == 'at_most' else '>='} {words.target(figure)}"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) else f"{value:,.1f}"


def figures(view: WallView, words: Words, width: int, metrics: Sequence[str] = LIFE_LINES) -> list[Line]:
    """Figures in as many columns as `width` allows."""
    columns = max(1, width // 46)
    cells = width // columns
    lines: list[Line] = []
    for start in range(0, len(metrics), columns):
        blocks = [figure_lines(view.figures.get(m), m, words, cells - 2) for m in metrics[start : start + columns]]
        for row in range(2):
            line: Line = ()
            for block in blocks:
                part = block[row]
                line = (*line, *part, (" " * max(0, cells - length(part)), "text"))
            lines.append(line)
    return lines


# ---- groups and people -----------------------------------------------------------------------------------------------


WITH_TARGET = 64
"""Columns from which each group's own target stands beside its service level."""


WIDE_FROM = 90
"""Columns from which the cells of a group stand further apart."""
NARROW = {"waiting": 6, "longest": 8, "ready": 6, "busy": 6, "service_level": 10, "target": 5, "abandonment": 10}
WIDE = {"waiting": 8, "longest": 9, "ready": 8, "busy": 8, "service_level": 12, "target": 8, "abandonment": 12}
"""Columns of each cell after the name."""


def group_head(words: Words, width: int) -> Line:
    return _group_cells(
        [own(words, f"column.{column}") for column in ("group", *WIDE)],
        ["muted"] * (1 + len(WIDE)),
        width,
    )


def group_line(tile: GroupTile, words: Words, width: int) -> Line:
    """One group: who waits, how long, who is there, its service level beside its own target, its abandonment."""
    level, lost = tile.figures.get("service_level"), tile.figures.get("abandonment")
    late = tile.waiting > 0 and tile.longest_s > tile.group.target_s
    closed = "" if tile.group.open_now else f" ({own(words, 'closed')})"
    return _group_cells(
        [
            tile.group.names.say(words.language) + closed,
            str(tile.waiting),
            words.span(tile.longest_s) + ("!" if late else " ") if tile.waiting else "- ",
            str(tile.ready),
            str(tile.busy),
            _marked(level, words),
            f"{tile.group.target_share:.0%}",
            _marked(lost, words),
        ],
        [
            "text" if tile.group.open_now else "muted",
            "warn" if tile.waiting else "muted",
            "bad" if late else "text",
            "ok" if tile.ready else "bad" if tile.waiting else "muted",
            "text",
            _role(level),
            "muted",
            _role(lost),
        ],
        width,
    )


def _marked(figure: Figure | None, words: Words) -> str:
    if figure is None or figure.value is None:
        return "-  "
    mark = marks.LEVEL.get(figure.level, (" ", ""))[0]
    return f"{words.figure(figure)} {mark:<2}"


def _role(figure: Figure | None) -> str:
    if figure is None or figure.value is None:
        return "muted"
    return marks.LEVEL.get(figure.level, ("", "text"))[1]


def _group_cells(texts: Sequence[str], roles: Sequence[str], width: int) -> Line:
    """The name, and to the right of it the cells there is room for."""
    sizes = WIDE if width >= WIDE_FROM else NARROW
    shown = [at for at, column in enumerate(sizes, 1) if column != "target" or width >= WITH_TARGET]
    widths = list(sizes.values())
    name = max(10, min(28, width - sum(widths[at - 1] for at in shown) - 1))
    line: Line = (cell(texts[0], name, roles[0]),)
    for at in shown:
        line = (*line, cell(texts[at], widths[at - 1], roles[at], "right"))
    return crop(line, width)


def sorted_people(tiles: Sequence[AgentTile]) -> list[AgentTile]:
    """By state as on the wall, the longest in it first."""
    order = {state: at for at, state in enumerate(STATES)}
    return sorted(tiles, key=lambda tile: (order.get(tile.agent.state, 9), -tile.in_state_s))


def person_line(tile: AgentTile, words: Words, width: int, groups: dict[str, str]) -> Line:
    """One person: state with mark and time in it, why, on which channel, unsent work."""
    mark, role = marks.AGENT.get(tile.agent.state, (" ", "text"))
    state = words.of("state", tile.agent.state)
    if tile.agent.state == "not_ready" and tile.agent.reason:
        state = words("state_because", state=state, reason=words.of("reason", tile.agent.reason))
    elif tile.contact_state == "hold":
        state = words.of("contact_state", "hold")
    left: Line = (
        (f"{mark} ", role),
        cell(tile.agent.name, 14),
        cell(f"L{tile.agent.level}", 3, "muted"),
        cell(state, 22, role),
        cell(words.span(tile.in_state_s) + ("!" if tile.long else " "), 9, "bad" if tile.long else "text", "right"),
        (" ", "text"),
        cell(words.of("channel", tile.channel) if tile.channel else "", 8, "text"),
    )
    if tile.agent.unsent:
        at = words.clock(tile.agent.unsent_since, seconds=False)
        left = (*left, piece(" ".join(filter(None, (own(words, "unsent", count=tile.agent.unsent), at))), "warn"))
    names = " ".join(groups.get(g, g) for g in tile.agent.groups)
    room = width - length(left) - 2
    return spread(left, (piece(names, "muted"),), width) if room > 8 else crop(left, width)


# ---- the curve of the day --------------------------------------------------------------------------------------------

_PARTS = (" ", ".", ":", "#")
"""A cell by thirds: empty, a third, two thirds, full."""


def curve(
    figure: Figure | None, metric: str, words: Words, width: int, height: int, now_slot: int | None
) -> list[Line]:
    """Values by half-hour as columns over a 24-hour axis; `now_slot` is the half-hour that is not complete yet."""
    name = metric_name(words, metric)
    values = figure.curve if figure else ()
    known = [v for v in values if v is not None]
    if not figure or not known or height < 3:
        return [(piece(name, "strong"),), (piece(own(words, "no_curve"), "muted"),)]
    top = _top(max(known), figure.unit)
    axis = 8
    step = max(1, min(3, (width - axis) // 48))
    lines: list[Line] = [(piece(name, "strong"), ("  ", "text"), piece(own(words, "by_half_hour"), "muted"))]
    rows = height - 2
    for row in range(rows, 0, -1):
        label = _label(top * row / rows, figure.unit, words) if row in (rows, (rows + 1) // 2) else ""
        body = [_cell(value, row, rows, top) * step for value in values]
        done = "".join(body[:now_slot] if now_slot is not None else body)
        rest = "".join(body[now_slot:] if now_slot is not None else [])
        lines.append((cell(label, axis - 1, "muted", "right"), (" ", "text"), (done, "accent"), (rest, "warn")))
    return [crop(line, width) for line in [*lines, _hours(axis, step)]]


def _top(value: float, unit: str) -> float:
    """A round end of the scale, at least `value`; shares end at 1."""
    if unit == "share":
        return 1.0
    size = 1.0
    while size * 10 < value:
        size *= 10
    return next(size * f for f in (1, 2, 5, 10) if size * f >= value)


def _cell(value: float | None, row: int, rows: int, top: float) -> str:
    if value is None:
        return " "
    filled = value / top * rows - (row - 1)
    return _PARTS[max(0, min(3, round(filled * 3)))]


def _label(value: float, unit: str, words: Words) -> str:
    if unit == "share":
        return f"{value:.0%}"
    return words.span(value) if unit == "s" else f"{value:,.0f}"


def _hours(axis: int, step: int) -> Line:
    every = 3 if step == 1 else 2
    marks_ = "".join(f"{hour:<{every * 2 * step}d}" for hour in range(0, 24, every))
    return ((" " * axis, "muted"), (marks_, "muted"))
