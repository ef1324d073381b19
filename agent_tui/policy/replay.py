"""Decisions that were taken, put to other rules: what would be answered now on the very same facts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

import msgspec

from agent_tui.policy.ask import Facts
from agent_tui.policy.decide import decide
from agent_tui.policy.decision import Decision, Reason
from agent_tui.policy.lint import tag
from agent_tui.policy.model import Policy

REFUSED, ALLOWED, OTHERWISE, SAME = "refused", "allowed", "otherwise", "same"
"""Allowed then and not now; not allowed then and now; stopped both times, by another condition; no difference."""
_FREE = ("allow",)


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """One decision as the audit keeps it."""

    seq: int
    """Row of the audit."""
    at: str
    """Business time, RFC 3339."""
    actor: str
    customer_id: str = ""
    decision: str
    """`allow`, `reason`, `step_up`, `cosign` or `deny`."""
    rules: tuple[str, ...] = ()
    revision: str = ""
    facts: Facts


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What other rules make of it."""

    taken: Taken
    change: str
    """REFUSED, ALLOWED, OTHERWISE or SAME."""
    decision: str
    rules: tuple[str, ...]
    reasons: tuple[Reason, ...]


def replay(policy: Policy, taken: Iterable[Taken]) -> Iterator[Outcome]:
    """Each decision again under `policy`, in the order given."""
    for one in taken:
        now = decide(policy, *one.facts)
        reasons: tuple[Reason, ...] = getattr(now, "reasons", ())
        rules: tuple[str, ...] = getattr(now, "rules", ()) or tuple(reason.rule for reason in reasons)
        yield Outcome(taken=one, change=_change(one, now, rules), decision=tag(now), rules=rules, reasons=reasons)


def _change(taken: Taken, now: Decision, rules: tuple[str, ...]) -> str:
    before, after = taken.decision in _FREE, tag(now) in _FREE
    if before and after:
        return SAME
    if before != after:
        return REFUSED if before else ALLOWED
    return SAME if (taken.decision, taken.rules) == (tag(now), rules) else OTHERWISE


def totals(outcomes: Iterable[Outcome]) -> Counter[str]:
    """How many of each change; all four are there."""
    found = Counter(dict.fromkeys((REFUSED, ALLOWED, OTHERWISE, SAME), 0))
    found.update(outcome.change for outcome in outcomes)
    return found
