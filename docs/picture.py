"""A terminal's screen as a picture: cells on a grid, wide characters in two cells, through SVG to PNG.

Needs fonts with Chinese on the machine (Debian: fonts-noto-cjk, fonts-dejavu-core).
"""

from __future__ import annotations

import html
from pathlib import Path

import pyte
from rich.cells import cell_len

CELL_W, CELL_H, SIZE = 10.0, 21.0, 16.6
NARROW = "DejaVu Sans Mono"
WIDE = "Noto Sans Mono CJK SC"
FOREGROUND, BACKGROUND = "#e0e0e0", "#121212"
ANSI = {
    "black": "#000000",
    "red": "#cd3131",
    "green": "#0dbc79",
    "brown": "#e5e510",
    "blue": "#2472c8",
    "magenta": "#bc3fbc",
    "cyan": "#11a8cd",
    "white": "#e5e5e5",
    "brightblack": "#666666",
    "brightred": "#f14c4c",
    "brightgreen": "#23d18b",
    "brightbrown": "#f5f543",
    "brightblue": "#3b8eea",
    "brightmagenta": "#d670d6",
    "brightcyan": "#29b8db",
    "brightwhite": "#ffffff",
}


def _colour(name: str, default: str) -> str:
    if name == "default":
        return default
    return ANSI.get(name, f"#{name}")


def _colours(cell: pyte.screens.Char) -> tuple[str, str]:
    front, back = _colour(cell.fg, FOREGROUND), _colour(cell.bg, BACKGROUND)
    return (back, front) if cell.reverse else (front, back)


def _text(x: int, y: int, data: str, cell: pyte.screens.Char) -> str:
    wide = cell_len(data[0]) > 1
    cells = sum(cell_len(c) for c in data)
    weight = ' font-weight="bold"' if cell.bold else ""
    return (
        f'<text x="{x * CELL_W:g}" y="{y * CELL_H + 15.5:g}" fill="{_colours(cell)[0]}"{weight}'
        f' font-family="{WIDE if wide else NARROW}" font-size="{18 if wide else SIZE}"'
        f' textLength="{cells * CELL_W:g}" lengthAdjust="spacingAndGlyphs" xml:space="preserve">'
        f"{html.escape(data)}</text>"
    )


def _line(screen: pyte.Screen, y: int) -> list[str]:
    """Background runs first, then text runs of one style and one width."""
    backs: list[str] = []
    texts: list[str] = []
    run, start, style = "", 0, None
    x = 0
    while x <= screen.columns:
        cell = screen.buffer[y][x] if x < screen.columns else None
        data = cell.data if cell else ""
        kind = (_colours(cell)[0], cell.bold, cell_len(data or " ") > 1) if cell else None
        if cell and _colours(cell)[1] != BACKGROUND and data != "":
            width = max(1, cell_len(data)) * CELL_W
            backs.append(
                f'<rect x="{x * CELL_W:g}" y="{y * CELL_H:g}" width="{width + 0.5:g}" height="{CELL_H + 0.5:g}"'
                f' fill="{_colours(cell)[1]}"/>'
            )
        if run and (kind != style or not data.strip()):
            texts.append(_text(start, y, run, screen.buffer[y][start]))
            run = ""
        if cell and data.strip():
            if not run:
                start, style = x, kind
            run += data
        x += max(1, cell_len(data or " "))
    return backs + texts


def svg(screen: pyte.Screen) -> str:
    """The screen as an SVG picture."""
    width, height = screen.columns * CELL_W, screen.lines * CELL_H
    body = "\n".join(part for y in range(screen.lines) for part in _line(screen, y))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-8 -8 {width + 16:g} {height + 16:g}"'
        f' width="{width + 16:g}" height="{height + 16:g}">'
        f'<rect x="-8" y="-8" width="{width + 16:g}" height="{height + 16:g}" fill="{BACKGROUND}"/>\n{body}\n</svg>'
    )


def png(screen: pyte.Screen, path: Path) -> None:
    """Write the screen to `path`."""
    import resvg_py

    path.write_bytes(bytes(resvg_py.svg_to_bytes(svg_string=svg(screen))))
