"""The facts the policy is asked about, read inside the transaction, and what its answer means for a command."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TypeAlias
from zoneinfo import ZoneInfo

import msgspec

from agent_tui.domain.action_rules import COMPLAINT_LEVELS
from agent_tui.domain.actions import ACTIONS
from agent_tui.domain.agent import Agent
from agent_tui.domain.commands import Command, MoveTicket, PerformAction, RaiseWorkOrder, RevealField
from agent_tui.domain.contact import OPEN_STATES, Contact, Verified
from agent_tui.domain.customer import Customer
from agent_tui.domain.ticket import Ticket, TicketKind, TicketState
from agent_tui.policy.decision import (
    ActorFacts,
    Allow,
    AllowWithReason,
    Circumstances,
    Decision,
    NeedsCosign,
    StepUp,
    SubjectFacts,
)
from agent_tui.server import problems
from agent_tui.server.caller import Caller
from agent_tui.server.database import Tx
from agent_tui.server.state import TableState
from agent_tui.wire.problem import Problem

Decide: TypeAlias = Callable[[ActorFacts, str, SubjectFacts, Circumstances], Decision]
"""The policy in force: (actor, action, subject, circumstances) → decision."""


class Ruling(msgspec.Struct, frozen=True, kw_only=True):
    """What the policy said of a command, for the audit; `problem` is None when it may go on."""

    action: str
    decision: str
    rules: tuple[str, ...] = ()
    revision: str = ""
    agent_day_minor: int = 0
    customer_day_minor: int = 0
    problem: Problem | None = None


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """The business action inside a command."""

    action: str
    customer_id: str = ""
    contact_id: str | None = None
    product_id: str | None = None
    ticket_id: str | None = None
    amount_minor: int = 0
    reason: str = ""
    field: str = ""


def question(command: Command, state: TableState) -> Question | None:
    """Which action of `domain.actions` a command performs; None for commands that need no authority."""
    match command:
        case PerformAction():
            return Question(
                action=command.action,
                customer_id=command.customer_id,
                contact_id=command.contact_id,
                product_id=command.product_id,
                ticket_id=command.ticket_id,
                amount_minor=command.amount_minor or 0,
                reason=command.reason,
            )
        case RevealField():
            return Question(
                action="reveal_field",
                customer_id=command.customer_id,
                contact_id=command.contact_id,
                reason=command.purpose,
                field=command.field,
            )
        case RaiseWorkOrder():
            customer = command.customer_id or ""
            return Question(
                action="raise_work_order", customer_id=customer, contact_id=command.contact_id, reason=command.text
            )
        case MoveTicket(state=TicketState.CLOSED):
            ticket = state.get(Ticket, command.ticket_id)
            if ticket is None or ticket.kind != TicketKind.COMPLAINT:
                return None
            customer = ticket.customer_id or ""
            return Question(action="close_complaint", customer_id=customer, ticket_id=ticket.id, reason=command.text)
        case _:
            return None


def actor_facts(agent: Agent, caller: Caller, now: datetime) -> ActorFacts:
    """Certifications out of date do not count."""
    return ActorFacts(
        id=agent.id,
        level=agent.level,
        role=agent.role,
        groups=agent.groups,
        certifications=tuple(sorted(code for code, until in agent.certifications.items() if until > now)),
        active=agent.active,
        step_up_age_s=caller.step_up_age_s,
    )


def subject_facts(asked: Question, agent: Agent, state: TableState) -> SubjectFacts:
    """A contact of somebody else's customer proves nothing: then the caller counts as not verified."""
    customer = state.get(Customer, asked.customer_id) if asked.customer_id else None
    contact = state.get(Contact, asked.contact_id) if asked.contact_id else None
    ticket = state.get(Ticket, asked.ticket_id) if asked.ticket_id else None
    if contact is not None and (contact.customer_id or "") != asked.customer_id:
        contact = None
    products = customer.products if customer else ()
    product = next((p for p in products if p.id == asked.product_id), None)
    own = contact is not None and contact.agent_id == agent.id and contact.state in OPEN_STATES
    groups = {about.group for about in (contact, ticket) if about is not None}
    return SubjectFacts(
        customer_id=asked.customer_id,
        tier=customer.tier if customer else "standard",
        sensitivity=(customer.sensitivity or "") if customer else "",
        frozen=customer.frozen if customer else False,
        verified=contact.verified if contact and own else Verified.NONE,
        own_contact=own,
        own_group=not groups.isdisjoint(agent.groups),
        owner=ticket is not None and ticket.owner_id == agent.id,
        product_kind=product.kind if product else "",
        product_status=product.status if product else "",
        complaint_level=(ticket.complaint_level or COMPLAINT_LEVELS[0]) if ticket else "",
    )


def _problem(decision: Decision, asked: Question, command_id: str) -> Problem | None:
    match decision:
        case Allow():
            return None
        case AllowWithReason():
            if asked.reason.strip():
                return None
            name, key = "not-permitted", "server.refusal.reason_required"
        case StepUp():
            name, key = "step-up-required", "server.refusal.step_up"
        case NeedsCosign():
            key = "server.refusal.cosign"
            return problems.of_reasons(
                "limit-exceeded", key, decision.reasons, decision.limit_minor, command_id, decision.level
            )
        case _:
            over = decision.limit_minor is not None and asked.amount_minor > decision.limit_minor
            name, key = ("limit-exceeded" if over else "not-permitted"), "server.refusal.not_permitted"
    return problems.of_reasons(name, key, decision.reasons, decision.limit_minor, command_id)


class Authority:
    """Asks the policy in force about a command."""

    def __init__(self, decide: Decide, timezone: str) -> None:
        """`timezone` is the centre's: its days bound the amounts that are added up."""
        self._decide = decide
        self._zone = ZoneInfo(timezone)

    def day(self, now: datetime) -> str:
        """The centre's calendar day."""
        return now.astimezone(self._zone).date().isoformat()

    def rule(
        self, tx: Tx, command: Command, caller: Caller, command_id: str, now: datetime, *, online: bool
    ) -> Ruling | None:
        """None when the command needs no authority. Use of today is counted inside this transaction."""
        state = TableState(tx)
        asked = question(command, state)
        if asked is None:
            return None
        agent = state.get(Agent, caller.id)
        if agent is None or asked.action not in ACTIONS:
            told = problems.of_reasons("not-permitted", "server.refusal.not_permitted", (), None, command_id)
            return Ruling(action=asked.action, decision="deny", problem=told)
        day = self.day(now)
        agent_day = tx.value("limit_agent", agent_id=agent.id, action=asked.action, day=day)
        customer_day = tx.value("limit_customer", customer_id=asked.customer_id, action=asked.action, day=day)
        circumstances = Circumstances(
            amount_minor=asked.amount_minor,
            agent_day_minor=agent_day,
            customer_day_minor=customer_day,
            online=online,
            reason_given=bool(asked.reason.strip()),
            field=asked.field,
        )
        subject = subject_facts(asked, agent, state)
        decision = self._decide(actor_facts(agent, caller, now), asked.action, subject, circumstances)
        rules = getattr(decision, "rules", None) or tuple(r.rule for r in getattr(decision, "reasons", ()))
        return Ruling(
            action=asked.action,
            decision=str(type(decision).__struct_config__.tag),
            rules=rules,
            revision=decision.revision,
            agent_day_minor=agent_day,
            customer_day_minor=customer_day,
            problem=_problem(decision, asked, command_id),
        )

    def use(self, tx: Tx, command: Command, caller: Caller, command_id: str, now: datetime) -> None:
        """Add an applied amount to the day's sums."""
        asked = question(command, TableState(tx))
        if asked is None or not asked.amount_minor:
            return
        tx.run(
            "limit_add",
            command_id=command_id,
            agent_id=caller.id,
            customer_id=asked.customer_id,
            action=asked.action,
            day=self.day(now),
            amount_minor=asked.amount_minor,
        )
