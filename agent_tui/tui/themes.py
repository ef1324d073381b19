"""Themes: `themes/*.toml` → a theme of Textual for stock widgets and the inks of our own lines.

A theme is data: `name`, `dark`, `ansi`, a table `[base]` of colours for Textual and a table `[ink]` of Rich styles,
one for each of ROLES. A site may overlay the folder (`config.data`).
"""

from __future__ import annotations

import tomllib
from pathlib import Path

import msgspec
from rich.errors import StyleSyntaxError
from rich.style import Style
from textual.theme import Theme

from agent_tui.config import data
from agent_tui.errors import ConfigError

ROLES = (
    "text", "muted", "strong", "accent", "ok", "warn", "bad", "key", "say", "ask", "do", "field",
    "cursor", "cursor_idle", "title", "title_focus", "bar", "bar_muted", "bar_ok", "bar_warn", "bar_bad", "bar_key",
    "offer", "offer_key", "sim",
)  # fmt: skip
"""`cursor…`, `title…`, `bar…`, `offer…` and `sim` bring a background of their own."""

DEFAULT = "dark"


class Base(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Colours for stock widgets, `#rrggbb` or an `ansi_` name."""

    background: str
    foreground: str
    surface: str
    panel: str
    accent: str
    ok: str
    warn: str
    bad: str


class ThemeFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    dark: bool
    base: Base
    ink: dict[str, str]
    ansi: bool = False


class Ink:
    """Rich styles by role, each complete with its background."""

    def __init__(self, file: ThemeFile) -> None:
        ground = Style.parse(f"{_rich(file.base.foreground)} on {_rich(file.base.background)}")
        self.styles = {role: ground + Style.parse(file.ink[role]) for role in ROLES}
        self.ground = ground

    def __getitem__(self, role: str) -> Style:
        return self.styles.get(role, self.ground)


def _rich(colour: str) -> str:
    """Rich's name of a colour of Textual."""
    return colour.removeprefix("ansi_")


def _files() -> dict[str, Path]:
    return {path.stem: path for path in data.files("themes", "*.toml")}


def names() -> list[str]:
    """Every theme there is, the default first."""
    return sorted(_files(), key=lambda name: (name != DEFAULT, name))


def read(path: Path) -> ThemeFile:
    """One theme file. ConfigError names the file and what is wrong with it."""
    try:
        file = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), ThemeFile)
        missing = [role for role in ROLES if role not in file.ink]
        unknown = [role for role in file.ink if role not in ROLES]
        if missing or unknown:
            raise ConfigError(
                "tui.theme_roles", file=path.name, missing=", ".join(missing), unknown=", ".join(unknown)
            )
        Ink(file)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError, StyleSyntaxError) as error:
        raise ConfigError("tui.theme_wrong", file=path.name, reason=str(error)) from error
    return file


def load(name: str | None) -> ThemeFile:
    """The theme of that name, the default for None. ConfigError names the nearest when there is none."""
    wanted = name or DEFAULT
    path = _files().get(wanted)
    if path is None:
        raise ConfigError("tui.theme_unknown", name=wanted, known=", ".join(names()))
    return read(path)


def textual_theme(file: ThemeFile) -> Theme:
    """The same theme for Textual's own widgets."""
    base = file.base
    return Theme(
        name=file.name,
        dark=file.dark,
        ansi=file.ansi,
        primary=base.accent,
        secondary=base.accent,
        accent=base.accent,
        warning=base.warn,
        error=base.bad,
        success=base.ok,
        foreground=base.foreground,
        background=base.background,
        surface=base.surface,
        panel=base.panel,
        text_alpha=1.0,
        variables=_variables(base, ansi=file.ansi),
    )


def _variables(base: Base, *, ansi: bool) -> dict[str, str]:
    cursor = {
        "input-cursor-background": base.foreground,
        "input-cursor-foreground": base.background,
        "input-selection-background": base.accent if ansi else f"{base.accent} 40%",
        "border": base.accent,
        "border-blurred": base.panel,
    }
    if not ansi:
        return cursor
    # Stock widgets name these in the branch of their styles for such themes.
    return cursor | {
        "ansi-background": base.background,
        "ansi-foreground": base.foreground,
        "block-cursor-foreground": base.background,
        "block-cursor-background": base.foreground,
        "input-selection-foreground": base.background,
        "screen-selection-background": base.accent,
        "screen-selection-foreground": base.background,
    }
