"""Co-signing: asking, signing, refusing, lowering, withdrawing. One command, one turn; no role is above any of it."""

from __future__ import annotations

import msgspec

from agent_tui import canon
from agent_tui.domain.approval import Approval, ApprovalState, Signature
from agent_tui.domain.bounds import check_lengths
from agent_tui.domain.case import Stop
from agent_tui.domain.commands import (
    AmendApproval,
    BreakGlass,
    DecideApproval,
    GrantDelegation,
    RequestApproval,
    ResolveEffect,
    RevokeDelegation,
    WithdrawApproval,
)
from agent_tui.domain.effects import Effects
from agent_tui.domain.standing import check_signer, no, standing, works
from agent_tui.server import delegations, executing, limits, payload, resolving
from agent_tui.server.authority import Authority
from agent_tui.server.database import Tx
from agent_tui.server.hearing import Hearing, fact, facts_of
from agent_tui.server.proposing import propose
from agent_tui.server.record import Matter
from agent_tui.server.terms import Terms
from agent_tui.server.turn import Turn, stopped
from agent_tui.server.vault import Vault


class Approvals:
    """Turns a command about authority into what it changes and answers. It reads; the ledger writes."""

    def __init__(self, authority: Authority, vault: Vault, terms: Terms) -> None:
        self._authority = authority
        self._vault = vault
        self._terms = terms

    def turn(self, tx: Tx, matter: Matter) -> Turn:
        """What a command of `commands.AUTHORITY` comes to, in the transaction it is given."""
        hearing = Hearing(tx=tx, matter=matter, authority=self._authority, vault=self._vault, terms=self._terms)
        try:
            check_lengths(matter.envelope.command)
            return _turn(hearing)
        except Stop as stop:
            return stopped(stop.refusal, hearing.id)


def _turn(hearing: Hearing) -> Turn:
    match hearing.matter.envelope.command:
        case RequestApproval() | BreakGlass() as command:
            return propose(hearing, command)
        case DecideApproval() as command:
            return decide(hearing, command)
        case AmendApproval() as command:
            return amend(hearing, command)
        case WithdrawApproval() as command:
            return withdraw(hearing, command)
        case GrantDelegation() as command:
            return delegations.grant(hearing, command)
        case RevokeDelegation() as command:
            return delegations.revoke(hearing, command)
        case ResolveEffect() as command:
            return resolving.resolve(hearing, command)
        case command:
            raise TypeError(type(command).__name__)


def overdue(hearing: Hearing, approval: Approval) -> Turn | None:
    """The end of a request whose time is over, whether or not the sweep has come by."""
    if hearing.now < approval.expires_at:
        return None
    return hearing.lost(approval, ApprovalState.EXPIRED, "authority.is_expired")


def check_seen(payload_hash: str, approval: Approval, version: int | None = None) -> None:
    """Stop unless what was seen is what is there."""
    if payload_hash != approval.payload_hash or version not in (None, approval.target_version):
        no("changed", conflict=True)


def decide(hearing: Hearing, command: DecideApproval) -> Turn:
    """Sign or refuse. The last signature carries it out."""
    approval, case = hearing.open_approval(command.approval_id), hearing.case
    if (over := overdue(hearing, approval)) is not None:
        return over
    check_seen(command.payload_hash, approval, command.target_version)
    if command.decision not in ("sign", "refuse"):
        no("bad_decision")
    who = standing(
        hearing.me(),
        command.delegation_id,
        hearing.state,
        approval.action,
        approval.amount_minor or 0,
        hearing.now,
    )
    check_signer(approval, who, hearing.state, hearing.now)
    reason = case.clean(command.reason)
    if command.decision == "refuse" and not reason:
        no("reason_needed")
    if not hearing.fresh():
        return hearing.step_up()
    given = Signature(
        signer_id=who.agent.id,
        name=who.agent.name,
        level=who.level,
        decision=command.decision,
        reason=reason,
        at=hearing.now,
        delegation_id=command.delegation_id,
        payload_hash=command.payload_hash,
        target_version=command.target_version,
    )
    return _with(hearing, approval, given)


def _with(hearing: Hearing, approval: Approval, given: Signature) -> Turn:
    """The request with one more decision."""
    decided = msgspec.structs.replace(
        approval,
        signatures=(*approval.signatures, given),
        review=approval.review or given.delegation_id is not None,
    )
    after_s = int((hearing.now - approval.opened_at).total_seconds())
    name = "ApprovalSigned" if given.decision == "sign" else "ApprovalRefused"
    event = fact(name, decided, hearing.now, given.signer_id, after_s=after_s, delegation=given.delegation_id)
    if given.decision == "refuse":
        turn = hearing.close(decided, ApprovalState.REJECTED, "authority.is_rejected")
    elif len(decided.signed) < decided.people:
        turn = Turn(
            effects=Effects(puts=(decided,)),
            about=f"approval:{decided.id}",
            customer_id=decided.customer_id,
            facts=facts_of(decided),
        )
    else:
        turn = executing.execute(hearing, decided)
    events = (event, *turn.effects.events)
    return msgspec.structs.replace(turn, effects=msgspec.structs.replace(turn.effects, events=events))


def amend(hearing: Hearing, command: AmendApproval) -> Turn:
    """Lower the amount: another payload, so that signatures given before count no more."""
    approval, me = hearing.open_approval(command.approval_id), hearing.me()
    if (over := overdue(hearing, approval)) is not None:
        return over
    check_seen(command.payload_hash, approval)
    if not works(me) or (me.id != approval.maker_id and me.level < approval.level):
        no("level_too_low", level=me.level, needs=approval.level)
    if not hearing.case.clean(command.reason):
        no("reason_needed")
    if approval.amount_minor is None or not 0 < command.amount_minor < approval.amount_minor:
        no("only_lower")
    act = executing.act_signed(hearing, approval) or no("changed", conflict=True)
    act = msgspec.structs.replace(act, amount_minor=command.amount_minor)
    text = payload.text(hearing.vault, approval.id, act, approval.maker_id, approval.target, approval.target_version)
    changed = msgspec.structs.replace(
        approval,
        amount_minor=command.amount_minor,
        payload=text,
        payload_hash=canon.digest(text.encode()),
        editors=tuple(dict.fromkeys((*approval.editors, me.id))),
    )
    return Turn(
        effects=Effects(puts=(changed,), events=(fact("ApprovalAmended", changed, hearing.now, me.id),)),
        holds=(limits.Lower(command_id=approval.id, amount_minor=command.amount_minor),),
        customer_id=approval.customer_id,
        facts=facts_of(changed),
    )


def withdraw(hearing: Hearing, command: WithdrawApproval) -> Turn:
    """Only whoever asked takes it back."""
    approval = hearing.open_approval(command.approval_id)
    if approval.maker_id != hearing.matter.caller.id:
        no("not_your_request")
    hearing.case.clean(command.reason)
    return hearing.close(approval, ApprovalState.WITHDRAWN, "authority.is_withdrawn")
