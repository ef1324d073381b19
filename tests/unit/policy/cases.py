"""Facts to ask the policy about: a test names only what it is about."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from agent_tui.domain.actions import ACTIONS
from agent_tui.policy.ask import Facts
from agent_tui.policy.decide import decide
from agent_tui.policy.decision import ActorFacts, Circumstances, Decision, SubjectFacts
from agent_tui.policy.load import bundle, load
from agent_tui.policy.model import Policy
from agent_tui.policy.table import usual_status

FOLDER = Path(__file__).parents[3] / "scripts" / "policy"
WHEN = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
ALL_CERTIFICATIONS = ("complaints", "credit_limit", "settlement", "terminals")

_ACTOR = frozenset(ActorFacts.__struct_fields__)
_SUBJECT = frozenset(SubjectFacts.__struct_fields__)


@cache
def shipped() -> Policy:
    """The policy as it ships, in force at WHEN."""
    return load(FOLDER, WHEN)


@cache
def text() -> str:
    """The same as the text of a bundle."""
    return bundle(FOLDER)


def with_rules(extra: str) -> str:
    """The shipped bundle with one more file of rules."""
    return f"{text()}// file: 99-planted.cedar\n{extra}\n"


def facts(action: str, level: int = 2, **given: Any) -> Facts:
    """A case in which everything but the level is as the action wants it."""
    kinds = ACTIONS[action].product
    actor: dict[str, Any] = {
        "level": level,
        "role": "agent",
        "certifications": ALL_CERTIFICATIONS,
        "step_up_age_s": 10,
    }
    subject: dict[str, Any] = {
        "customer_id": "c1",
        "verified": "full",
        "own_contact": True,
        "own_group": True,
        "product_kind": kinds[0] if kinds else "",
        "product_status": usual_status(action),
        "complaint_level": "general",
    }
    about: dict[str, Any] = {
        "amount_minor": 100 if ACTIONS[action].amount else 0,
        "reason_given": True,
        "field": "phone",
        "minute": 600,
        "weekday": 3,
        "business_hours": True,
    }
    for name, value in given.items():
        (actor if name in _ACTOR else subject if name in _SUBJECT else about)[name] = value
    return Facts(ActorFacts(id="a1", **actor), action, SubjectFacts(**subject), Circumstances(**about))


def decided(action: str, level: int = 2, **given: Any) -> Decision:
    """What the shipped policy says."""
    return decide(shipped(), *facts(action, level, **given))
