"""The most a person may do at once, found by asking the policy itself at the sums its rules name.

There is no second list of limits that could differ from what is decided: the answer at the limit is yes, one fen above
it is not.
"""

from __future__ import annotations

import msgspec

from agent_tui.policy.ask import Facts, ask
from agent_tui.policy.model import Cap, Policy

BEYOND = 2**52
"""Fen that no rule names: allowed here means allowed without end."""
DAYS = {"agentDay": "agent_day_minor", "customerDay": "customer_day_minor", "teamDay": "team_day_minor"}
"""Sums of today: the name that rules give them → the field of `Circumstances`."""
_KEEP = 2_048
"""Limits remembered before all are forgotten."""


class Limits(msgspec.Struct, frozen=True):
    """Fen this person may do alone; None where it has no end or is not theirs to do at all."""

    at_once: int | None
    """With nothing used today."""
    now: int | None
    """After what was used today by them, by their team and for this customer."""


def limits(policy: Policy, facts: Facts) -> Limits:
    """Both limits for these facts."""
    fresh = msgspec.structs.replace(facts.circumstances, **dict.fromkeys(DAYS.values(), 0))
    return Limits(most(policy, facts._replace(circumstances=fresh)), most(policy, facts))


def most(policy: Policy, facts: Facts) -> int | None:
    """Fen this person may do now without a co-sign (a reason and a step-up are theirs to give).

    0 when a smaller sum than one fen would be needed, None when no rule about sums decides: it has no end, or is
    denied whatever the amount.
    """
    alone = _alone(policy, facts)
    # Written out, since 3.0 and True equal 3 and 1 in Python but not in a rule.
    key = msgspec.json.encode(alone)
    if key not in policy.limits:
        if len(policy.limits) >= _KEEP:
            policy.limits.clear()
        policy.limits[key] = _search(policy, alone)
    return policy.limits[key]


def of_the_day(policy: Policy, facts: Facts, name: str) -> int | None:
    """Fen that a sum of the day (`agentDay`, `customerDay`, `teamDay`) may reach by this person alone; None where no
    rule bounds it for them."""
    alone = _alone(policy, facts)
    for cap in sorted((cap for cap in policy.caps(facts.action) if name in cap.adds), key=lambda cap: cap.minor):
        sums = dict.fromkeys(DAYS.values(), 0) | {DAYS[name]: cap.minor}
        over = msgspec.structs.replace(alone.circumstances, amount_minor=1, **sums)
        if any(cap in policy.rules[rule].caps for rule in ask(policy, alone._replace(circumstances=over)).rules):
            return cap.minor
    return None


def _alone(policy: Policy, facts: Facts) -> Facts:
    """With everything the person can supply without anybody else, and no amount; without the time where it says nothing,
    so that what was found is found again a minute later."""
    given = msgspec.structs.replace(
        facts.circumstances, amount_minor=0, reason_given=True, approved_by_level=0, approvals=0
    )
    if not policy.timed(facts.action):
        given = msgspec.structs.replace(given, minute=0, weekday=1, business_hours=False)
    actor = msgspec.structs.replace(facts.actor, id="", step_up_age_s=0)
    return facts._replace(
        actor=actor, subject=msgspec.structs.replace(facts.subject, customer_id=""), circumstances=given
    )


def _search(policy: Policy, facts: Facts) -> int | None:
    beyond = ask(policy, with_amount(facts, BEYOND))
    if beyond.allowed:
        return None
    # The rules in the way of a sum without end are those that set the limit; the lowest is nearly always it.
    lowest = min((_reach(cap, facts) for name in beyond.rules for cap in policy.rules[name].caps), default=0)
    if lowest >= 1 and may_alone(policy, facts, lowest) and not may_alone(policy, facts, lowest + 1):
        return lowest
    return _among(policy, facts)


def _among(policy: Policy, facts: Facts) -> int | None:
    """The largest sum named by any rule that is allowed, more money never being easier (`lint` sees to that)."""
    sums = sorted({1, *(minor for cap in policy.caps(facts.action) if (minor := _reach(cap, facts)) > 1)})
    low, high = -1, len(sums)
    while high - low > 1:
        middle = (low + high) // 2
        if may_alone(policy, facts, sums[middle]):
            low = middle
        else:
            high = middle
    return sums[low] if low >= 0 else _nothing(policy, facts)


def _reach(cap: Cap, facts: Facts) -> int:
    """The largest amount before this rule turns, with what is already used."""
    used = used_today(facts)
    return cap.minor - sum(used.get(name, 0) for name in cap.adds)


def used_today(facts: Facts) -> dict[str, int]:
    """Sums of today by the names that rules give them, in minor units."""
    return {name: getattr(facts.circumstances, field) for name, field in DAYS.items()}


def _nothing(policy: Policy, facts: Facts) -> int | None:
    """0 when only rules about sums stand in the way of one fen, else None."""
    answer = ask(policy, with_amount(facts, 1))
    return (
        0
        if answer.rules
        and all(policy.rules[name].caps or policy.rules[name].outcome == "cosign" for name in answer.rules)
        else None
    )


def may_alone(policy: Policy, facts: Facts, minor: int) -> bool:
    """Whether `minor` fen are a clean Allow for these facts."""
    return ask(policy, with_amount(facts, minor)).allowed


def with_amount(facts: Facts, minor: int) -> Facts:
    """The same question about another sum."""
    return facts._replace(circumstances=msgspec.structs.replace(facts.circumstances, amount_minor=minor))
