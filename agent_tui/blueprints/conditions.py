"""The tiny expression form of branches, as data: tests on answers and facts, joined by all, any and not.

Nothing is ever evaluated as code. A test about something unknown is false (`known: false` alone is true for it).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeAlias

import msgspec

Value: TypeAlias = str | int | bool
"""An answer or a fact. Money is minor units, a date is ISO 8601 text."""

OPERATORS = ("is", "is_not", "in", "above", "below", "at_least", "at_most", "known")
"""How a test compares; all but `in` and `known` take one value."""


class Test(msgspec.Struct, frozen=True, kw_only=True, tag="test"):
    """One comparison."""

    __test__ = False  # pytest would collect it by its name
    source: str
    """`answer` or `fact`."""
    name: str
    operator: str
    values: tuple[Value, ...]


class Not(msgspec.Struct, frozen=True, tag="not"):
    part: Condition


class All(msgspec.Struct, frozen=True, tag="all"):
    parts: tuple[Condition, ...]


class Any(msgspec.Struct, frozen=True, tag="any"):
    parts: tuple[Condition, ...]


Condition: TypeAlias = Test | Not | All | Any


def holds(condition: Condition, answers: Mapping[str, Value], facts: Mapping[str, Value]) -> bool:
    """Whether the condition is true of what is known."""
    match condition:
        case Test():
            return _compare(condition, (answers if condition.source == "answer" else facts).get(condition.name))
        case Not(part):
            return not holds(part, answers, facts)
        case All(parts):
            return all(holds(part, answers, facts) for part in parts)
        case Any(parts):
            return any(holds(part, answers, facts) for part in parts)


def _compare(test: Test, found: Value | None) -> bool:
    if test.operator == "known":
        return (found is not None and found != "") == bool(test.values[0])
    if found is None:
        return False
    if test.operator in ("is", "in"):
        return any(_same(found, value) for value in test.values)
    if test.operator == "is_not":
        return not _same(found, test.values[0])
    return _ordered(test.operator, found, test.values[0])


def _same(left: Value, right: Value) -> bool:
    """Equal and of one kind: True is not 1."""
    return isinstance(left, bool) == isinstance(right, bool) and left == right


def _ordered(operator: str, left: Value, right: Value) -> bool:
    """Texts with texts (ISO dates order as they read), numbers with numbers; anything else is not in order."""
    if isinstance(left, str) != isinstance(right, str):
        return False
    one, two = _order(left), _order(right)
    return {"above": one > two, "below": one < two, "at_least": one >= two, "at_most": one <= two}[operator]


def _order(value: Value) -> tuple[int, str]:
    return (0, value) if isinstance(value, str) else (int(value), "")


def tests(condition: Condition) -> Iterator[Test]:
    """Every test inside, for the linter."""
    match condition:
        case Test():
            yield condition
        case Not(part):
            yield from tests(part)
        case All(parts) | Any(parts):
            for part in parts:
                yield from tests(part)
