"""What each part of a blueprint file may hold, and the readers that turn a marked tree into checked values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from difflib import get_close_matches

from agent_tui.blueprints.conditions import OPERATORS, All, Any, Condition, Not, Test, Value
from agent_tui.blueprints.template import BadTemplate, names
from agent_tui.blueprints.tree import Tree, Wrong, misshapen
from agent_tui.i18n.catalog import LANGUAGES

Entries = Mapping[str, tuple[Tree, Tree]]


def nearest(word: str, words: Iterable[str]) -> str:
    """The likeliest word meant, or all of a short list."""
    known = sorted(words)
    close = get_close_matches(word.lower(), known, n=1, cutoff=0.5)
    return close[0] if close else ", ".join(known[:12])


def entries(tree: Tree, allowed: Iterable[str], required: Iterable[str] = ()) -> Entries:
    """The entries of a map, none unknown, none of the required missing."""
    if not isinstance(tree.value, dict):
        raise misshapen(tree, "map")
    allowed = tuple(allowed)
    for name, (key, _) in tree.value.items():
        if name not in allowed:
            raise Wrong(key, "unknown_key", name=name[:60], near=nearest(name, allowed))
    for name in required:
        if name not in tree.value:
            raise Wrong(tree, "missing", name=name)
    return tree.value


def items(tree: Tree) -> tuple[Tree, ...]:
    """The items of a list."""
    if not isinstance(tree.value, tuple):
        raise misshapen(tree, "list")
    return tree.value


def text(tree: Tree, longest: int = 400) -> str:
    """A text that is not empty, without line breaks at its end."""
    if not isinstance(tree.value, str):
        raise misshapen(tree, "text")
    plain = tree.value.strip()
    if not plain:
        raise Wrong(tree, "blank")
    if len(plain) > longest:
        raise Wrong(tree, "long", limit=longest)
    return plain


def word(tree: Tree, known: Iterable[str]) -> str:
    """One of the known words."""
    found = text(tree)
    known = tuple(known)
    if found not in known:
        raise Wrong(tree, "unknown_word", word=found[:60], near=nearest(found, known))
    return found


def name(tree: Tree, extra: str = "_") -> str:
    """An id: small letters, digits and `_` (or what `extra` allows), beginning with a letter."""
    found = text(tree, 60)
    if not (
        found[0].isalpha() and all(ch.isascii() and (ch.islower() or ch.isdigit() or ch in extra) for ch in found)
    ):
        raise Wrong(tree, "name", found=found)
    return found


def number(tree: Tree, low: int, high: int) -> int:
    """A whole number from `low` to `high`."""
    if isinstance(tree.value, bool) or not isinstance(tree.value, int):
        raise misshapen(tree, "number")
    if not low <= tree.value <= high:
        raise Wrong(tree, "range", low=low, high=high)
    return tree.value


def flag(tree: Tree) -> bool:
    if not isinstance(tree.value, bool):
        raise misshapen(tree, "flag")
    return tree.value


def day(tree: Tree) -> str:
    """A date, ISO 8601."""
    found = text(tree)
    try:
        return date.fromisoformat(found).isoformat()
    except ValueError:
        raise Wrong(tree, "day", found=found[:40]) from None


def template(tree: Tree, longest: int = 2000) -> str:
    """A text with well-formed placeholders."""
    found = text(tree, longest)
    try:
        names(found)
    except BadTemplate as bad:
        raise Wrong(tree, "template", near=found[bad.at : bad.at + 20]) from None
    return found


def texts(tree: Tree) -> dict[str, str]:
    """Language → template, at least one."""
    if isinstance(tree.value, str):
        raise Wrong(tree, "per_language", languages=", ".join(LANGUAGES))
    found = {language: template(value) for language, (_, value) in entries(tree, LANGUAGES).items()}
    if not found:
        raise Wrong(tree, "blank")
    return found


def condition(tree: Tree) -> Condition:
    """`{answer: x, is: y}`, `{fact: x, at_least: 3}`, `{all: […]}`, `{any: […]}`, `{not: {…}}`."""
    found = entries(tree, ("answer", "fact", "all", "any", "not", *OPERATORS))
    joins = [key for key in ("all", "any", "not") if key in found]
    if joins:
        if len(found) > 1:
            raise Wrong(tree, "condition")
        inner = found[joins[0]][1]
        if joins[0] == "not":
            return Not(condition(inner))
        parts = tuple(condition(part) for part in items(inner))
        if not parts:
            raise Wrong(inner, "blank")
        return All(parts) if joins[0] == "all" else Any(parts)
    return _test(tree, found)


def _test(tree: Tree, found: Entries) -> Test:
    sources = [key for key in ("answer", "fact") if key in found]
    operators = [key for key in OPERATORS if key in found]
    if len(sources) != 1 or len(operators) != 1:
        raise Wrong(tree, "condition")
    operator = operators[0]
    given = found[operator][1]
    if operator == "in":
        values = tuple(scalar(item) for item in items(given))
    elif operator == "known":
        values = (flag(given),)
    else:
        values = (scalar(given),)
    if not values:
        raise Wrong(given, "blank")
    return Test(source=sources[0], name=text(found[sources[0]][1], 80), operator=operator, values=values)


def scalar(tree: Tree) -> Value:
    """A text, whole number or flag."""
    if isinstance(tree.value, str | int | bool):
        return tree.value
    raise misshapen(tree, "text")
