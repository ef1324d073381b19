"""The boundary table: every value at which a rule may turn, generated from the rules themselves.

For each fact a rule reads, the values named anywhere in the policy and one beside them; every other fact stands at its
best. Tests and `policy check` ask the same table.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import product
from typing import Any

import msgspec

from agent_tui.domain.actions import KNOWN
from agent_tui.policy.ask import NEVER_S, Facts
from agent_tui.policy.decision import ActorFacts, Circumstances, SubjectFacts
from agent_tui.policy.model import Policy, Rule

Fact = tuple[str, str]
"""Variable and attribute as rules write them: (`principal`, `level`)."""

_FIELDS: dict[Fact, str] = {
    ("principal", "level"): "level",
    ("principal", "role"): "role",
    ("principal", "groups"): "groups",
    ("principal", "certs"): "certifications",
    ("principal", "active"): "active",
    ("principal", "stepUpAge"): "step_up_age_s",
    ("resource", "tier"): "tier",
    ("resource", "sensitivity"): "sensitivity",
    ("resource", "frozen"): "frozen",
    ("resource", "verified"): "verified",
    ("resource", "ownContact"): "own_contact",
    ("resource", "ownGroup"): "own_group",
    ("resource", "owner"): "owner",
    ("resource", "productKind"): "product_kind",
    ("resource", "productStatus"): "product_status",
    ("resource", "complaintLevel"): "complaint_level",
    ("context", "amount"): "amount_minor",
    ("context", "agentDay"): "agent_day_minor",
    ("context", "customerDay"): "customer_day_minor",
    ("context", "teamDay"): "team_day_minor",
    ("context", "online"): "online",
    ("context", "reasonGiven"): "reason_given",
    ("context", "approvedByLevel"): "approved_by_level",
    ("context", "approvals"): "approvals",
    ("context", "field"): "field",
    ("context", "minute"): "minute",
    ("context", "weekday"): "weekday",
    ("context", "businessHours"): "business_hours",
}
_WORDS: dict[Fact, tuple[str, ...]] = {
    ("principal", "role"): (
        "agent",
        "second_line",
        "supervisor",
        "reviewer",
        "trainer",
        "administrator",
        "department",
    ),
    ("resource", "tier"): ("standard", "gold", "platinum", "vip"),
    ("resource", "sensitivity"): ("", "media"),
    ("resource", "verified"): ("none", "basic", "full"),
    ("resource", "productKind"): ("credit_card", "debit_card", "account", "merchant", "terminal", "loan", ""),
    ("resource", "productStatus"): ("normal", "blocked", "lost", "frozen", "locked", "closed"),
    ("resource", "complaintLevel"): ("general", "serious", "crisis"),
    ("context", "field"): ("name", "phone", "id_number", "email", "address", ""),
}
_STATUS = {"unblock_card": "blocked", "unlock_terminal": "locked", "release_settlement": "frozen"}
"""The state in which an action makes sense, where it is not `normal`."""
_MORE = 7
"""Values beside the numbers of the rules, so that a rule about two sums is met from both sides."""

NOON, MIDWEEK, LAST_MINUTE = 720, 3, 1439
"""The time at which most is allowed, and the last minute of a day."""


def best(policy: Policy, action: str) -> Facts:
    """The case in which `action` meets the least resistance: everything known, signed, fresh and owned."""
    kinds = KNOWN[action].product
    actor = ActorFacts(
        id="best", level=5, role="supervisor", certifications=_certifications(policy), step_up_age_s=0, groups=()
    )
    subject = SubjectFacts(
        tier="vip",
        verified="full",
        own_contact=True,
        own_group=True,
        owner=action == "close_complaint",
        product_kind=kinds[0] if kinds else "",
        product_status=usual_status(action),
        complaint_level="general",
    )
    given = Circumstances(
        amount_minor=1 if KNOWN[action].amount else 0,
        reason_given=True,
        approved_by_level=5,
        approvals=5,
        field="phone",
        minute=NOON,
        weekday=MIDWEEK,
        business_hours=True,
    )
    return Facts(actor, action, subject, given)


def usual_status(action: str) -> str:
    """The state of a product in which `action` makes sense."""
    return _STATUS.get(action, "normal")


def alone(facts: Facts) -> Facts:
    """The same case before anybody signed."""
    given = msgspec.structs.replace(facts.circumstances, approved_by_level=0, approvals=0)
    return facts._replace(circumstances=given)


@lru_cache(maxsize=8)
def _certifications(policy: Policy) -> tuple[str, ...]:
    return tuple(
        sorted({word for rule in policy.rules.values() for word in _literals(rule.body, ("principal", "certs"))})
    )


def read_by(rule: Rule) -> frozenset[Fact]:
    """Facts the conditions of a rule read."""
    return frozenset(_facts(rule.body["conditions"]))


def _facts(node: Any) -> Iterator[Fact]:
    if isinstance(node, list):
        for item in node:
            yield from _facts(item)
    elif isinstance(node, dict):
        if "." in node and "Var" in node["."]["left"]:
            yield (node["."]["left"]["Var"], node["."]["attr"])
        for inner in node.values():
            yield from _facts(inner)


def _literals(node: Any, fact: Fact) -> Iterator[Any]:
    """Values that stand in one operation with `fact`."""
    if isinstance(node, list):
        for item in node:
            yield from _literals(item, fact)
    elif isinstance(node, dict):
        for inner in node.values():
            if isinstance(inner, dict) and {"left", "right"} <= set(inner) and fact in set(_facts([inner])):
                yield from _values(inner)
            yield from _literals(inner, fact)


def _values(node: Any) -> Iterator[Any]:
    if isinstance(node, dict):
        # A rule may also compare with a whole action or person: no fact has one as its value.
        if "Value" in node and not isinstance(node["Value"], dict):
            yield node["Value"]
        for inner in node.values():
            yield from _values(inner)
    elif isinstance(node, list):
        for item in node:
            yield from _values(item)


def _candidates(fact: Fact, rule: Rule) -> tuple[Any, ...]:
    field = _FIELDS[fact]
    if field in ("active", "frozen", "own_contact", "own_group", "owner", "online", "reason_given", "business_hours"):
        return (True, False)
    if field in ("certifications", "groups"):
        named = sorted(set(_literals(rule.body, fact)))
        return ((), *((word,) for word in named), tuple(named))
    if field == "level":
        return (1, 2, 3, 4, 5)
    if field in ("approved_by_level", "approvals"):
        return (0, 1, 2, 3, 4, 5)
    if field == "weekday":
        return (1, 2, 3, 4, 5, 6, 7)
    if field == "minute":
        return tuple(minute for minute in _numbers(field, rule, fact) if minute is not None and minute <= LAST_MINUTE)
    if fact in _WORDS:
        return (*_WORDS[fact], *sorted(set(_literals(rule.body, fact)) - set(_WORDS[fact])))
    return _numbers(field, rule, fact)


def _numbers(field: str, rule: Rule, fact: Fact) -> tuple[int | None, ...]:
    named = {value for value in _literals(rule.body, fact) if isinstance(value, int) and not isinstance(value, bool)}
    near = sorted({n for value in named for n in (value - 1, value, value + 1) if n >= 0})
    if field == "step_up_age_s":
        return (*near, NEVER_S)
    return (0, *(n for n in near if n), *(value + _MORE for value in sorted(named)))


def actions_of(rule: Rule) -> tuple[str, ...]:
    """Actions a rule could speak of."""
    return tuple(action for action in KNOWN if rule.about(action))


def around(policy: Policy, rule: Rule, action: str) -> Iterator[Facts]:
    """Every combination of the facts this rule reads, the rest at its best."""
    axes = sorted(read_by(rule))
    base = best(policy, action)
    for values in product(*(_candidates(axis, rule) for axis in axes)):
        yield place(base, zip(axes, values, strict=True))


def place(facts: Facts, values: Iterable[tuple[Fact, Any]]) -> Facts:
    """The same case with some facts changed."""
    changed: dict[str, dict[str, Any]] = {"principal": {}, "resource": {}, "context": {}}
    for (variable, attribute), value in values:
        changed[variable][_FIELDS[variable, attribute]] = value
    return Facts(
        msgspec.structs.replace(facts.actor, **changed["principal"]),
        facts.action,
        msgspec.structs.replace(facts.subject, **changed["resource"]),
        msgspec.structs.replace(facts.circumstances, **changed["context"]),
    )


def sums(policy: Policy, action: str) -> tuple[int, ...]:
    """The sums worth asking about: at every cap of the action, one fen less and one fen more."""
    caps = {cap.minor for cap in policy.caps(action)}
    return tuple(sorted({1, *(n for cap in caps for n in (cap - 1, cap, cap + 1) if n > 0)}))
