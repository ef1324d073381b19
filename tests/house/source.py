"""The program's source as the house tests read it."""

from __future__ import annotations

import ast
from functools import cache
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


@cache
def parsed(text: str) -> ast.Module:
    """The tree of a module, which many rules look at and none changes."""
    return ast.parse(text)


@cache
def functions(text: str) -> tuple[Function, ...]:
    return tuple(node for node in ast.walk(parsed(text)) if isinstance(node, Function))


@cache
def classes(text: str) -> tuple[ast.ClassDef, ...]:
    return tuple(node for node in ast.walk(parsed(text)) if isinstance(node, ast.ClassDef))


def length(node: Function | ast.ClassDef) -> int:
    """Lines from the first decorator's successor (`def` or `class`) to the end."""
    return (node.end_lineno or node.lineno) - node.lineno + 1
