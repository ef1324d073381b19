"""One question to the engine: facts in, the rules that decided out. Nothing here interprets the answer."""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec

from agent_tui.policy.decision import ActorFacts, Circumstances, SubjectFacts
from agent_tui.policy.model import Policy

NEVER_S = 1_000_000_000
"""Seconds since a step-up that never was."""


class Facts(NamedTuple):
    actor: ActorFacts
    action: str
    subject: SubjectFacts
    circumstances: Circumstances


class Answer(NamedTuple):
    allowed: bool
    rules: tuple[str, ...]
    """Ids of the rules that decided."""
    failed: str = ""
    """Why the engine could not decide; then `allowed` is False."""


_ACTOR = {"type": "Agent", "id": "actor"}
_CASE = {"type": "Case", "id": "case"}
_ENCODE = msgspec.json.Encoder().encode
_KEEP = 256
"""Pairs of person and case kept ready for the engine."""


def _entities(actor: ActorFacts, subject: SubjectFacts) -> str:
    return _ENCODE(
        [
            {
                "uid": _ACTOR,
                "parents": (),
                "attrs": {
                    "level": actor.level,
                    "role": actor.role,
                    "groups": actor.groups,
                    "certs": actor.certifications,
                    "active": actor.active,
                    "stepUpAge": NEVER_S if actor.step_up_age_s is None else actor.step_up_age_s,
                },
            },
            {
                "uid": _CASE,
                "parents": (),
                "attrs": {
                    "tier": subject.tier,
                    "sensitivity": subject.sensitivity,
                    "frozen": subject.frozen,
                    "verified": subject.verified,
                    "ownContact": subject.own_contact,
                    "ownGroup": subject.own_group,
                    "owner": subject.owner,
                    "productKind": subject.product_kind,
                    "productStatus": subject.product_status,
                    "complaintLevel": subject.complaint_level,
                },
            },
        ]
    ).decode()


def _ready(policy: Policy, actor: ActorFacts, subject: SubjectFacts) -> Any:
    """Person and case as the engine's handle, checked against the schema; one question often becomes several."""
    import cedarpy

    text = _entities(actor, subject)
    handle = policy.entities.get(text)
    if handle is None:
        handle = cedarpy.Entities.from_json_str(text, policy.schema)
        if len(policy.entities) >= _KEEP:
            policy.entities.clear()
        policy.entities[text] = handle
    return handle


def _context(given: Circumstances) -> dict[str, Any]:
    return {
        "amount": given.amount_minor,
        "agentDay": given.agent_day_minor,
        "customerDay": given.customer_day_minor,
        "teamDay": given.team_day_minor,
        "online": given.online,
        "reasonGiven": given.reason_given,
        "approvedByLevel": given.approved_by_level,
        "approvals": given.approvals,
        "field": given.field,
        "minute": given.minute,
        "weekday": given.weekday,
        "businessHours": given.business_hours,
    }


def ask(policy: Policy, facts: Facts, rules: Any = None) -> Answer:
    """Ask the rules about `facts.action` (or the given set of rules). Never raises: what fails is not allowed."""
    import cedarpy

    chosen = policy.sets.get(facts.action) if rules is None else rules
    if chosen is None:
        return Answer(False, ())
    try:
        request = {
            "principal": _ACTOR,
            "action": {"type": "Action", "id": facts.action},
            "resource": _CASE,
            "context": _ENCODE(_context(facts.circumstances)).decode(),
        }
        result = cedarpy.is_authorized(request, chosen, _ready(policy, facts.actor, facts.subject), policy.schema)
    except Exception as error:
        # Whatever a fact of the wrong kind does to the engine, it must not open a door.
        return Answer(False, (), type(error).__name__)
    failed = "; ".join(str(error) for error in result.diagnostics.errors)
    if failed or result.decision is cedarpy.Decision.NoDecision:
        return Answer(False, (), failed or "no decision")
    return Answer(result.decision is cedarpy.Decision.Allow, tuple(sorted(result.diagnostics.reasons)))
