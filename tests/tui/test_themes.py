"""Five themes, each readable: every ink has at least 4.5:1 against its ground (WCAG 2.2, 1.4.3)."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.color import Color
from rich.terminal_theme import DEFAULT_TERMINAL_THEME

from agent_tui.config import data
from agent_tui.errors import ConfigError
from agent_tui.tui import themes
from tests.tui.fake import FakeDoor
from tests.tui.stage import stage

FIVE = ("dark", "green-screen", "high-contrast", "light", "plain16")
XTERM = [
    (0, 0, 0), (205, 0, 0), (0, 205, 0), (205, 205, 0), (0, 0, 238), (205, 0, 205), (0, 205, 205), (229, 229, 229),
    (127, 127, 127), (255, 0, 0), (0, 255, 0), (255, 255, 0), (92, 92, 255), (255, 0, 255), (0, 255, 255),
    (255, 255, 255),
]  # fmt: skip


def rgb(colour: Color) -> tuple[int, int, int]:
    """As xterm paints it."""
    if colour.number is not None and colour.number < 16:
        return XTERM[colour.number]
    red, green, blue = colour.get_truecolor(DEFAULT_TERMINAL_THEME)
    return red, green, blue


def luminance(colour: tuple[int, int, int]) -> float:
    """Relative luminance, WCAG 2.2."""
    parts = [part / 255 for part in colour]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: tuple[int, int, int], other: tuple[int, int, int]) -> float:
    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def test_the_five_are_there_and_the_default_comes_first() -> None:
    assert sorted(themes.names()) == sorted(FIVE)
    assert themes.names()[0] == "dark"


@pytest.mark.parametrize("name", FIVE)
@pytest.mark.parametrize("role", themes.ROLES)
def test_every_ink_can_be_read(name: str, role: str) -> None:
    style = themes.Ink(themes.load(name))[role]
    assert style.color is not None
    assert style.bgcolor is not None
    assert contrast(rgb(style.color), rgb(style.bgcolor)) >= 4.5


@pytest.mark.parametrize("name", FIVE)
async def test_every_theme_can_be_worn_and_changed(name: str) -> None:
    async with stage(FakeDoor(rows=3), theme=name) as at:
        await at.press("f2", "e")
        await at.type("light")
        await at.press("enter")
        assert at.pilot.app.theme == "light"
        assert "配色：浅色" in at.line("said")


def test_a_theme_that_is_not_there_names_those_that_are() -> None:
    with pytest.raises(ConfigError) as caught:
        themes.load("drak")
    assert "dark" in str(caught.value.args_["known"])


@pytest.mark.parametrize(
    "text", ["name = ", 'name = "x"\n', 'name = "x"\ndark = true\n[base]\n[ink]\n', b"\xff".decode("latin-1")]
)
def test_a_broken_theme_names_its_file(tmp_path: Path, text: str) -> None:
    file = tmp_path / "own.toml"
    file.write_text(text)
    with pytest.raises(ConfigError) as caught:
        themes.read(file)
    assert caught.value.args_["file"] == "own.toml"


def test_a_role_that_is_missing_is_named(tmp_path: Path) -> None:
    shipped = data.folder("themes") / "dark.toml"
    file = tmp_path / "own.toml"
    file.write_text("\n".join(line for line in shipped.read_text().splitlines() if not line.startswith("offer =")))
    with pytest.raises(ConfigError) as caught:
        themes.read(file)
    assert caught.value.args_["missing"] == "offer"
