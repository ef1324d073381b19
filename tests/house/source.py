"""The program's source as the house tests read it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "agent_tui"

Function = ast.FunctionDef | ast.AsyncFunctionDef


def modules(folder: Path = PROGRAM) -> list[Path]:
    """Every Python file below `folder`."""
    return sorted(p for p in folder.rglob("*.py") if "__pycache__" not in p.parts)


def name(path: Path) -> str:
    """Path from the project's root, for messages."""
    return path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else path.name


def functions(tree: ast.AST) -> Iterator[Function]:
    for node in ast.walk(tree):
        if isinstance(node, Function):
            yield node


def classes(tree: ast.AST) -> Iterator[ast.ClassDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            yield node


def length(node: Function | ast.ClassDef) -> int:
    """Lines from the first decorator's successor (`def` or `class`) to the end."""
    return (node.end_lineno or node.lineno) - node.lineno + 1
