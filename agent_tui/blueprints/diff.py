"""What changed between two versions of a blueprint, node by node, as a reviewer wants to read it."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from agent_tui.blueprints.model import Blueprint, Node, node_map

_NOT_CONTENT = frozenset({"line", "nodes"})


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One difference; `before` or `after` is empty for what was added or removed."""

    place: str
    """`head` or the node's id."""
    field: str
    """`texts.zh`, `branches`, `owner`…; empty for a whole node."""
    before: str
    after: str


def diff(old: Blueprint, new: Blueprint) -> tuple[Change, ...]:
    """Changes of the head first, then of nodes in the order of the new version, removed ones last."""
    before, after = node_map(old), node_map(new)
    changes = list(_fields("head", msgspec.to_builtins(old), msgspec.to_builtins(new)))
    for id_, node in after.items():
        if id_ not in before:
            changes.append(Change(place=id_, field="", before="", after=_kind(node)))
        else:
            changes += _fields(id_, msgspec.to_builtins(before[id_]), msgspec.to_builtins(node))
    changes += [
        Change(place=id_, field="", before=_kind(node), after="") for id_, node in before.items() if id_ not in after
    ]
    return tuple(changes)


def _kind(node: Node) -> str:
    return node.kind


def _fields(place: str, old: dict[str, object], new: dict[str, object]) -> Iterator[Change]:
    before, after = dict(_flat(old)), dict(_flat(new))
    for name in dict.fromkeys((*after, *before)):
        if before.get(name) != after.get(name):
            yield Change(place=place, field=name, before=before.get(name, ""), after=after.get(name, ""))


def _flat(value: object, name: str = "") -> Iterator[tuple[str, str]]:
    """Leaves by dotted name; branches and choices by what identifies them, so that an insertion is one change."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if name or key not in _NOT_CONTENT:
                yield from _flat(inner, f"{name}.{key}" if name else str(key))
    elif isinstance(value, list | tuple):
        for index, inner in enumerate(value):
            key = inner.get("id", index) if isinstance(inner, dict) else index
            yield from _flat(inner, f"{name}.{key}")
    elif value is not None:
        yield name, str(value)
