"""Delegations: granting, revoking, ending. One's own authority only, to a named person, for a time. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec

from agent_tui.domain.actions import ACTIONS
from agent_tui.domain.agent import Agent, Role
from agent_tui.domain.approval import Delegation
from agent_tui.domain.case import Case
from agent_tui.domain.commands import GrantDelegation, RevokeDelegation
from agent_tui.domain.effects import Effects, Event
from agent_tui.domain.standing import no, works


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        no("bad_moment", text=text[:40])
    return moment.astimezone(UTC) if moment.tzinfo else no("bad_moment", text=text[:40])


def grant(command: GrantDelegation, id: str, case: Case, longest: timedelta) -> Delegation:
    """The delegation asked for, as far as it can be judged without the policy. Stop with the reason, also when it
    would last longer than `longest`."""
    grantor, reason = case.agent(), case.clean(command.reason)
    grantee = case.state.get(Agent, command.grantee_id)
    if grantee is None or not works(grantee) or grantee.id == grantor.id:
        no("no_grantee")
    if not works(grantor):
        no("not_a_signer")
    if not reason:
        no("reason_needed")
    if not command.actions or not set(command.actions) <= set(ACTIONS):
        no("delegation_names_actions")
    if not 1 <= command.max_level <= grantor.level:
        # The grantor's own level, never one that was lent to them: a delegation is not passed on.
        no("delegation_above_level", level=grantor.level)
    if command.max_minor < 0:
        no("delegation_sum")
    start = _moment(command.valid_from) if command.valid_from else case.now
    end = _moment(command.valid_to)
    if not max(start, case.now) < end <= start + longest:
        no("delegation_time", days=longest.days)
    return Delegation(
        id=id,
        grantor_id=grantor.id,
        grantor_name=grantor.name,
        grantee_id=grantee.id,
        grantee_name=grantee.name,
        actions=tuple(dict.fromkeys(command.actions)),
        max_level=command.max_level,
        max_minor=command.max_minor,
        valid_from=start,
        valid_to=end,
        reason=reason,
        granted_at=case.now,
    )


def granted(delegation: Delegation) -> Effects:
    """The delegation with the fact of it."""
    return Effects(puts=(delegation,), events=(_event("DelegationGranted", delegation, delegation.granted_at),))


def revoke(command: RevokeDelegation, case: Case) -> Effects:
    """It ends at once."""
    delegation = case.state.get(Delegation, command.delegation_id) or no("no_delegation")
    me = case.agent()
    grantor = case.state.get(Agent, delegation.grantor_id)
    above = me.role is Role.SUPERVISOR and me.active and me.level >= (grantor.level if grantor else 0)
    if me.id not in (delegation.grantor_id, delegation.grantee_id) and not above:
        no("not_your_delegation")
    if delegation.revoked_at is not None or case.now >= delegation.valid_to:
        no("delegation_over", conflict=True)
    case.clean(command.reason)
    over = msgspec.structs.replace(delegation, revoked_at=case.now)
    return Effects(puts=(over,), events=(_event("DelegationRevoked", over, case.now, by=me.id),))


def _event(name: str, delegation: Delegation, at: datetime, **data: str) -> Event:
    about: dict[str, str | int | float | bool | None] = {
        "delegation": delegation.id,
        "grantee": delegation.grantee_id,
        "level": delegation.max_level,
        **data,
    }
    return Event(name=name, at=at, agent_id=delegation.grantor_id, data=about)
