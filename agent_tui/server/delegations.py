"""Lending one's own authority: within one's own level and sums as the policy has them now, with a fresh authentication."""

from __future__ import annotations

from datetime import timedelta

from agent_tui.domain import lending
from agent_tui.domain.actions import ACTIONS
from agent_tui.domain.approval import Delegation
from agent_tui.domain.commands import GrantDelegation, RevokeDelegation
from agent_tui.domain.standing import no
from agent_tui.policy.lending import most_lent
from agent_tui.server.hearing import Hearing
from agent_tui.server.turn import Turn


def grant(hearing: Hearing, command: GrantDelegation) -> Turn:
    """The delegation; its id is that of the command. Stop when it reaches beyond the grantor."""
    delegation = lending.grant(command, hearing.id, hearing.case, timedelta(days=hearing.terms.delegation_days))
    me = hearing.me()
    for action in delegation.actions:
        most = most_lent(hearing.authority.decide, me, action, hearing.now) if ACTIONS[action].amount else None
        if most is not None and delegation.max_minor > most:
            no("delegation_above_limit", action=action)
    if not hearing.fresh():
        return hearing.step_up()
    return _about(delegation, Turn(effects=lending.granted(delegation)))


def revoke(hearing: Hearing, command: RevokeDelegation) -> Turn:
    """It ends at once: the scopes that came with it go in the same transaction."""
    turn = Turn(effects=lending.revoke(command, hearing.case))
    delegation = turn.effects.puts[0]
    assert isinstance(delegation, Delegation)
    return _about(delegation, turn)


def _about(delegation: Delegation, turn: Turn) -> Turn:
    facts: dict[str, object] = {
        "delegation": delegation.id,
        "grantor": delegation.grantor_id,
        "grantee": delegation.grantee_id,
    }
    return Turn(effects=turn.effects, about=f"delegation:{delegation.id}", facts=facts)
