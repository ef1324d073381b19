"""The look of simulation: any theme with another ground and the titles in the ink of simulation."""

from __future__ import annotations

import msgspec
from rich.color import Color
from rich.style import Style
from textual.app import App

from agent_tui.tui import themes
from agent_tui.tui.themes import Base, ThemeFile
from agent_tui.tui.widgets.lines import Painter

MARK = "~simulation"
"""Stands after the name of the theme that was changed."""
TINT = 0.09
"""Share of the simulation's colour in the ground: seen at a glance, and every ink stays readable on it."""


def simulated(file: ThemeFile) -> ThemeFile:
    """`file` for simulation. In a theme of the terminal's own 16 colours only the titles change: nothing can be mixed."""
    style = Style.parse(file.ink["sim"])
    front, back = _name(style.color), _name(style.bgcolor)
    ink = {**file.ink, "title": f"{front} on {back}", "title_focus": f"bold {back} on {front}"}
    base = file.base if file.ansi else _tinted(file.base, back)
    return msgspec.structs.replace(file, name=file.name + MARK, base=base, ink=ink)


def _name(colour: Color | None) -> str:
    return colour.name if colour is not None else "default"


def _tinted(base: Base, colour: str) -> Base:
    return msgspec.structs.replace(
        base, background=mixed(base.background, colour, TINT), surface=mixed(base.surface, colour, TINT)
    )


def mixed(one: str, other: str, share: float) -> str:
    """`#rrggbb` between two such colours; `share` of the second."""
    pairs = zip(bytes.fromhex(one[1:]), bytes.fromhex(other[1:]), strict=True)
    return "#" + bytes(round(a + (b - a) * share) for a, b in pairs).hex()


def wear(app: App[int], painter: Painter, name: str) -> None:
    """Dress the program in the simulation's variant of the theme `name`, which may be one already."""
    file = simulated(themes.load(name.removesuffix(MARK)))
    app.register_theme(themes.textual_theme(file))
    app.theme = file.name
    painter.wear(themes.Ink(file))
