"""YAML 1.2 as a tree that knows line and column of everything in it. Nothing is ever constructed from it.

Refused, because an author cannot mean them: aliases and anchors (a small file could unfold without end), tags,
keys given twice, several documents, characters that move the cursor.
"""

from __future__ import annotations

import unicodedata
from typing import Any, TypeAlias

import msgspec

MAX_BYTES = 1_000_000
MAX_DEPTH = 24
MOST_WRITTEN = 40
"""Characters of a wrong value that are repeated."""
_PLAIN = {f"tag:yaml.org,2002:{name}" for name in ("str", "int", "bool", "null", "float", "timestamp", "map", "seq")}


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong in a file and where; lines and columns count from 1."""

    file: str
    line: int
    column: int
    key: str
    """Message key under `blueprint.wrong`."""
    args: dict[str, str | int] = {}


class Wrong(Exception):
    """A problem on its way out of the reading."""

    def __init__(self, where: Tree | tuple[int, int], key: str, /, **args: str | int) -> None:
        super().__init__(key)
        self.line, self.column = where if isinstance(where, tuple) else (where.line, where.column)
        self.key = f"blueprint.wrong.{key}"
        self.args_ = args

    def problem(self, file: str) -> Problem:
        return Problem(file=file, line=self.line, column=self.column, key=self.key, args=self.args_)


class Tree(msgspec.Struct, frozen=True, kw_only=True):
    """A value and where it stands."""

    line: int
    column: int
    value: Scalar | tuple[Tree, ...] | dict[str, tuple[Tree, Tree]]
    """A scalar, a list, or a map: key → (key, value)."""

    @property
    def shape(self) -> str:
        """`map`, `list`, `text`, `number`, `flag` or `nothing`."""
        kinds = ((dict, "map"), (tuple, "list"), (bool, "flag"), (int, "number"), (str, "text"))
        return next((name for kind, name in kinds if isinstance(self.value, kind)), "nothing")

    @property
    def written(self) -> str:
        """A scalar as it may have been written, the mark of a map or list; for messages in any language."""
        match self.value:
            case dict():
                return "{…}"
            case tuple():
                return "[…]"
            case None:
                return '""'
            case bool():
                return str(self.value).lower()
        return str(self.value)[:MOST_WRITTEN]


Scalar: TypeAlias = str | int | bool | None


def misshapen(tree: Tree, want: str) -> Wrong:
    """Something else than a `map`, `list`, `text`, `number` or `flag` stands where one belongs."""
    return Wrong(tree, f"shape_{want}", found=tree.written)


def grow(text: str) -> Tree:
    """The tree of a YAML text. Wrong says what is not YAML, or not allowed here."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise Wrong((1, 1), "too_large", limit=MAX_BYTES)
    _refuse_controls(text)
    try:
        root = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise Wrong(where, "yaml", reason=_one_line(error.problem or error.context or "")) from error
    except (YAMLError, ValueError, RecursionError) as error:
        raise Wrong((1, 1), "yaml", reason=_one_line(str(error))) from error
    if root is None:
        raise Wrong((1, 1), "empty")
    return _tree(root, 0, set())


def _one_line(text: str) -> str:
    return " ".join(str(text).split())[:200]


def _refuse_controls(text: str) -> None:
    """No escape sequences, no marks that turn the direction of writing."""
    for number, line in enumerate(text.split("\n"), 1):
        for column, ch in enumerate(line, 1):
            if _moves(ch) and ch not in "\t\r":
                raise Wrong((number, column), "control", code=f"U+{ord(ch):04X}")


def _moves(ch: str) -> bool:
    return (ch > "~" and unicodedata.category(ch) in ("Cc", "Cf", "Cs", "Zl", "Zp")) or ch < " " or ch == "\x7f"


def _tree(node: Any, depth: int, seen: set[int]) -> Tree:
    where = (node.start_mark.line + 1, node.start_mark.column + 1)
    if node.anchor or id(node) in seen:
        raise Wrong(where, "alias")
    seen.add(id(node))
    if depth > MAX_DEPTH:
        raise Wrong(where, "too_deep", limit=MAX_DEPTH)
    tag = str(node.tag)
    if tag not in _PLAIN:
        raise Wrong(where, "tag", tag=tag.rpartition(":")[2][:60])
    line, column = where
    if node.id == "mapping":
        return Tree(line=line, column=column, value=_map(node, depth, seen))
    if node.id == "sequence":
        return Tree(line=line, column=column, value=tuple(_tree(item, depth + 1, seen) for item in node.value))
    return Tree(line=line, column=column, value=_scalar(node, tag.rpartition(":")[2], where))


def _map(node: Any, depth: int, seen: set[int]) -> dict[str, tuple[Tree, Tree]]:
    found: dict[str, tuple[Tree, Tree]] = {}
    for key_node, value_node in node.value:
        key = _tree(key_node, depth + 1, seen)
        name = _name(key)
        if name in found:
            raise Wrong(key, "twice", name=name[:60], first=found[name][0].line)
        found[name] = (key, _tree(value_node, depth + 1, seen))
    return found


def _name(key: Tree) -> str:
    """A key as text: `1` and `true` are keys too."""
    if key.shape in ("map", "list", "nothing"):
        raise Wrong(key, "key")
    return str(key.value).lower() if isinstance(key.value, bool) else str(key.value)


def _scalar(node: Any, tag: str, where: tuple[int, int]) -> Scalar:
    raw = str(node.value)
    for ch in raw:
        if _moves(ch) and ch != "\n":
            raise Wrong(where, "control", code=f"U+{ord(ch):04X}")
    if tag == "null":
        return None
    if tag == "bool":
        return raw.lower() == "true"
    if tag == "int":
        return _whole(raw, where)
    return raw


def _whole(raw: str, where: tuple[int, int]) -> int:
    """Only what people write as a number: no octal, no hexadecimal, no underscores."""
    plain = raw.removeprefix("-").removeprefix("+")
    if not (plain.isascii() and plain.isdigit()) or len(plain) > 15:
        raise Wrong(where, "whole", found=raw[:40])
    return int(raw)
