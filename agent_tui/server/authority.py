"""What the policy says of a command, asked inside its transaction, and what that means for it."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from agent_tui.domain.actions import KNOWN
from agent_tui.domain.agent import Agent
from agent_tui.domain.case import Stop
from agent_tui.domain.commands import Command
from agent_tui.domain.effects import Effects
from agent_tui.domain.standing import Standing, lent
from agent_tui.domain.ticket_commands import AssignTicket
from agent_tui.policy.ask import Facts
from agent_tui.policy.decision import (
    Allow,
    AllowWithReason,
    Circumstances,
    Decide,
    Decision,
    NeedsCosign,
    StepUp,
)
from agent_tui.policy.facts import actor_facts, groups_of, subject_facts
from agent_tui.policy.moment import Moment, at, moment
from agent_tui.server import limits, problems
from agent_tui.server.caller import Caller
from agent_tui.server.database import Tx
from agent_tui.server.facts import Question, about, question, through_ticket
from agent_tui.server.state import TableState
from agent_tui.wire.problem import Problem


class Ruling(msgspec.Struct, frozen=True, kw_only=True):
    """What the policy said of a command, for the audit; `problem` is None when it may go on."""

    action: str
    decision: str
    rules: tuple[str, ...] = ()
    revision: str = ""
    agent_day_minor: int = 0
    customer_day_minor: int = 0
    team_day_minor: int = 0
    limit_minor: int | None = None
    """The most this person could do at once at that moment, where the rules name a sum."""
    level: int = 0
    """The level it was judged with."""
    delegation_id: str | None = None
    facts: Facts | None = None
    """What it was decided on; None when it did not come to a question."""
    problem: Problem | None = None


class Grant(msgspec.Struct, frozen=True, kw_only=True):
    """What others put their names to."""

    level: int
    """The lowest level among them."""
    people: int


class Inquiry(msgspec.Struct, frozen=True, kw_only=True):
    """One question to the policy, and who asks it."""

    asked: Question
    caller: Caller
    command_id: str
    now: datetime
    online: bool = True
    grant: Grant | None = None
    own_hold: str = ""
    """The reservation made for this very thing; it does not stand in its own way."""


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """A decision with what it was made on."""

    decision: Decision
    facts: Facts
    sums: limits.Sums
    standing: Standing
    whose: limits.Whose


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
        self.decide = decide
        self._zone = ZoneInfo(timezone)

    @property
    def timezone(self) -> str:
        """Of the centre."""
        return self._zone.key

    def day(self, now: datetime) -> str:
        """The centre's calendar day."""
        return limits.day_of(now, self._zone.key)

    def rule(
        self, tx: Tx, command: Command, caller: Caller, command_id: str, now: datetime, *, online: bool
    ) -> Ruling | None:
        """None when the command needs no authority. Use of today is counted inside this transaction."""
        asked = question(command, TableState(tx))
        if asked is None:
            return None
        inquiry = Inquiry(asked=asked, caller=caller, command_id=command_id, now=now, online=online)
        ruling = self.ruling(tx, inquiry)
        if isinstance(command, AssignTicket) and ruling.problem is None:
            return self._for_colleague(tx, command, inquiry) or ruling
        return ruling

    def _for_colleague(self, tx: Tx, command: AssignTicket, inquiry: Inquiry) -> Ruling | None:
        """What one gives to a colleague they must be allowed to take up themselves; None when they are."""
        theirs = msgspec.structs.replace(
            inquiry,
            asked=msgspec.structs.replace(inquiry.asked, action="take_up_ticket"),
            caller=Caller(kind="agent", id=command.assignee_id, device=inquiry.caller.device),
        )
        ruling = self.ruling(tx, theirs)
        return ruling if ruling.problem is not None else None

    def ruling(self, tx: Tx, inquiry: Inquiry) -> Ruling:
        """What the policy says, as the audit keeps it."""
        asked = inquiry.asked
        try:
            judged = self.judge(tx, inquiry)
        except Stop as stop:
            told = problems.of_refusal(stop.refusal, inquiry.command_id)
            return Ruling(action=asked.action, decision="deny", delegation_id=asked.delegation_id, problem=told)
        if judged is None:
            key = "server.refusal.not_permitted"
            told = problems.of_reasons("not-permitted", key, (), None, inquiry.command_id)
            return Ruling(action=asked.action, decision="deny", problem=told)
        return ruling_of(judged, inquiry)

    def judge(self, tx: Tx, inquiry: Inquiry) -> Judged | None:
        """The decision for what is in the tables now; None for nobody or no such action. Stop when the delegation
        named does not reach."""
        state, asked, now = TableState(tx), inquiry.asked, inquiry.now
        agent = state.get(Agent, inquiry.caller.id)
        if agent is None or asked.action not in KNOWN:
            return None
        asked = through_ticket(asked, agent, state)
        standing = self._standing(agent, asked, state, now)
        whose = whose_day(agent, standing, asked)
        sums = limits.sums(tx, whose, self.day(now), inquiry.own_hold)
        facts = Facts(
            actor_facts(agent, standing.level, inquiry.caller.step_up_age_s, now),
            asked.action,
            subject_facts(about(asked), agent, state),
            circumstances(inquiry, sums, moment(now, self._zone.key, groups_of(about(asked), agent, state))),
        )
        return Judged(decision=self.decide(*facts), facts=facts, sums=sums, standing=standing, whose=whose)

    def _standing(self, agent: Agent, asked: Question, state: TableState, now: datetime) -> Standing:
        """Whether somebody may act at all is the policy's to say; here only what was lent."""
        if asked.delegation_id is None:
            return Standing(agent=agent, level=agent.level)
        return lent(asked.delegation_id, agent, state, asked.action, asked.amount_minor, now)

    def use(
        self, tx: Tx, command: Command, caller: Caller, command_id: str, now: datetime, effects: Effects
    ) -> tuple[limits.Hold, ...]:
        """What an applied amount counts against: used, or reserved until another system has confirmed it."""
        state = TableState(tx)
        asked = question(command, state)
        agent = state.get(Agent, caller.id)
        if asked is None or agent is None or not asked.amount_minor:
            return ()
        whose = whose_day(agent, self._standing(agent, asked, state, now), asked)
        return (reserve(command_id, whose, self.day(now), asked.amount_minor, used=not effects.externals),)


def reserve(command_id: str, whose: limits.Whose, day: str, amount_minor: int, *, used: bool = False) -> limits.Hold:
    """Hold an amount of the day."""
    return limits.Reserve(command_id=command_id, whose=whose, day=day, amount_minor=amount_minor, used=used)


def whose_day(agent: Agent, standing: Standing, asked: Question) -> limits.Whose:
    """The person, who lent them the authority, their team, the customer."""
    return limits.Whose(
        action=asked.action,
        agent_id=agent.id,
        grantor_id=standing.principal if standing.delegation else "",
        team=agent.team,
        customer_id=asked.customer_id,
    )


def circumstances(inquiry: Inquiry, sums: limits.Sums, when: Moment) -> Circumstances:
    """Everything about the act itself."""
    asked, grant = inquiry.asked, inquiry.grant
    given = Circumstances(
        amount_minor=asked.amount_minor,
        agent_day_minor=sums.agent,
        customer_day_minor=sums.customer,
        team_day_minor=sums.team,
        online=inquiry.online,
        reason_given=bool(asked.reason.strip()),
        approved_by_level=grant.level if grant else 0,
        approvals=grant.people if grant else 0,
        field=asked.field,
    )
    return at(given, when)


def ruling_of(judged: Judged, inquiry: Inquiry) -> Ruling:
    """A decision as the audit keeps it, with what it means for the command."""
    decision = judged.decision
    return Ruling(
        action=inquiry.asked.action,
        decision=str(type(decision).__struct_config__.tag),
        rules=getattr(decision, "rules", None) or tuple(r.rule for r in getattr(decision, "reasons", ())),
        revision=decision.revision,
        agent_day_minor=judged.sums.agent,
        customer_day_minor=judged.sums.customer,
        team_day_minor=judged.sums.team,
        limit_minor=decision.limit_minor,
        level=judged.standing.level,
        delegation_id=inquiry.asked.delegation_id,
        facts=judged.facts,
        problem=_problem(decision, inquiry.asked, inquiry.command_id),
    )
