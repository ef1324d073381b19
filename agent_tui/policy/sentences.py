"""What a rule says to the person it stopped, in the three languages, its blanks filled from the facts."""

from __future__ import annotations

from agent_tui.domain.money import Money
from agent_tui.i18n.catalog import LANGUAGES, say
from agent_tui.policy.ask import Answer, Facts
from agent_tui.policy.decision import Reason
from agent_tui.policy.limits import used_today
from agent_tui.policy.model import Cap, Rule


def said(rule: Rule, facts: Facts) -> Reason:
    """The rule as a reason."""
    if not rule.sentences:
        return _own(rule.id, {})
    return Reason(
        rule=rule.id,
        basis=rule.basis,
        sentences={
            language: text.format_map(_blanks(rule, facts, language)) for language, text in rule.sentences.items()
        },
        needs_level=rule.level,
        outcome=rule.outcome,
    )


def undecided(answer: Answer) -> Reason:
    """Nothing permits it, or the engine could not decide."""
    return _own("cannot_decide" if answer.failed else "no_rule", {})


def _own(rule: str, args: dict[str, object]) -> Reason:
    return Reason(rule=rule, sentences={language: say(f"policy.{rule}", language, **args) for language in LANGUAGES})


def _blanks(rule: Rule, facts: Facts, language: str) -> dict[str, object]:
    given = facts.circumstances
    cap = rule.caps[0] if rule.caps else Cap(0)
    used = used_today(facts)
    return {
        "limit": Money(cap.minor),
        "used": Money(sum(used.get(name, 0) for name in cap.adds)),
        "amount": Money(given.amount_minor),
        "level": facts.actor.level,
        "needs": rule.level or "",
        "people": rule.people,
        "field": _word("field", given.field, language),
        "status": _word("status", facts.subject.product_status, language),
        "tier": _word("tier", facts.subject.tier, language),
    }


def _word(kind: str, code: str, language: str) -> str:
    key = f"policy.{kind}.{code}"
    text = say(key, language)
    return code if text == key else text
