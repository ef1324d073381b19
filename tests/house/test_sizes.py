"""Files, functions and classes stay small enough to be read; exceptions are named with their reason."""

from __future__ import annotations

import ast
import statistics
from functools import cache
from pathlib import Path

import pytest

from tests.house.source import PROGRAM, Function, classes, functions, length, modules, name, parsed

FILE, FUNCTION, CLASS, METHODS, MEDIAN = 400, 50, 250, 20, 8
FORBIDDEN_NAMES = {"utils", "helpers", "common", "manager", "managers", "core"}

EXCEPTIONS: dict[str, str] = {}
"""`path` or `path:name` → why it is larger than the rule allows."""


@cache
def too_large(path: Path, text: str) -> list[str]:
    """What in this file breaks the rule of sizes, without looking at exceptions."""
    found = []
    lines = text.count("\n") + 1
    if lines > FILE:
        found.append(f"{name(path)}: {lines} lines, {FILE} are allowed")
    for function in functions(text):
        if length(function) > FUNCTION:
            found.append(f"{name(path)}:{function.name}: {length(function)} lines, {FUNCTION} are allowed")
    for cls in classes(text):
        methods = sum(isinstance(item, Function) for item in cls.body)
        if length(cls) > CLASS:
            found.append(f"{name(path)}:{cls.name}: {length(cls)} lines, {CLASS} are allowed")
        if methods > METHODS:
            found.append(f"{name(path)}:{cls.name}: {methods} methods, {METHODS} are allowed")
    return found


@pytest.mark.parametrize("path", modules(), ids=name)
def test_nothing_is_too_large(path: Path) -> None:
    broken = [line for line in too_large(path, path.read_text()) if line.split(": ")[0] not in EXCEPTIONS]
    assert not broken, "\n".join(broken)


def test_the_median_function_is_short() -> None:
    lengths = [length(f) for path in modules() for f in functions(path.read_text())]
    assert statistics.median(lengths) <= MEDIAN


def test_no_module_is_named_after_nothing() -> None:
    assert not [name(p) for p in modules() if p.stem in FORBIDDEN_NAMES or p.parent.name in FORBIDDEN_NAMES]


def test_every_module_says_what_it_is() -> None:
    silent = [
        name(path)
        for path in modules()
        if path.name != "__init__.py" and not ast.get_docstring(parsed(path.read_text()))
    ]
    assert not silent


def test_package_inits_stay_empty() -> None:
    full = [p for p in modules() if p.name == "__init__.py" and p.parent != PROGRAM and p.read_text().strip()]
    assert not [name(p) for p in full]


def test_exceptions_name_things_that_exist_and_need_them() -> None:
    needed = {line.split(": ")[0] for path in modules() for line in too_large(path, path.read_text())}
    assert set(EXCEPTIONS) <= needed
    assert all(reason.strip() for reason in EXCEPTIONS.values())


def test_a_planted_long_function_is_found() -> None:
    text = "def long() -> None:\n" + "    pass\n" * (FUNCTION + 1)
    assert too_large(Path("planted.py"), text) == ["planted.py:long: 52 lines, 50 are allowed"]


def test_a_planted_god_class_is_found() -> None:
    text = "class God:\n" + "".join(f"    def m{n}(self) -> None: ...\n" for n in range(METHODS + 1))
    assert too_large(Path("planted.py"), text) == ["planted.py:God: 21 methods, 20 are allowed"]
