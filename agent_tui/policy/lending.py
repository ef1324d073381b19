"""How much of an action a person may lend to another: no more than they may do at once themselves, in the case that meets
the least resistance. The same at a desk, which says it while the form is filled, and on the server, where it counts."""

from __future__ import annotations

from datetime import datetime

from agent_tui.domain.actions import ACTIONS
from agent_tui.domain.agent import Agent
from agent_tui.policy.decision import Circumstances, Decide, Deny, NeedsCosign, SubjectFacts
from agent_tui.policy.facts import actor_facts
from agent_tui.policy.table import usual_status


def most_lent(decide: Decide, agent: Agent, action: str, now: datetime) -> int | None:
    """Minor units of an action with an amount; 0 for what they may not do alone, None where no sum is named."""
    kinds = ACTIONS[action].product
    subject = SubjectFacts(
        tier="vip",
        verified="full",
        own_contact=True,
        own_group=True,
        product_kind=kinds[0] if kinds else "",
        product_status=usual_status(action),
        complaint_level="general",
    )
    given = Circumstances(amount_minor=1, reason_given=True)
    decision = decide(actor_facts(agent, agent.level, 0, now), action, subject, given)
    if decision.limit_minor is not None:
        return decision.limit_minor
    return 0 if isinstance(decision, Deny | NeedsCosign) else None
