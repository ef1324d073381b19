"""Carrying out what was signed: everything is judged again at this moment, in the transaction that closes the request.

Exactly once, exactly what was signed, against the version it was signed for; otherwise it is stale and goes back.
"""

from __future__ import annotations

import msgspec

from agent_tui import canon, ids
from agent_tui.domain.apply import apply
from agent_tui.domain.approval import Approval, ApprovalState
from agent_tui.domain.commands import PerformAction
from agent_tui.domain.effects import Effects, Refusal
from agent_tui.domain.standing import still_stands
from agent_tui.server import limits, payload
from agent_tui.server.authority import Grant, Inquiry, Ruling
from agent_tui.server.caller import Caller
from agent_tui.server.facts import question
from agent_tui.server.hearing import Hearing, fact, facts_of
from agent_tui.server.turn import Origin, Turn

BY_TWO = Grant(level=5, people=9)
"""What two people at the broken glass count as: every level and number. What is denied stays denied."""


def execute(hearing: Hearing, approval: Approval) -> Turn:
    """What signing by enough people brings about."""
    if hearing.state.version(approval.target) != approval.target_version:
        return hearing.lost(approval, ApprovalState.STALE, "authority.stale_target")
    act = act_signed(hearing, approval)
    if act is None:
        return hearing.lost(approval, ApprovalState.STALE, "authority.stale_payload")
    levels = [still_stands(given, approval, hearing.state, hearing.now) for given in approval.signed]
    if 0 in levels:
        return hearing.lost(approval, ApprovalState.STALE, "authority.stale_signature")
    ruling = _judge(hearing, approval, act, Grant(level=min(levels), people=len(levels)))
    if ruling.problem is not None:
        lost = hearing.lost(approval, ApprovalState.STALE, "authority.stale_authority")
        return msgspec.structs.replace(lost, ruling=ruling)
    result = apply(act, _maker(approval).actor, hearing.state, hearing.now, ids.uuid7)
    if isinstance(result, Refusal):
        return hearing.lost(approval, ApprovalState.STALE, result.key, result.args)
    return _done(hearing, approval, result, ruling)


def act_signed(hearing: Hearing, approval: Approval) -> PerformAction | None:
    """The act in clear, if it is the one whose text was signed; None when it is not."""
    act = payload.act_of(hearing.tx, hearing.vault, approval.id, approval.maker_id)
    if act is None:
        return None
    if approval.amount_minor is not None:
        act = msgspec.structs.replace(act, amount_minor=approval.amount_minor)
    text = payload.text(hearing.vault, approval.id, act, approval.maker_id, approval.target, approval.target_version)
    return act if canon.digest(text.encode()) == approval.payload_hash else None


def _maker(approval: Approval) -> Caller:
    """The maker as they stood when asking; who they are now is read from the tables."""
    return Caller(kind="agent", id=approval.maker_id, step_up_age_s=approval.step_up_age_s)


def _judge(hearing: Hearing, approval: Approval, act: PerformAction, grant: Grant) -> Ruling:
    asked = question(act, hearing.state)
    assert asked is not None  # an action always has a question
    inquiry = Inquiry(
        asked=asked,
        caller=_maker(approval),
        command_id=hearing.id,
        now=hearing.now,
        grant=BY_TWO if approval.kind == "break_glass" else grant,
        own_hold=approval.id,
    )
    return hearing.authority.ruling(hearing.tx, inquiry)


def _done(hearing: Hearing, approval: Approval, result: Effects, ruling: Ruling) -> Turn:
    over = msgspec.structs.replace(approval, state=ApprovalState.EXECUTED, closed_at=hearing.now)
    holds: list[limits.Hold] = [limits.Move(command_id=approval.id, day=hearing.authority.day(hearing.now))]
    if not result.externals:
        holds.append(limits.Settle(command_id=approval.id, state="used"))
    told = fact("ApprovalEnded", over, hearing.now, hearing.matter.caller.id, state=over.state.value)
    effects = msgspec.structs.replace(result, puts=(over, *result.puts), events=(*result.events, told))
    return Turn(
        effects=effects,
        holds=tuple(holds),
        about=f"approval:{approval.id}",
        customer_id=approval.customer_id,
        origin=Origin(id=approval.id, maker=approval.maker_id, contact_id=approval.contact_id),
        ruling=ruling,
        facts=facts_of(over),
    )
