"""The one place where rules act: a command and what is, to what shall be, or a refusal with its reason. Pure.

Authority (levels, limits, co-signing) is decided by the policy in the ledger; here stand the rules that hold for anybody.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from agent_tui.domain import (
    action_rules,
    agent_rules,
    contact_rules,
    hands_rules,
    knowledge_rules,
    link_rules,
    note_rules,
    offer_rules,
    release_rules,
    review_rules,
    system_rules,
    ticket_rules,
    transfer_rules,
    walk_rules,
)
from agent_tui.domain import commands as c
from agent_tui.domain.bounds import check_lengths
from agent_tui.domain.case import Case, Stop, refuse
from agent_tui.domain.effects import Actor, Effects, Refusal, State
from agent_tui.domain.ticket_commands import AssignTicket, ReturnTicket

Rule = Callable[[Any, Case], Effects]

RULES: dict[type[c.Command], Rule] = {
    c.SetAgentState: agent_rules.set_agent_state,
    c.RecallFromBreak: agent_rules.recall_from_break,
    c.SendNotice: agent_rules.send_notice,
    c.AcceptContact: contact_rules.accept,
    c.HoldContact: contact_rules.request_service,
    c.RetrieveContact: contact_rules.request_service,
    c.ClearContact: contact_rules.request_service,
    c.SendMessage: contact_rules.send_message,
    c.CorrectGroup: contact_rules.correct_group,
    c.VerifyCaller: contact_rules.verify_caller,
    c.WrapUpContact: contact_rules.wrap_up,
    c.AddNote: note_rules.add_note,
    c.ConsultContact: transfer_rules.consult,
    c.EndConsult: transfer_rules.end_consult,
    c.TransferContact: transfer_rules.transfer,
    c.RevealField: action_rules.reveal_field,
    c.PerformAction: action_rules.perform_action,
    c.RecordFinding: review_rules.record_finding,
    c.AnswerFinding: review_rules.answer_finding,
    c.FollowFinding: review_rules.follow_finding,
    c.CloseFinding: review_rules.close_finding,
    c.RecordWalk: walk_rules.record_walk,
    c.ProposeBlueprint: release_rules.propose,
    c.ReleaseBlueprint: release_rules.release,
    c.RetireBlueprint: release_rules.retire,
    c.PublishBulletin: knowledge_rules.publish_bulletin,
    c.WithdrawBulletin: knowledge_rules.withdraw_bulletin,
    c.ReadBulletin: knowledge_rules.read_bulletin,
    c.PublishArticle: knowledge_rules.publish_article,
    c.RetireArticle: knowledge_rules.retire_article,
    c.AskAboutArticle: knowledge_rules.ask_about_article,
    c.RaiseWorkOrder: ticket_rules.raise_work_order,
    c.MoveTicket: ticket_rules.move_ticket,
    AssignTicket: hands_rules.assign_ticket,
    ReturnTicket: hands_rules.return_ticket,
    c.HandOver: ticket_rules.hand_over,
    c.OfferNew: offer_rules.offer_new,
    c.ReportEvent: link_rules.report_event,
    c.ReceiveMessage: link_rules.receive_message,
    c.RecordSatisfaction: link_rules.record_satisfaction,
    c.OfferToAgent: system_rules.offer_to_agent,
    c.TakeBackOffer: system_rules.take_back_offer,
    c.OverflowContact: system_rules.overflow_contact,
}

ALSO_SYSTEM: frozenset[type[c.Command]] = frozenset({c.RecallFromBreak, c.SendNotice})
"""Commands of people that the centre itself may give as well."""


def actors(kind: type[c.Command]) -> frozenset[str]:
    """Kinds of actor that may give a command."""
    if kind in c.LINK_ONLY:
        return frozenset({"link"})
    if kind in c.SYSTEM_ONLY:
        return frozenset({"system"})
    return frozenset({"agent", "system"}) if kind in ALSO_SYSTEM else frozenset({"agent"})


def apply(
    command: c.Command, actor: Actor, state: State, now: datetime, new_id: Callable[[], str]
) -> Effects | Refusal:
    """What `command` of `actor` changes at `now` (business time, aware), or why nothing does."""
    case = Case(actor=actor, state=state, now=now, new_id=new_id)
    try:
        if actor.kind not in actors(type(command)):
            refuse("wrong_actor", command=type(command).__name__)
        if actor.kind == "agent":
            check_lengths(command)
        return RULES[type(command)](command, case)
    except Stop as stop:
        return stop.refusal
