"""May this person do this now? Allow only on a clean Allow of the engine; anything else is a deny.

When every rule that stands in the way names something that would satisfy it (a reason, a step-up, a co-sign), the same
question is asked again with those assumed, and only if that is a clean Allow is the condition offered as the answer.
"""

from __future__ import annotations

import msgspec

from agent_tui.domain.actions import ACTIONS
from agent_tui.policy.ask import Answer, Facts, ask
from agent_tui.policy.decision import (
    ActorFacts,
    Allow,
    AllowWithReason,
    Circumstances,
    Decision,
    Deny,
    NeedsCosign,
    Reason,
    StepUp,
    SubjectFacts,
)
from agent_tui.policy.limits import most
from agent_tui.policy.model import Policy, Rule
from agent_tui.policy.sentences import said, undecided

_ROUNDS = 4
"""Satisfying one rule may bring up another; as many outcomes as there are, and no more."""


def decide(
    policy: Policy, actor: ActorFacts, action: str, subject: SubjectFacts, circumstances: Circumstances
) -> Decision:
    """The decision for exactly these facts. An action that carries an amount is denied without one."""
    facts = Facts(actor, action, subject, circumstances)
    limit = _limit(policy, facts)
    answer = ask(policy, facts)
    if answer.allowed:
        return Allow(rules=answer.rules, limit_minor=limit, revision=policy.revision)
    if answer.failed or not answer.rules:
        return Deny(reasons=(undecided(answer),), limit_minor=limit, revision=policy.revision)
    standing = _obstacles(policy, facts, answer)
    reasons = tuple(said(rule, facts) for rule in standing)
    if any(rule.outcome == "deny" for rule in standing):
        return Deny(reasons=reasons, limit_minor=limit, revision=policy.revision)
    return _offer(policy, standing, reasons, limit)


def wonder(
    policy: Policy, actor: ActorFacts, action: str, subject: SubjectFacts, circumstances: Circumstances
) -> Decision:
    """What could be done, before an amount or a field is named: decided for the smallest amount and the least
    telling field. For greying a key only; a command is judged by `decide`."""
    known = ACTIONS.get(action)
    if known and known.amount and not circumstances.amount_minor:
        circumstances = msgspec.structs.replace(circumstances, amount_minor=1)
    if action == "reveal_field" and not circumstances.field:
        circumstances = msgspec.structs.replace(circumstances, field="phone")
    return decide(policy, actor, action, subject, circumstances)


def _limit(policy: Policy, facts: Facts) -> int | None:
    known = ACTIONS.get(facts.action)
    try:
        return most(policy, facts) if known and known.amount else None
    except (TypeError, ValueError, OverflowError):
        # Facts of the wrong kind have no limit; the decision itself denies them.
        return None


def _obstacles(policy: Policy, facts: Facts, answer: Answer) -> tuple[Rule, ...]:
    """Every rule in the way, also those that show only when others are satisfied; the graver first."""
    found: dict[str, Rule] = {}
    for _ in range(_ROUNDS):
        found |= {name: policy.rules[name] for name in answer.rules}
        if any(rule.outcome == "deny" for rule in found.values()):
            break
        facts = satisfied(facts, tuple(found.values()))
        answer = ask(policy, facts)
        if answer.allowed:
            break
        if answer.failed or not answer.rules:
            return (*_graver(found), _UNSATISFIABLE)
    else:
        return (*_graver(found), _UNSATISFIABLE)
    return _graver(found)


_UNSATISFIABLE = Rule(id="no_rule", file="", effect="forbid")
"""Stands for: even with everything asked for, nothing permits it."""


def _graver(rules: dict[str, Rule]) -> tuple[Rule, ...]:
    order = {"deny": 0, "cosign": 1, "step_up": 2, "reason": 3}
    return tuple(sorted(rules.values(), key=lambda rule: (order[rule.outcome], -(rule.level or 0), rule.id)))


def satisfied(facts: Facts, rules: tuple[Rule, ...]) -> Facts:
    """The same facts with what the rules ask for fulfilled."""
    actor, given = facts.actor, facts.circumstances
    wanted = {rule.outcome for rule in rules}
    if "step_up" in wanted:
        actor = msgspec.structs.replace(actor, step_up_age_s=0)
    if "reason" in wanted:
        given = msgspec.structs.replace(given, reason_given=True)
    if "cosign" in wanted:
        signing = [rule for rule in rules if rule.outcome == "cosign"]
        given = msgspec.structs.replace(
            given,
            approved_by_level=max(rule.level or 5 for rule in signing),
            approvals=max(rule.people for rule in signing),
        )
    return facts._replace(actor=actor, circumstances=given)


def _offer(policy: Policy, rules: tuple[Rule, ...], reasons: tuple[Reason, ...], limit: int | None) -> Decision:
    """The weightiest condition; the others stand among its reasons and are asked for in their turn."""
    wanted = {rule.outcome for rule in rules}
    if "cosign" in wanted:
        signing = [rule for rule in rules if rule.outcome == "cosign"]
        return NeedsCosign(
            level=max(rule.level or 5 for rule in signing),
            people=max(rule.people for rule in signing),
            reasons=reasons,
            limit_minor=limit,
            revision=policy.revision,
        )
    if "step_up" in wanted:
        return StepUp(reasons=reasons, limit_minor=limit, revision=policy.revision)
    names = tuple(rule.id for rule in rules)
    return AllowWithReason(rules=names, reasons=reasons, limit_minor=limit, revision=policy.revision)
