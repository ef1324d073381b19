"""A blueprint file → Blueprint, wholly or not at all; every error with file, line, column and what would be right."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from agent_tui.blueprints import schema
from agent_tui.blueprints.model import STATES, Blueprint, Node
from agent_tui.blueprints.nodes import node
from agent_tui.blueprints.tree import Problem, Tree, Wrong, grow, misshapen
from agent_tui.errors import InputError
from agent_tui.i18n.catalog import LANGUAGES, say

KEPT = 64
"""Texts remembered with what they say: the same files are read for the desks, for triage and while an author looks on."""
_REQUIRED = ("blueprint", "version", "title", "owner", "contact", "valid", "change", "categories", "start", "nodes")
_ALLOWED = (*_REQUIRED, "state", "languages", "words")


class BrokenBlueprint(InputError):
    """A file that is no blueprint; `problems` names everything found wrong, the message the first."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        first = problems[0]
        super().__init__(
            first.key, **first.args, file=first.file, line=first.line, column=first.column, more=len(problems) - 1
        )
        self.problems = problems


@lru_cache(maxsize=KEPT)
def parse(text: str, source: str) -> Blueprint:
    """The blueprint of a YAML text; `source` is its file name for messages. BrokenBlueprint if it is none."""
    try:
        tree = grow(text)
        head = _head(tree)
        nodes, wrong = _nodes(head["nodes"])
    except Wrong as error:
        raise BrokenBlueprint((error.problem(source),)) from None
    wrong += _targets(tree, nodes, {node.id for node in nodes} | {error.args_.get("node") for error in wrong})
    if wrong:
        ordered = sorted(wrong, key=lambda error: (error.line, error.column))
        raise BrokenBlueprint(tuple(error.problem(source) for error in ordered))
    return Blueprint(**{**head, "nodes": nodes})


def _head(tree: Tree) -> dict[str, Any]:
    found = schema.entries(tree, _ALLOWED, _REQUIRED)

    def at(name: str) -> Tree:
        return found[name][1]

    valid = schema.entries(at("valid"), ("from", "to"), ("from", "to"))
    first, last = schema.day(valid["from"][1]), schema.day(valid["to"][1])
    if first > last:
        raise Wrong(valid["to"][1], "valid_order")
    languages = (
        tuple(schema.word(item, LANGUAGES) for item in schema.items(at("languages")))
        if ("languages" in found)
        else LANGUAGES
    )
    return {
        "id": schema.name(at("blueprint"), "-_"),
        "version": schema.number(at("version"), 1, 99_999),
        "state": schema.word(at("state"), STATES) if "state" in found else "draft",
        "titles": schema.texts(at("title")),
        "owner": schema.name(at("owner")),
        "contact": schema.text(at("contact"), 80),
        "valid_from": first,
        "valid_to": last,
        "change": schema.text(at("change"), 400),
        "languages": languages or LANGUAGES,
        "categories": tuple(schema.name(item) for item in schema.items(at("categories"))),
        "words": _words(at("words")) if "words" in found else {},
        "start": schema.name(at("start")),
        "nodes": at("nodes"),
    }


def _words(tree: Tree) -> dict[str, tuple[str, ...]]:
    return {
        language: tuple(schema.text(item, 60) for item in schema.items(value))
        for language, (_, value) in schema.entries(tree, LANGUAGES).items()
    }


def _nodes(tree: Tree) -> tuple[tuple[Node, ...], list[Wrong]]:
    """All nodes that could be read, and what is wrong with the others."""
    if not isinstance(tree.value, dict) or not tree.value:
        raise misshapen(tree, "map")
    built: list[Node] = []
    wrong: list[Wrong] = []
    for id_, (key, value) in tree.value.items():
        try:
            built.append(node(schema.name(Tree(line=key.line, column=key.column, value=id_)), key, value))
        except Wrong as error:
            error.args_.setdefault("node", id_[:60])
            wrong.append(error)
    return tuple(built), wrong


def _targets(tree: Tree, nodes: tuple[Node, ...], known: set[object]) -> list[Wrong]:
    """Every target must be a node: found again in the tree for its line."""
    assert isinstance(tree.value, dict)
    ids = {str(id_) for id_ in known if id_} | _ids(tree)
    start = tree.value["start"][1]
    wrong = [] if start.value in ids else [_no_node(start, str(start.value), ids)]
    for each in nodes:
        for target in (*(branch.to for branch in each.branches), *each.before):
            if target not in ids:
                wrong.append(_no_node(_where(tree, each.id, target), target, ids))
    return wrong


def _ids(tree: Tree) -> set[str]:
    assert isinstance(tree.value, dict)
    nodes = tree.value["nodes"][1].value
    return set(nodes) if isinstance(nodes, dict) else set()


def _no_node(where: Tree, target: str, ids: set[str]) -> Wrong:
    return Wrong(where, "no_node", target=target[:60], near=schema.nearest(target, ids))


def _where(tree: Tree, node_id: str, target: str) -> Tree:
    """The scalar that names `target` inside a node."""
    assert isinstance(tree.value, dict)
    nodes = tree.value["nodes"][1].value
    assert isinstance(nodes, dict)
    key, body = nodes[node_id]
    return next((leaf for leaf in _leaves(body) if leaf.value == target), key)


def _leaves(tree: Tree) -> list[Tree]:
    if isinstance(tree.value, dict):
        return [
            leaf
            for name in ("next", "choices", "must", *tree.value)
            if name in tree.value
            for leaf in _leaves(tree.value[name][1])
        ]
    if isinstance(tree.value, tuple):
        return [leaf for item in tree.value for leaf in _leaves(item)]
    return [tree]


def text_of(problem: Problem, language: str) -> str:
    """One line for people: `file:line:column: reason`."""
    place = {"file": problem.file, "line": problem.line, "column": problem.column}
    return say(problem.key, language, **problem.args, **place)
