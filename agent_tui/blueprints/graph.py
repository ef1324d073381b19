"""A blueprint as a picture: DOT for Graphviz, and an indented drawing for the terminal."""

from __future__ import annotations

from collections.abc import Iterator

from agent_tui.blueprints.conditions import All, Any, Condition, Not, Test, Value
from agent_tui.blueprints.model import Ask, Blueprint, Branch, End, Node, node_map
from agent_tui.i18n.catalog import say

_SHAPES = {"ask": "diamond", "check": "hexagon", "do": "box3d", "hand_over": "cds", "end": "oval", "offer": "note"}


def headline(node: Node, language: str) -> str:
    """The first line of what a node says, or what it is about."""
    if isinstance(node, End):
        return f"{node.category} / {node.result}"
    text = node.texts.get(language) or next(iter(node.texts.values()), node.id)
    return text.partition("\n")[0]


def branch_label(node: Node, branch: Branch, language: str) -> str:
    """Under which condition a branch is taken; empty for always."""
    return "" if branch.when is None else _condition(node, branch.when, language)


def _condition(node: Node, condition: Condition, language: str) -> str:
    match condition:
        case Test() if condition.name == node.name and condition.operator == "is":
            return _own(node, condition.values[0], language)
        case Test():
            values = ", ".join(str(value) for value in condition.values)
            return f"{condition.name} {condition.operator} {values}"
        case Not(part):
            return f"not ({_condition(node, part, language)})"
        case All(parts):
            return " & ".join(_condition(node, part, language) for part in parts)
        case Any(parts):
            return " | ".join(_condition(node, part, language) for part in parts)


def _own(node: Node, value: Value, language: str) -> str:
    if isinstance(value, bool):
        return say("blueprint.yes" if value else "blueprint.no", language)
    if isinstance(node, Ask):
        return next((c.texts.get(language, c.id) for c in node.choices if c.id == value), str(value))
    return say(f"blueprint.outcome.{value}", language)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def dot(blueprint: Blueprint, language: str = "zh") -> str:
    """Graphviz DOT."""
    lines = [f"digraph {_quoted(blueprint.key)} {{", "  rankdir=TB;", '  node [fontname="sans-serif", shape=box];']
    for node in blueprint.nodes:
        label = f"{node.id}\n{_cut(headline(node, language), 24)}"
        pen = ", penwidth=3" if node.must else ""
        lines.append(f"  {_quoted(node.id)} [label={_quoted(label)}, shape={_SHAPES.get(node.kind, 'box')}{pen}];")
    for node in blueprint.nodes:
        for branch in node.branches:
            label = branch_label(node, branch, language)
            shown = f" [label={_quoted(label)}]" if label else ""
            lines.append(f"  {_quoted(node.id)} -> {_quoted(branch.to)}{shown};")
    return "\n".join([*lines, "}", ""])


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"


def drawing(blueprint: Blueprint, language: str = "zh", width: int = 80) -> str:
    """A tree for the terminal: each node once, where it stands already an arrow up to it."""
    return "\n".join(_draw(blueprint, language, width)) + "\n"


def _draw(blueprint: Blueprint, language: str, width: int) -> Iterator[str]:
    nodes = node_map(blueprint)
    seen: set[str] = set()
    # (node, indent of its line, what led there, whether it goes on straight from the line above)
    ahead: list[tuple[str, str, str]] = [(blueprint.start, "", "")]
    while ahead:
        id_, indent, label = ahead.pop()
        node = nodes[id_]
        led = f"[{label}] " if label else ""
        if id_ in seen:
            yield _fit(f"{indent}{led}↑ {id_}", width)
            continue
        seen.add(id_)
        kind = say(f"blueprint.kind.{node.kind}", language)
        mark = "!" if node.must else ""
        yield _fit(f"{indent}{led}{id_} <{kind}{mark}> {headline(node, language)}", width)
        deeper = indent if len(node.branches) == 1 else indent + "  "
        for branch in reversed(node.branches):
            ahead.append((branch.to, deeper, branch_label(node, branch, language)))


def _fit(line: str, width: int) -> str:
    from agent_tui.blueprints.lint import cells

    if cells(line) <= width:
        return line
    kept, used = [], 0
    for ch in line:
        used += cells(ch)
        if used > width - 1:
            break
        kept.append(ch)
    return "".join(kept) + "…"
