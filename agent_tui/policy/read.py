"""Cedar text → rules: annotations read and checked, sums found. Anything doubtful is a PolicyError."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from string import Formatter
from typing import Any

from agent_tui.domain.actions import KNOWN
from agent_tui.errors import PolicyError
from agent_tui.policy.model import OUTCOMES, PLACEHOLDERS, SENTENCES, Cap, Rule

_KNOWN = frozenset({"id", "basis", "outcome", "approver_level", "people", "from", "to", *SENTENCES})


def rules_of(file: str, text: str) -> Iterator[Rule]:
    """The rules of one `.cedar` file."""
    import cedarpy

    try:
        parsed = json.loads(cedarpy.policies_to_json_str(text))
    except ValueError as error:
        raise PolicyError("policy.not_cedar", file=file, reason=" ".join(str(error).split())) from None
    if parsed["templates"]:
        raise PolicyError("policy.template", file=file)
    for body in parsed["staticPolicies"].values():
        yield _rule(file, body)


def _rule(file: str, body: dict[str, Any]) -> Rule:
    notes = body.get("annotations", {})
    name = notes.get("id") or ""
    if not name:
        raise PolicyError("policy.no_id", file=file, actions=", ".join(sorted(_actions(body["action"]) or {"*"})))
    for note in notes:
        if note not in _KNOWN:
            raise PolicyError(
                "policy.annotation_unknown", file=file, rule=name, name=note, known=", ".join(sorted(_KNOWN))
            )
    rule = Rule(
        id=name,
        file=file,
        effect=body["effect"],
        basis=notes.get("basis", ""),
        outcome=_outcome(file, name, notes, body["effect"]),
        level=_number(file, name, notes, "approver_level", None),
        people=_number(file, name, notes, "people", 1) or 1,
        sentences={language: notes[language] for language in SENTENCES if notes.get(language)},
        start=_moment(file, name, notes, "from"),
        end=_moment(file, name, notes, "to"),
        actions=_actions(body["action"]),
        caps=tuple(dict.fromkeys(_caps(body["conditions"]))),
        timed=not _TIMES.isdisjoint(_context(body["conditions"])),
        body=body,
    )
    _complete(rule)
    return rule


def _outcome(file: str, rule: str, notes: dict[str, str], effect: str) -> str:
    given = notes.get("outcome", "deny")
    if given not in OUTCOMES or (effect == "permit" and "outcome" in notes):
        raise PolicyError(
            "policy.annotation", file=file, rule=rule, name="outcome", value=given, right=", ".join(OUTCOMES)
        )
    return given


def _number(file: str, rule: str, notes: dict[str, str], name: str, default: int | None) -> int | None:
    given = notes.get(name)
    if given is None:
        return default
    if given not in ("1", "2", "3", "4", "5"):
        raise PolicyError("policy.annotation", file=file, rule=rule, name=name, value=given, right="1-5")
    return int(given)


def _moment(file: str, rule: str, notes: dict[str, str], name: str) -> datetime | None:
    given = notes.get(name)
    if given is None:
        return None
    try:
        moment = datetime.fromisoformat(given)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        right = "2027-01-01T00:00:00+08:00"
        raise PolicyError("policy.annotation", file=file, rule=rule, name=name, value=given, right=right)
    return moment


def _complete(rule: Rule) -> None:
    """What a person refused by this rule will ask must be answered in it."""
    if not rule.basis:
        raise PolicyError("policy.no_basis", file=rule.file, rule=rule.id)
    if rule.effect == "permit":
        return
    if rule.outcome == "cosign" and rule.level is None:
        raise PolicyError("policy.no_approver", file=rule.file, rule=rule.id)
    for language in SENTENCES:
        if language not in rule.sentences:
            raise PolicyError("policy.no_sentence", file=rule.file, rule=rule.id, language=language)
        wrong = _names(rule, rule.sentences[language]) - PLACEHOLDERS
        if wrong:
            raise PolicyError(
                "policy.placeholder",
                file=rule.file,
                rule=rule.id,
                name=min(wrong),
                known=", ".join(sorted(PLACEHOLDERS)),
            )
    if len({_names(rule, text) for text in rule.sentences.values()}) > 1:
        raise PolicyError("policy.sentences_differ", file=rule.file, rule=rule.id)


def _names(rule: Rule, text: str) -> frozenset[str]:
    try:
        return frozenset(name for _, name, _, _ in Formatter().parse(text) if name is not None)
    except ValueError:
        raise PolicyError("policy.placeholder", file=rule.file, rule=rule.id, name=text, known="{…}") from None


def _actions(scope: dict[str, Any]) -> frozenset[str] | None:
    """Actions named outright; None for all, or where a group is named and more could be meant."""
    if scope["op"] == "All":
        return None
    named = {entity["id"] for entity in scope.get("entities", [scope["entity"]] if "entity" in scope else [])}
    return frozenset(named) if named and named <= set(KNOWN) else None


_TIMES = frozenset({"minute", "weekday", "businessHours"})
_TURNS = {">": 0, "<=": 0, ">=": -1, "<": -1}
"""Where `amount ? value` turns: the largest amount before it, relative to the value."""
_MIRROR = {">": "<", "<": ">", ">=": "<=", "<=": ">="}


def _caps(node: Any) -> Iterator[Cap]:
    """Every comparison of the amount with a number, anywhere in the conditions."""
    if isinstance(node, list):
        for item in node:
            yield from _caps(item)
    elif isinstance(node, dict):
        for operator, inner in node.items():
            if operator in _TURNS or operator == "==":
                yield from _turns(operator, inner["left"], inner["right"])
            else:
                yield from _caps(inner)


def _turns(operator: str, left: Any, right: Any) -> Iterator[Cap]:
    if "Value" in left:
        left, right, operator = right, left, _MIRROR.get(operator, operator)
    named = tuple(_context(left))
    value = right.get("Value")
    if "amount" not in named or not isinstance(value, int):
        return
    adds = tuple(name for name in named if name != "amount")
    for shift in {_TURNS[operator]} if operator in _TURNS else {0, -1}:
        if value + shift > 0:
            yield Cap(value + shift, adds)


def _context(node: Any) -> Iterator[str]:
    """Names of the circumstances that are read."""
    if isinstance(node, list):
        for item in node:
            yield from _context(item)
    elif isinstance(node, dict):
        if "." in node and node["."]["left"] == {"Var": "context"}:
            yield node["."]["attr"]
        else:
            for inner in node.values():
                yield from _context(inner)
