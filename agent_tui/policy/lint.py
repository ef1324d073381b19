"""What the engine's own validation lets pass, found by asking over the boundary table.

A rule that matches nothing that can occur, a rule that changes no answer anywhere, an action nobody can do, an amount
that becomes easier when it grows: each is nearly always a slip of the pen.
"""

from __future__ import annotations

from collections.abc import Iterator

from agent_tui.domain.actions import KNOWN
from agent_tui.domain.money import Money
from agent_tui.i18n.message import Msg, msg
from agent_tui.policy import table
from agent_tui.policy.ask import Facts, ask
from agent_tui.policy.decide import decide
from agent_tui.policy.decision import Decision, NeedsCosign
from agent_tui.policy.limits import with_amount
from agent_tui.policy.load import rule_set
from agent_tui.policy.model import Policy, Rule

_EASE = {"deny": 0, "cosign": 1, "step_up": 2, "reason": 3, "allow": 4}


def tag(decision: Decision) -> str:
    """`allow`, `reason`, `step_up`, `cosign` or `deny`."""
    return str(type(decision).__struct_config__.tag)


def lint(policy: Policy) -> Iterator[Msg]:
    """Everything doubtful in the policy, rule by rule and then action by action. Empty when it is sound."""
    for rule in policy.rules.values():
        yield from _rule(policy, rule)
    for action in KNOWN:
        yield from _reachable(policy, action)
        if KNOWN[action].amount:
            yield from _harder(policy, action)
    yield from map(_expired, policy.expired)


def _expired(rule: Rule) -> Msg:
    day = rule.end.date().isoformat() if rule.end else ""
    return msg("policy.finding.expired", rule=rule.id, file=rule.file, day=day)


def _rule(policy: Policy, rule: Rule) -> Iterator[Msg]:
    """Looks no further than the first case in which the rule changes the answer."""
    matches = False
    for action in table.actions_of(rule):
        own, others = rule_set([rule], action), [r for r in policy.rules.values() if r.id != rule.id]
        without = rule_set(others, action)
        for facts in table.around(policy, rule, action):
            if rule.id not in ask(policy, facts, own).rules:
                continue
            matches = True
            if _matters(policy, facts, without) or _matters(policy, table.alone(facts), without):
                return
    yield msg(f"policy.finding.{'shadowed' if matches else 'never'}", rule=rule.id, file=rule.file)


def _matters(policy: Policy, facts: Facts, without: object) -> bool:
    """Whether the answer is another one without the rule."""
    present, absent = ask(policy, facts), ask(policy, facts, without)
    return present.allowed != absent.allowed or _asked(policy, present.rules) != _asked(policy, absent.rules)


def _asked(policy: Policy, rules: tuple[str, ...]) -> tuple[object, ...]:
    """What rules together ask of a person: the gravest outcome, the level and the number of people."""
    found = [policy.rules[name] for name in rules if policy.rules[name].effect == "forbid"]
    outcomes = {rule.outcome for rule in found}
    if "deny" in outcomes:
        return ("deny",)
    signing = [rule for rule in found if rule.outcome == "cosign"]
    return (
        frozenset(outcomes),
        max((rule.level or 5 for rule in signing), default=0),
        max((rule.people for rule in signing), default=0),
        bool(rules),
    )


def _reachable(policy: Policy, action: str) -> Iterator[Msg]:
    if not any(ask(policy, case).allowed for case in _good_cases(policy, action)):
        blamed = ask(policy, table.best(policy, action)).rules or ("no_rule",)
        yield msg("policy.finding.unreachable", action=action, rules=", ".join(blamed))


def _good_cases(policy: Policy, action: str) -> Iterator[Facts]:
    base = table.best(policy, action)
    yield base
    for kind in KNOWN[action].product or ("",):
        for status in ("normal", "blocked", "locked", "frozen"):
            values = ((("resource", "productKind"), kind), (("resource", "productStatus"), status))
            yield table.place(base, values)


def _harder(policy: Policy, action: str) -> Iterator[Msg]:
    """More money is never easier, at any level."""
    for level in (1, 2, 3, 4, 5):
        base = table.alone(table.place(table.best(policy, action), [(("principal", "level"), level)]))
        before: tuple[int, Decision] | None = None
        for minor in table.sums(policy, action):
            decision = decide(policy, *with_amount(base, minor))
            if before is not None and _rank(decision) > _rank(before[1]):
                yield msg(
                    "policy.finding.easier",
                    action=action,
                    level=level,
                    low=str(Money(before[0])),
                    high=str(Money(minor)),
                    first=tag(before[1]),
                    second=tag(decision),
                )
            before = (minor, decision)


def _rank(decision: Decision) -> tuple[int, int, int]:
    if isinstance(decision, NeedsCosign):
        return (1, -decision.level, -decision.people)
    return (_EASE[tag(decision)], 0, 0)
