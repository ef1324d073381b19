"""Why the answer is what it is, and what alone would change it: found by asking again, never by guessing."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from agent_tui.domain.actions import ACTIONS
from agent_tui.domain.money import Money
from agent_tui.i18n.message import Msg, msg
from agent_tui.policy import table
from agent_tui.policy.ask import Facts, ask
from agent_tui.policy.decide import decide
from agent_tui.policy.decision import Decision, NeedsCosign, Reason
from agent_tui.policy.lint import tag
from agent_tui.policy.model import Policy
from agent_tui.policy.sentences import said


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    decision: Decision
    deciding: tuple[Reason, ...]
    """The rules that decided: what permits when it is allowed, what stands in the way otherwise."""
    changes: tuple[Msg, ...]
    """Single changes after which the answer is another; the answer inside is a key `policy.outcome.*`."""


def explain(policy: Policy, facts: Facts) -> Explanation:
    """The decision for these facts with its reasons and what would change it."""
    decision = decide(policy, *facts)
    reasons = tuple(getattr(decision, "reasons", ()))
    if not reasons:
        reasons = tuple(said(policy.rules[name], facts) for name in ask(policy, facts).rules)
    return Explanation(decision=decision, deciding=reasons, changes=tuple(_changes(policy, facts, decision)))


def _changes(policy: Policy, facts: Facts, decision: Decision) -> Iterator[Msg]:
    now = _kind(decision)
    for key, args, other in _others(policy, facts, decision):
        answer = decide(policy, *other)
        if _kind(answer) != now:
            yield msg(f"policy.change.{key}", **args, **_said(answer))


def _said(answer: Decision) -> dict[str, str | int]:
    """The answer as a key, and who would have to sign."""
    if isinstance(answer, NeedsCosign):
        return {"answer": "policy.outcome.cosign_of", "needs": answer.level, "signers": answer.people}
    return {"answer": f"policy.outcome.{tag(answer)}"}


def _kind(decision: Decision) -> tuple[str, int, int]:
    if isinstance(decision, NeedsCosign):
        return ("cosign", decision.level, decision.people)
    return (tag(decision), 0, 0)


def _others(policy: Policy, facts: Facts, decision: Decision) -> Iterator[tuple[str, dict[str, str | int], Facts]]:
    """One change each: another level, degree of verification, amount, reason, step-up, co-sign, connection."""
    for level in range(facts.actor.level + 1, 6):
        yield "level", {"level": level}, table.place(facts, [(("principal", "level"), level)])
    for degree in ("basic", "full"):
        if degree != facts.subject.verified:
            yield "verified", {"degree": degree}, table.place(facts, [(("resource", "verified"), degree)])
    if ACTIONS[facts.action].amount and decision.limit_minor:
        lower = table.place(facts, [(("context", "amount"), decision.limit_minor)])
        yield "amount", {"limit": str(Money(decision.limit_minor))}, lower
    for key, fact, value in (
        ("reason", ("context", "reasonGiven"), True),
        ("step_up", ("principal", "stepUpAge"), 0),
        ("online", ("context", "online"), True),
        ("own_contact", ("resource", "ownContact"), True),
        ("by_day", ("context", "minute"), table.NOON),
        ("certified", ("principal", "certs"), table.best(policy, facts.action).actor.certifications),
    ):
        yield key, {}, table.place(facts, [(fact, value)])
    if isinstance(decision, NeedsCosign):
        signed = [(("context", "approvedByLevel"), decision.level), (("context", "approvals"), decision.people)]
        yield "cosign", {"level": decision.level, "people": decision.people}, table.place(facts, signed)
