"""What people typed is never parsed as markup: no built string reaches a place that parses it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.house.source import PROGRAM, modules, name, parsed

PARSES = {"Static", "Label", "Button", "notify", "Option", "from_markup", "add_row", "update", "Markdown", "Checkbox"}
"""Callables of Textual whose text argument is parsed unless told otherwise."""


def _built(node: ast.expr) -> bool:
    """Whether the expression is text put together at run time."""
    if isinstance(node, ast.JoinedStr):
        return any(isinstance(part, ast.FormattedValue) for part in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Mod):
        return any(
            (isinstance(n, ast.Constant) and isinstance(n.value, str)) or isinstance(n, ast.JoinedStr)
            for n in (node.left, node.right)
        )
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"format", "format_map", "join"}
    )


def parsed_text(path: Path, text: str) -> list[str]:
    """Calls that hand built text to a parser of markup."""
    found = []
    for node in ast.walk(parsed(text)):
        if not isinstance(node, ast.Call):
            continue
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        plain = any(
            k.arg == "markup" and isinstance(k.value, ast.Constant) and k.value.value is False for k in node.keywords
        )
        if called in PARSES and not plain and any(_built(a) for a in node.args):
            found.append(f"{name(path)}:{node.lineno}: {called}() is given built text; use tui.text.literal()")
    return found


@pytest.mark.parametrize("path", modules(PROGRAM / "tui"), ids=name)
def test_no_built_text_is_parsed_as_markup(path: Path) -> None:
    assert not parsed_text(path, path.read_text())


@pytest.mark.parametrize(
    "line",
    ['Label(f"{name}")', 'self.notify("x " + name)', 'Static("{}".format(name))', 'table.add_row("%s" % name)'],
)
def test_planted_built_text_is_found(line: str) -> None:
    assert parsed_text(Path("planted.py"), line)


def test_markup_switched_off_is_fine() -> None:
    assert not parsed_text(Path("planted.py"), 'self.notify(f"{name}", markup=False)')
