"""Which limits a request for a co-sign touches, for whoever signs: the maker's day, the customer's, the team's, their own.

The sums are the server's, as they stood before the request (`domain.approval`) and, for the signer, as they stand now;
the limits are asked of the policy in force at this desk, which is the server's.
"""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from agent_tui.desk import used
from agent_tui.desk.sight import Sight
from agent_tui.desk.views import DayLimit
from agent_tui.domain.actions import ACTIONS
from agent_tui.domain.agent import Agent
from agent_tui.domain.approval import Approval
from agent_tui.domain.customer import Customer
from agent_tui.domain.ticket import Ticket
from agent_tui.policy.ask import Facts
from agent_tui.policy.decide import decide
from agent_tui.policy.decision import ActorFacts, Circumstances, SubjectFacts
from agent_tui.policy.facts import actor_facts
from agent_tui.policy.lending import most_lent
from agent_tui.policy.limits import most, of_the_day
from agent_tui.policy.table import usual_status
from agent_tui.store import read

if TYPE_CHECKING:
    from agent_tui.policy.model import Policy

DAYS = {"maker": "agentDay", "customer": "customerDay", "team": "teamDay"}
"""Whose day → the name that rules give its sum."""


def day_limits(sight: Sight, approval: Approval, policy: Policy, now: datetime) -> tuple[DayLimit, ...]:
    """One for each day that the request counts in, the signer's own last; nothing for an act without an amount."""
    if approval.amount_minor is None:
        return ()
    maker = _facts(sight, approval, _maker(sight, approval, now))
    sums = {"maker": approval.maker_used_minor, "customer": approval.used_minor, "team": approval.team_used_minor}
    found = [
        DayLimit(whose=whose, used_minor=sums[whose], limit_minor=of_the_day(policy, maker, name))
        for whose, name in DAYS.items()
    ]
    mine = _mine(sight, policy, approval, now)
    return (*found, mine) if mine is not None else tuple(found)


def lendable(sight: Sight, actions: tuple[str, ...], policy: Policy, now: datetime) -> dict[str, int | None]:
    """Of each action with an amount, the most that the person here may lend, minor units; None where no sum is named."""
    me, judge = sight.me(), partial(decide, policy)
    if me is None:
        return {}
    return {action: most_lent(judge, me, action, now) for action in actions if ACTIONS[action].amount}


def _mine(sight: Sight, policy: Policy, approval: Approval, now: datetime) -> DayLimit | None:
    """What the person at this desk has used today, and could still do alone for this customer."""
    me = sight.me()
    if me is None or me.id == approval.maker_id:
        return None
    given = _facts(sight, approval, actor_facts(me, me.level, 0, now))
    mine = used.of_today(sight, me, approval.action, approval.customer_id, now)
    sums = Circumstances(agent_day_minor=mine.agent, customer_day_minor=approval.used_minor, team_day_minor=mine.team)
    return DayLimit(
        whose="mine",
        used_minor=mine.agent,
        limit_minor=of_the_day(policy, given, "agentDay"),
        alone_minor=most(policy, given._replace(circumstances=sums)),
    )


def _maker(sight: Sight, approval: Approval, now: datetime) -> ActorFacts:
    """The maker as they stood when asking; what this desk does not know of them is what most agents are."""
    known = read.get(sight.cache, Agent, approval.maker_id)
    if known is not None:
        return actor_facts(known, approval.maker_level, 0, now)
    return ActorFacts(id=approval.maker_id, level=approval.maker_level, role="agent", step_up_age_s=0)


def _facts(sight: Sight, approval: Approval, actor: ActorFacts) -> Facts:
    """The case of the request, as far as it is told in it, in the hands of `actor`."""
    customer = read.get(sight.cache, Customer, approval.customer_id)
    product = next((p for p in customer.products if p.id == approval.product_id), None) if customer else None
    kind, _, _ = approval.product.partition(" ")
    entity, _, id = approval.target.partition(":")
    ticket = read.get(sight.cache, Ticket, id) if entity == "ticket" else None
    kinds = ACTIONS[approval.action].product if approval.action in ACTIONS else ()
    subject = SubjectFacts(
        tier=approval.tier,
        sensitivity=approval.sensitivity,
        verified=approval.verified,
        own_contact=True,
        own_group=True,
        product_kind=kind or (kinds[0] if kinds else ""),
        product_status=product.status if product else usual_status(approval.action),
        complaint_level=ticket.complaint_level or "" if ticket else "",
    )
    return Facts(actor, approval.action, subject, Circumstances())
