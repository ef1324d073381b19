"""A policy that was read, checked and is ready to decide."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

OUTCOMES = ("deny", "reason", "step_up", "cosign")
SENTENCES = ("zh", "en", "ja")
PLACEHOLDERS = frozenset({"limit", "used", "amount", "level", "needs", "people", "field", "status", "tier"})
"""What a sentence may name: sums in CNY, levels, people, and words of the subject in the sentence's language."""


class Cap(msgspec.Struct, frozen=True):
    """The largest sum a rule lets pass: `amount` plus what is added to it may reach `minor`."""

    minor: int
    adds: tuple[str, ...] = ()
    """`agentDay`, `customerDay`, `teamDay`: what of today is added up."""


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """One rule as compliance wrote it."""

    id: str
    file: str
    effect: str
    """`permit` or `forbid`."""
    basis: str = ""
    outcome: str = "deny"
    level: int | None = None
    """Who could do or approve it."""
    people: int = 1
    sentences: dict[str, str] = {}
    start: datetime | None = None
    end: datetime | None = None
    actions: frozenset[str] | None = None
    """Actions it names; None when it speaks of all, or of a group of them."""
    caps: tuple[Cap, ...] = ()
    timed: bool = False
    """Whether it looks at the time of day, the weekday or business hours."""
    body: dict[str, Any] = {}
    """The rule in Cedar's JSON form."""

    def holds(self, at: datetime) -> bool:
        """Whether it is in force at `at`."""
        return (self.start is None or self.start <= at) and (self.end is None or at < self.end)

    def about(self, action: str) -> bool:
        """Whether it could speak of `action`."""
        return self.actions is None or action in self.actions


class Policy:
    """Rules in force at one moment, with the handles of the engine made once."""

    def __init__(self, *, text: str, revision: str, rules: tuple[Rule, ...], at: datetime) -> None:
        self.text = text
        """Schema and rules as one text, as it travels in a bundle."""
        self.revision = revision
        """Digest of `text`."""
        self.rules = {rule.id: rule for rule in rules if rule.holds(at)}
        self.expired = tuple(rule for rule in rules if rule.end is not None and rule.end <= at)
        later = (moment for rule in rules for moment in (rule.start, rule.end) if moment and moment > at)
        self.changes_at = min(later, default=None)
        """When a rule next begins or ends; load again then."""
        self.schema: Any = None
        self.sets: dict[str, Any] = {}
        """Action → the rules that could speak of it. A rule whose scope names other actions cannot decide."""
        self.entities: dict[str, Any] = {}
        """Person and case → the engine's handle for them."""
        self.limits: dict[bytes, int | None] = {}
        """Limits already found, by the facts they hang on."""

    def timed(self, action: str) -> bool:
        """Whether the answer to `action` may hang on the time."""
        return any(rule.timed and rule.about(action) for rule in self.rules.values())

    def caps(self, action: str) -> tuple[Cap, ...]:
        """Every sum at which the answer to `action` may turn."""
        return tuple({cap for rule in self.rules.values() if rule.about(action) for cap in rule.caps})
