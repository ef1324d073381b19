"""With whose authority somebody acts, and who may put their name under whose request. Pure.

Two names under one act must stand for two different people: a delegate stands for who lent them the authority.
"""

from __future__ import annotations

from datetime import datetime
from typing import NoReturn

import msgspec

from agent_tui.domain.agent import Agent, Role
from agent_tui.domain.approval import Approval, Delegation, Signature
from agent_tui.domain.case import Stop
from agent_tui.domain.effects import Refusal, Rows

SIGNING_ROLES = frozenset({Role.AGENT, Role.SECOND_LINE, Role.SUPERVISOR})
"""Roles that act for customers. Administrators, reviewers and trainers sign nothing, whatever their level."""


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """A person with the authority they act with at this moment."""

    agent: Agent
    level: int
    delegation: Delegation | None = None

    @property
    def principal(self) -> str:
        """Whose authority it is."""
        return self.delegation.grantor_id if self.delegation else self.agent.id


def no(key: str, *, conflict: bool = False, **args: str | int) -> NoReturn:
    """It is not allowed; `authority.<key>` says why and what would help."""
    raise Stop(Refusal(key=f"authority.{key}", args=args, conflict=conflict))


def works(agent: Agent | None) -> bool:
    """Whether a person may act for customers at all."""
    return agent is not None and agent.active and agent.role in SIGNING_ROLES


def lent(delegation_id: str, agent: Agent, state: Rows, action: str, amount_minor: int, now: datetime) -> Standing:
    """The standing of `agent` under a delegation of theirs, for one action and sum. Stop when it does not reach."""
    delegation = state.get(Delegation, delegation_id)
    if delegation is None or delegation.grantee_id != agent.id:
        no("no_delegation")
    grantor = state.get(Agent, delegation.grantor_id)
    if grantor is None or not works(grantor) or not delegation.holds(now):
        no("delegation_over")
    if action not in delegation.actions:
        no("delegation_other_action")
    if amount_minor > delegation.max_minor:
        no("delegation_sum")
    level = max(agent.level, min(delegation.max_level, grantor.level))
    return Standing(agent=agent, level=level, delegation=delegation)


def standing(
    agent: Agent, delegation_id: str | None, state: Rows, action: str, amount_minor: int, now: datetime
) -> Standing:
    """Somebody's own authority, or what was lent to them. Stop when they may not act at all."""
    if not works(agent):
        no("not_a_signer")
    if delegation_id is None:
        return Standing(agent=agent, level=agent.level)
    return lent(delegation_id, agent, state, action, amount_minor, now)


def principal_of(signature: Signature, state: Rows) -> str:
    """Whose authority stands behind a signature."""
    delegation = state.get(Delegation, signature.delegation_id) if signature.delegation_id else None
    return delegation.grantor_id if delegation else signature.signer_id


def behind(approval: Approval, state: Rows) -> frozenset[str]:
    """The maker, and who lent the maker the authority of this request."""
    delegation = state.get(Delegation, approval.delegation_id) if approval.delegation_id else None
    return frozenset({approval.maker_id} | ({delegation.grantor_id} if delegation else set()))


def check_signer(approval: Approval, who: Standing, state: Rows, now: datetime) -> None:
    """Stop unless this person, so standing, may decide about this request. No role is above it."""
    names = {who.agent.id, who.principal}
    if approval.maker_id in names:
        no("own_request" if who.agent.id == approval.maker_id else "makers_delegation")
    if names & behind(approval, state):
        no("lent_to_maker")
    if names & set(approval.editors):
        no("own_edit")
    if delegate_of(approval.maker_id, who.agent.id, state, now):
        no("makers_delegate")
    for given in approval.signed:
        if names & {given.signer_id, principal_of(given, state)}:
            no("signed_already" if given.signer_id == who.agent.id else "one_authority", name=given.name)
    if who.level < approval.level:
        no("level_too_low", level=who.level, needs=approval.level)


def delegate_of(grantor_id: str, grantee_id: str, state: Rows, now: datetime) -> bool:
    """Whether one holds any authority of the other now."""
    held = state.find(Delegation, status="held", agent_id=grantee_id, parent_id=grantor_id)
    return any(delegation.holds(now) for delegation in held)


def still_stands(given: Signature, approval: Approval, state: Rows, now: datetime) -> int:
    """The level a signature counts with at this moment; 0 when its signer could not give it any more."""
    agent = state.get(Agent, given.signer_id)
    if agent is None:
        return 0
    try:
        who = standing(agent, given.delegation_id, state, approval.action, approval.amount_minor or 0, now)
    except Stop:
        return 0
    if delegate_of(approval.maker_id, given.signer_id, state, now):
        return 0
    return who.level if who.level >= approval.level else 0
