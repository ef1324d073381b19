"""Asking for a co-sign, or breaking the glass: the whole act is tried out, its limit reserved, and nothing else done."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import msgspec

from agent_tui import canon, ids
from agent_tui.domain.apply import apply
from agent_tui.domain.approval import Approval
from agent_tui.domain.commands import BreakGlass, PerformAction, RequestApproval
from agent_tui.domain.complaint import level_of
from agent_tui.domain.contact import OPEN_STATES, Contact, Verified
from agent_tui.domain.customer import Customer
from agent_tui.domain.effects import Effects, Refusal
from agent_tui.domain.standing import no
from agent_tui.domain.ticket import Ticket
from agent_tui.policy.decision import Allow, AllowWithReason, NeedsCosign
from agent_tui.server import payload
from agent_tui.server.authority import Grant, Inquiry, Judged, reserve, ruling_of
from agent_tui.server.facts import question
from agent_tui.server.hearing import Hearing, fact, facts_of
from agent_tui.server.turn import Turn, stopped


def propose(hearing: Hearing, command: RequestApproval | BreakGlass) -> Turn:
    """The request as it will wait for signatures, or why it may not even be asked for. Stop with a reason."""
    act = payload.with_reason(command)
    if not hearing.case.clean(command.reason):
        no("reason_needed")
    alone = _inquiry(hearing, act)
    judged = hearing.authority.judge(hearing.tx, alone)
    if judged is None:
        no("no_action")
    needed = judged.decision
    if isinstance(needed, Allow | AllowWithReason):
        no("not_needed")
    if not isinstance(needed, NeedsCosign):
        ruling = ruling_of(judged, alone)
        return Turn(problem=ruling.problem, ruling=ruling)
    signed = msgspec.structs.replace(alone, grant=Grant(level=needed.level, people=needed.people))
    ruling = hearing.authority.ruling(hearing.tx, signed)
    if ruling.problem is not None:
        return Turn(problem=ruling.problem, ruling=ruling)
    result = apply(act, hearing.matter.caller.actor, hearing.state, hearing.now, ids.uuid7)
    if isinstance(result, Refusal):
        return stopped(result, hearing.id)
    if isinstance(command, BreakGlass):
        if judged.standing.agent.level < hearing.terms.break_glass_level:
            no("glass_level", needs=hearing.terms.break_glass_level)
        if not hearing.fresh():
            return hearing.step_up()
    approval = _approval(hearing, command, act, judged, needed)
    held = reserve(approval.id, judged.whose, hearing.authority.day(hearing.now), act.amount_minor or 0)
    return Turn(
        effects=Effects(
            puts=(approval,),
            events=(fact("ApprovalRequested", approval, hearing.now, approval.maker_id),),
        ),
        holds=(held,),
        outcome="awaiting_approval",
        about=f"approval:{approval.id}",
        customer_id=approval.customer_id,
        ruling=ruling,
        facts=facts_of(approval),
    )


def _inquiry(hearing: Hearing, act: PerformAction) -> Inquiry:
    asked = question(act, hearing.state)
    assert asked is not None  # an action always has a question
    return Inquiry(asked=asked, caller=hearing.matter.caller, command_id=hearing.id, now=hearing.now)


def _approval(
    hearing: Hearing, command: RequestApproval | BreakGlass, act: PerformAction, judged: Judged, needed: NeedsCosign
) -> Approval:
    state, me = hearing.state, judged.standing.agent
    customer = hearing.case.customer(act.customer_id)
    contact = state.get(Contact, act.contact_id) if act.contact_id else None
    target = f"ticket:{act.ticket_id}" if act.ticket_id else f"customer:{act.customer_id}"
    version = state.version(target) or 0
    text = payload.text(hearing.vault, hearing.id, act, me.id, target, version)
    glass, lent = isinstance(command, BreakGlass), judged.standing.delegation
    return Approval(
        id=hearing.id,
        kind="break_glass" if glass else "cosign",
        maker_id=me.id,
        maker_name=me.name,
        maker_level=judged.standing.level,
        action=act.action,
        payload=text,
        payload_hash=canon.digest(text.encode()),
        target=target,
        target_version=version,
        customer_id=customer.id,
        customer_name=customer.name,
        tier=customer.tier,
        sensitivity=customer.sensitivity or "",
        verified=contact.verified if contact else Verified.NONE,
        contact_id=act.contact_id,
        product_id=act.product_id,
        product=_product(customer, act.product_id),
        **_complaint(state.get(Ticket, act.ticket_id) if act.ticket_id else None),
        amount_minor=act.amount_minor,
        currency=act.currency,
        level=hearing.terms.break_glass_level if glass else needed.level,
        people=1 if glass else needed.people,
        reason=hearing.case.clean(command.reason),
        rules=tuple(reason.rule for reason in needed.reasons),
        sentences=tuple(reason.sentences for reason in needed.reasons),
        revision=needed.revision,
        limit_minor=needed.limit_minor,
        used_minor=judged.sums.customer,
        maker_used_minor=judged.sums.agent,
        team_used_minor=judged.sums.team,
        delegation_id=act.delegation_id,
        lender_name=lent.grantor_name if lent else "",
        lent_until=lent.valid_to if lent else None,
        step_up_age_s=hearing.matter.caller.step_up_age_s,
        review=glass or act.delegation_id is not None,
        opened_at=hearing.now,
        expires_at=_expires(hearing, contact),
    )


def _expires(hearing: Hearing, contact: Contact | None) -> datetime:
    """While the customer is on the line it must be soon."""
    live = contact is not None and contact.state in OPEN_STATES
    waits = hearing.terms.approval_on_line_s if live else hearing.terms.approval_s
    return hearing.now + timedelta(seconds=waits)


def _complaint(ticket: Ticket | None) -> dict[str, Any]:
    """Which complaint a signer is asked about, and its level."""
    return {"complaint": ticket.number, "complaint_level": level_of(ticket)} if ticket else {}


def _product(customer: Customer, product_id: str | None) -> str:
    found = next((p for p in customer.products if p.id == product_id), None)
    return f"{found.kind} {found.number}".strip() if found else ""
