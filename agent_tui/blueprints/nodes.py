"""Nodes of a blueprint file: each kind with its own keys, and where it leads."""

from __future__ import annotations

from typing import Any

from agent_tui.blueprints import schema
from agent_tui.blueprints.answers import FORMATS, LIMITED, TYPES
from agent_tui.blueprints.checks import CHECKS
from agent_tui.blueprints.conditions import Test, Value
from agent_tui.blueprints.model import KINDS, Branch, Choice, Node
from agent_tui.blueprints.schema import Entries
from agent_tui.blueprints.tree import Tree, Wrong, misshapen
from agent_tui.domain.complaint import COMPLAINT_LEVELS
from agent_tui.i18n.catalog import LANGUAGES

_COMMON = ("tip", "must", "answered", "expect", "next")
_SPEAKS_ITSELF = ("say", "ask", "offer", "note")
"""Kinds whose texts stand under their own name; the others have `text`."""
_OWN: dict[str, tuple[str, ...]] = {
    "say": (),
    "ask": ("type", "as", "choices", "low", "high", "format", "private"),
    "check": ("text", "checks", "need"),
    "look_up": ("text", "product"),
    "do": ("text", "with"),
    "offer": ("product",),
    "send": ("text", "message"),
    "hand_over": ("text", "how", "title", "brief", "complaint"),
    "note": (),
    "end": ("text", "result", "call_back"),
}
_REQUIRED: dict[str, tuple[str, ...]] = {
    "ask": ("type",),
    "check": ("text", "checks", "need"),
    "send": ("text", "message"),
    "offer": ("product",),
    "hand_over": ("text", "how"),
    "end": ("result",),
}
MEDIA = ("sms", "email", "link", "chat")
WAYS = ("transfer", "consult", "work_order")
OTHERWISE = "otherwise"


def node(id_: str, key: Tree, tree: Tree) -> Node:
    """The node of one entry of `nodes`. Wrong says what is amiss."""
    kind = _kind(tree)
    allowed = (kind, *_COMMON, *_OWN[kind])
    found = schema.entries(tree, [name for name in allowed if not (kind == "end" and name == "next")])
    for name in _REQUIRED.get(kind, ()):
        if name not in found:
            raise Wrong(key, "missing_in", name=name, node=id_)
    own = _own_fields(kind, found)
    branches = _choice_branches(own, found) + _next(kind, own, found)
    built: Node = KINDS[kind](id=id_, line=key.line, **_common(kind, found), **own)
    return _with_branches(built, branches, key)


def _kind(tree: Tree) -> str:
    if not isinstance(tree.value, dict):
        raise misshapen(tree, "map")
    kinds = [name for name in tree.value if name in KINDS]
    if len(kinds) > 1:
        raise Wrong(tree.value[kinds[1]][0], "two_kinds", one=kinds[0], two=kinds[1])
    if kinds:
        return kinds[0]
    others = [name for name in tree.value if name not in _COMMON]
    raise Wrong(tree, "no_kind", near=schema.nearest(others[0] if others else "", KINDS))


def _common(kind: str, found: Entries) -> dict[str, Any]:
    said = kind if kind in _SPEAKS_ITSELF else "text"
    given: dict[str, Any] = {"texts": schema.texts(found[said][1])} if said in found else {}
    if "tip" in found:
        given["tip"] = schema.texts(found["tip"][1])
    if "must" in found:
        given["must"], given["before"] = _must(found["must"][1])
    if "answered" in found:
        given["answered"] = schema.flag(found["answered"][1])
    if "expect" in found:
        given["expect_s"] = schema.number(found["expect"][1], 1, 3600)
    return given


def _must(tree: Tree) -> tuple[bool, tuple[str, ...]]:
    """`true` (before every end) or `{before: [nodes]}`."""
    if not isinstance(tree.value, dict):
        return schema.flag(tree), ()
    before = schema.items(schema.entries(tree, ("before",), ("before",))["before"][1])
    if not before:
        raise Wrong(tree, "blank")
    return True, tuple(schema.text(item, 60) for item in before)


def _own_fields(kind: str, found: Entries) -> dict[str, Any]:
    readers = {
        "ask": _ask,
        "check": _check,
        "look_up": _look_up,
        "do": _do,
        "offer": lambda found: {"product": schema.name(found["product"][1])},
        "send": _send,
        "hand_over": _hand_over,
        "end": _end,
    }
    return readers[kind](found) if kind in readers else {}


def _ask(found: Entries) -> dict[str, Any]:
    type_ = schema.word(found["type"][1], TYPES)
    given: dict[str, Any] = {"type": type_}
    if "as" in found:
        given["saved"] = schema.name(found["as"][1], "_.")
    for bound in ("low", "high"):
        if bound in found:
            if type_ not in LIMITED:
                raise Wrong(found[bound][0], "not_for", name=bound, type=type_)
            given[bound] = schema.number(found[bound][1], -(10**9), 10**12)
    if given.get("low", 0) > given.get("high", 10**12):
        raise Wrong(found["low"][1], "low_high")
    if "format" in found:
        if type_ != "text":
            raise Wrong(found["format"][0], "not_for", name="format", type=type_)
        given["format"] = schema.word(found["format"][1], FORMATS)
    if "private" in found:
        given["private"] = schema.flag(found["private"][1])
    if ("choices" in found) != (type_ == "choice"):
        raise Wrong(found["choices"][0] if "choices" in found else found["type"][1], "choices")
    if "choices" in found:
        given["choices"] = _choices(found["choices"][1])
    return given


def _choices(tree: Tree) -> tuple[Choice, ...]:
    choices: dict[str, Choice] = {}
    for item in schema.items(tree):
        found = schema.entries(item, ("id", "to", *LANGUAGES), ("id",))
        id_ = schema.name(found["id"][1])
        if id_ in choices:
            raise Wrong(found["id"][1], "choice_twice", choice=id_)
        said = {language: schema.text(found[language][1], 80) for language in LANGUAGES if language in found}
        if not said:
            raise Wrong(item, "per_language", languages=", ".join(LANGUAGES))
        choices[id_] = Choice(id=id_, texts=said)
    if not 2 <= len(choices) <= 9:
        raise Wrong(tree, "choice_count")
    return tuple(choices.values())


def _check(found: Entries) -> dict[str, Any]:
    checks = tuple(schema.word(item, CHECKS) for item in schema.items(found["checks"][1]))
    if len(set(checks)) != len(checks) or not checks:
        raise Wrong(found["checks"][1], "check_list")
    need = schema.number(found["need"][1], 1, len(checks))
    return {"degree": schema.word(found["check"][1], ("basic", "full")), "checks": checks, "need": need}


def _look_up(found: Entries) -> dict[str, Any]:
    facts = tuple(schema.text(item, 80) for item in schema.items(found["look_up"][1]))
    if not facts:
        raise Wrong(found["look_up"][1], "blank")
    product = tuple(schema.name(item) for item in schema.items(found["product"][1])) if "product" in found else ()
    # Picking a product is what makes it known which one is meant.
    picked = ("product.id",) if product and "product.id" not in facts else ()
    return {"facts": facts + picked, "product": product}


def _do(found: Entries) -> dict[str, Any]:
    args: dict[str, str] = {}
    if "with" in found:
        inner = found["with"][1]
        if not isinstance(inner.value, dict):
            raise misshapen(inner, "map")
        for name, (key, value) in inner.value.items():
            schema.name(Tree(line=key.line, column=key.column, value=name))
            args[name] = schema.template(value, 200)
    return {"action": schema.name(found["do"][1], "_."), "args": args}


def _send(found: Entries) -> dict[str, Any]:
    return {"medium": schema.word(found["send"][1], MEDIA), "message": schema.texts(found["message"][1])}


def _hand_over(found: Entries) -> dict[str, Any]:
    how = schema.word(found["how"][1], WAYS)
    given: dict[str, Any] = {"to": schema.name(found["hand_over"][1]), "how": how}
    for name in ("title", "brief"):
        if name in found:
            given[name] = schema.texts(found[name][1])
        elif how == "work_order":
            raise Wrong(found["how"][1], "work_order_needs", name=name)
    if "complaint" in found:
        if how != "work_order":
            raise Wrong(found["complaint"][0], "not_for", name="complaint", type=how)
        given["complaint"] = schema.word(found["complaint"][1], COMPLAINT_LEVELS)
    return given


def _end(found: Entries) -> dict[str, Any]:
    given = {"category": schema.name(found["end"][1]), "result": schema.name(found["result"][1])}
    if "call_back" in found:
        given["call_back"] = schema.template(found["call_back"][1], 200)
    return given


# ---- where a node leads ------------------------------------------------------------------------------------------


def _choice_branches(own: dict[str, Any], found: Entries) -> tuple[tuple[Value | None, Any, Tree], ...]:
    """`to` of single choices."""
    if "choices" not in own:
        return ()
    ways = []
    for item in schema.items(found["choices"][1]):
        inner = schema.entries(item, ("id", "to", *LANGUAGES))
        if "to" in inner:
            ways.append((schema.text(inner["id"][1]), None, inner["to"][1]))
    return tuple(ways)


def _next(kind: str, own: dict[str, Any], found: Entries) -> tuple[tuple[Value | None, Any, Tree], ...]:
    """`(own answer, condition, target)` of everything under `next`."""
    if "next" not in found:
        return ()
    tree = found["next"][1]
    if isinstance(tree.value, dict):
        return _by_answer(kind, own, tree)
    if isinstance(tree.value, tuple):
        return tuple(_conditional(item) for item in tree.value)
    return ((None, None, tree),)


def _by_answer(kind: str, own: dict[str, Any], tree: Tree) -> tuple[tuple[Value | None, Any, Tree], ...]:
    answers = _own_answers(kind, own)
    if not answers:
        raise Wrong(tree, "no_outcomes")
    found = schema.entries(tree, (*answers, OTHERWISE))
    last = [(None, None, found[OTHERWISE][1])] if OTHERWISE in found else []
    return (*((answers[name], None, found[name][1]) for name in answers if name in found), *last)


def _own_answers(kind: str, own: dict[str, Any]) -> dict[str, Value]:
    """What a map under `next` may name, and the answer it means."""
    if own.get("type") == "yes_no":
        return {"yes": True, "no": False}
    if "choices" in own:
        return {choice.id: choice.id for choice in own["choices"]}
    return {outcome: outcome for outcome in KINDS[kind].outcomes}


def _conditional(item: Tree) -> tuple[Value | None, Any, Tree]:
    found = schema.entries(item, ("when", "to"), ("to",))
    return None, (schema.condition(found["when"][1]) if "when" in found else None), found["to"][1]


def _with_branches(built: Node, ways: tuple[tuple[Value | None, Any, Tree], ...], key: Tree) -> Node:
    import msgspec

    if built.kind == "end":
        return built
    branches: list[Branch] = []
    for answer, when, target in ways:
        if branches and branches[-1].when is None:
            raise Wrong(target, "after_always", node=built.id)
        if answer is not None:
            when = Test(source="answer", name=built.name, operator="is", values=(answer,))
        branches.append(Branch(to=schema.text(target, 60), when=when))
    if not branches or (branches[-1].when is not None and not _exhaustive(built, branches)):
        raise Wrong(key, "open_end", node=built.id, missing=", ".join(_uncovered(built, branches)) or OTHERWISE)
    return msgspec.structs.replace(built, branches=tuple(branches))


def _uncovered(built: Node, branches: list[Branch]) -> list[str]:
    """Own answers that lead nowhere."""
    own = _own_answers(built.kind, {"type": getattr(built, "type", ""), **_choice_field(built)})
    led: set[Value] = set()
    for branch in branches:
        if isinstance(branch.when, Test) and branch.when.name == built.name and branch.when.operator in ("is", "in"):
            led.update(branch.when.values)
    return [name for name, value in own.items() if value not in led]


def _choice_field(built: Node) -> dict[str, Any]:
    choices = getattr(built, "choices", ())
    return {"choices": choices} if choices else {}


def _exhaustive(built: Node, branches: list[Branch]) -> bool:
    own = _own_answers(built.kind, {"type": getattr(built, "type", ""), **_choice_field(built)})
    return bool(own) and not _uncovered(built, branches)
