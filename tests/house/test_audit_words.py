"""Whoever reads the audit reads words: every kind of row that the server may write has its sentence."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import get_args

from agent_tui.domain.commands import Command
from agent_tui.i18n import catalog
from tests.house.source import modules, parsed


def kinds(text: str) -> Iterator[str]:
    """Kinds that a module names when it drafts a row, or keeps in a table called KINDS."""
    for node in ast.walk(parsed(text)):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "AuditDraft":
            named = [keyword.value for keyword in node.keywords if keyword.arg == "type"]
        elif isinstance(node, ast.AnnAssign) and getattr(node.target, "id", "") == "KINDS":
            named = node.value.values if isinstance(node.value, ast.Dict) else []
        else:
            continue
        yield from (
            value.value for value in named if isinstance(value, ast.Constant) and isinstance(value.value, str)
        )


def wordless(named: set[str]) -> set[str]:
    return {kind for kind in named if f"audit.act.{kind}" not in catalog.texts("en")}


def test_every_command_and_every_kind_of_row_has_its_words() -> None:
    commands = {command.__name__ for command in get_args(Command)}
    named = {kind for path in modules() for kind in kinds(path.read_text("utf-8"))}
    assert "ApprovalExpired" in named
    assert not wordless(commands | named)


def test_a_kind_without_words_is_noticed() -> None:
    assert wordless(set(kinds('AuditDraft(actor="x", type="OpenedTheVault", outcome="applied")'))) == {
        "OpenedTheVault"
    }
