"""What switch links and connectors report. Only here, and by the router, does a contact's connection change.

`contact_rules.CONTACT_MOVES` says which event may do what; an unknown event, a late one or one twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from agent_tui.domain.agent import Agent
from agent_tui.domain.agent_rules import engage, leave, step
from agent_tui.domain.case import Case, refuse, stale
from agent_tui.domain.commands import ReceiveMessage, RecordSatisfaction, ReportEvent
from agent_tui.domain.contact import TEXT_CHANNELS, Contact, ContactState, Message, Thread, Why
from agent_tui.domain.contact_rules import CONTACT_MOVES, HANDLED, said
from agent_tui.domain.customer import Customer
from agent_tui.domain.effects import Effects, Event
from agent_tui.domain.rows import Entity
from agent_tui.domain.scrub import scrub
from agent_tui.domain.system_rules import back_to_queue
from agent_tui.domain.talk import paused, waited
from agent_tui.domain.ticket_rules import FEEDBACK, call_back, opened
from agent_tui.domain.transfer_rules import consult_answered, transferred, without_legs

C = ContactState
KEPT_SCORES = 10
DISSATISFIED = 2


def report_event(command: ReportEvent, case: Case) -> Effects:
    contact = case.contact(command.contact_id)
    if command.event not in CONTACT_MOVES[contact.state]:
        return Effects()
    return _EVENTS[command.event](contact, command, case)


def _established(contact: Contact, report: ReportEvent, case: Case) -> Effects:
    if contact.state is not C.ALERTING:
        return consult_answered(contact, report.agent_id or "", case)
    if contact.agent_id is None or report.agent_id not in (None, contact.agent_id):
        return Effects()
    agent, events = engage(case.agent(contact.agent_id), case)
    wait = waited(contact, case.now)
    talking = msgspec.structs.replace(
        contact,
        state=C.CONNECTED,
        established_at=case.now,
        talk_since=case.now,
        wait_s=contact.wait_s if contact.answered_by else wait,
        owner_id=contact.owner_id or contact.agent_id,
        answered_by=(*contact.answered_by, contact.agent_id),
        request=None,
    )
    puts: list[Entity] = [talking, agent]
    thread = case.state.get(Thread, contact.id)
    if thread is not None:
        puts.append(msgspec.structs.replace(thread, agent_id=contact.agent_id, group=contact.group))
    fact = case.event("ContactEstablished", talking, wait_s=wait, again=bool(contact.answered_by))
    return Effects(puts=tuple(puts), events=(fact, *events))


def _held(contact: Contact, report: ReportEvent, case: Case) -> Effects:
    # While consulting, the link holds the customer first: the consult is still being asked for.
    request = None if contact.request == "HoldCall" else contact.request
    held = msgspec.structs.replace(paused(contact, case.now), state=C.HOLD, hold_since=case.now, request=request)
    return Effects(puts=(held,), events=(case.event("ContactHeld", held),))


def _retrieved(contact: Contact, report: ReportEvent, case: Case) -> Effects:
    """Back to the customer; the consult is over unless the agent only went to and fro."""
    if contact.state is C.CONNECTED and contact.request is None:
        return Effects()
    back = paused(contact, case.now)
    freed: tuple[Agent, ...] = ()
    events: tuple[Event, ...] = ()
    if contact.request != "RetrieveCall":
        back, freed, events = without_legs(back, case)
    return _talking_again(back, freed, events, case)


def _conferenced(contact: Contact, report: ReportEvent, case: Case) -> Effects:
    return _talking_again(paused(contact, case.now), (), (), case)


def _talking_again(contact: Contact, freed: tuple[Agent, ...], events: tuple[Event, ...], case: Case) -> Effects:
    # A transfer goes on until the link has said what became of it.
    request = contact.request if contact.transfer else None
    talking = msgspec.structs.replace(contact, state=C.CONNECTED, talk_since=case.now, request=request)
    fact = case.event("ContactRetrieved", talking, hold_s=talking.hold_s)
    return Effects(puts=(talking, *freed), events=(fact, *events))


def _transferred(contact: Contact, report: ReportEvent, case: Case) -> Effects:
    return transferred(contact, case)


def _diverted(contact: Contact, report: ReportEvent, case: Case) -> Effects:
    return back_to_queue(contact, case)


def _failed(contact: Contact, report: ReportEvent, case: Case) -> Effects:
    if contact.state is C.QUEUED:
        lost = msgspec.structs.replace(contact, state=C.FAILED, cleared_at=case.now, cleared_by="system")
        return Effects(puts=(lost,), events=(_cleared_fact(lost, case),))
    if contact.state is C.ALERTING:
        return back_to_queue(contact, case)
    # The service asked for failed; the connection is what it was.
    same, freed, events = without_legs(contact, case)
    return Effects(puts=(msgspec.structs.replace(same, request=None), *freed), events=events)


def _cleared(contact: Contact, report: ReportEvent, case: Case) -> Effects:
    if contact.state is C.QUEUED:
        return _abandoned(contact, None, case)
    by_agent = report.party == "agent"
    leg = contact.consult
    if contact.state is C.ALERTING:
        rejected = by_agent and report.event == "ConnectionCleared"
        return back_to_queue(contact, case) if rejected else _abandoned(contact, contact.agent_id, case)
    if report.event == "ConnectionCleared" and by_agent and leg is not None and report.agent_id == leg.to_id:
        alone, freed, events = without_legs(contact, case)
        return Effects(puts=(msgspec.structs.replace(alone, request=None), *freed), events=events)
    return _wrap(contact, "agent" if by_agent else "customer", case)


def _wrap(contact: Contact, by: str, case: Case) -> Effects:
    over, freed, events = without_legs(paused(contact, case.now), case)
    ended = msgspec.structs.replace(over, state=C.WRAP_UP, cleared_at=case.now, cleared_by=by, request=None)
    agent, changed = step(case.agent(contact.agent_id or ""), "wrap", case)
    return Effects(puts=(ended, agent, *freed), events=(_cleared_fact(ended, case), *changed, *events))


def _cleared_fact(contact: Contact, case: Case) -> Event:
    return case.event("ContactCleared", contact, talk_s=contact.talk_s, hold_s=contact.hold_s, by=contact.cleared_by)


def _abandoned(contact: Contact, agent_id: str | None, case: Case) -> Effects:
    """The customer gave up. Whoever was ringing is free again; who had spoken to them before owes a call back."""
    where = "alerting" if agent_id else "queue"
    gone = msgspec.structs.replace(
        contact, state=C.ABANDONED, cleared_at=case.now, cleared_by="customer", agent_id=None, request=None
    )
    fact = case.event(
        "ContactAbandoned",
        gone,
        agent_id,
        wait_s=waited(contact, case.now),
        where=where,
        tier=contact.tier,
        answered_before=bool(contact.answered_by),
    )
    puts: list[Entity] = [gone]
    events = [fact]
    if agent_id:
        agent, changed = leave(case.agent(agent_id), contact.id, case)
        puts.append(agent)
        events += changed
    if contact.owner_id:
        promise = call_back(gone, Why(key="domain.ticket_why.gave_up"), case.now + FEEDBACK, case)
        puts.append(promise)
        events.append(opened(promise, case))
    return Effects(puts=tuple(puts), events=tuple(events))


Handler = Callable[[Contact, ReportEvent, Case], Effects]
_EVENTS: dict[str, Handler] = {
    "Established": _established,
    "Held": _held,
    "Retrieved": _retrieved,
    "Conferenced": _conferenced,
    "Transferred": _transferred,
    "Diverted": _diverted,
    "Failed": _failed,
    "ConnectionCleared": _cleared,
    "CallCleared": _cleared,
}


def receive_message(command: ReceiveMessage, case: Case) -> Effects:
    """What the customer writes is kept scrubbed, before and after the agent came."""
    contact = case.contact(command.contact_id)
    if contact.channel not in TEXT_CHANNELS:
        refuse("no_text_channel")
    if contact.state not in HANDLED | {C.QUEUED, C.ALERTING}:
        stale(f"contact_is_{contact.state.value}")
    message = Message(author="customer", text=scrub(command.text).text, at=case.now)
    thread = said(contact, message, case)
    fact = case.event("MessageReceived", contact, n=len(thread.messages), length=len(message.text))
    return Effects(puts=(thread,), events=(fact,))


def record_satisfaction(command: RecordSatisfaction, case: Case) -> Effects:
    """M13. Whoever was dissatisfied is called back, all of them (M12)."""
    contact = case.contact(command.contact_id)
    if not 1 <= command.score <= 5:
        refuse("score_range", score=command.score)
    if contact.state not in (C.WRAP_UP, C.CLOSED):
        stale(f"contact_is_{contact.state.value}")
    if contact.satisfaction is not None:
        stale("already_scored")
    scored = msgspec.structs.replace(contact, satisfaction=command.score)
    puts: list[Entity] = [scored]
    agent_id = contact.agent_id or contact.owner_id
    events = [case.event("SatisfactionRecorded", scored, agent_id, score=command.score, category=contact.category)]
    customer = case.state.get(Customer, contact.customer_id) if contact.customer_id else None
    if customer is not None:
        latest = (*customer.satisfaction, command.score)[-KEPT_SCORES:]
        puts.append(msgspec.structs.replace(customer, satisfaction=latest))
    if command.score <= DISSATISFIED:
        why = Why(key="domain.ticket_why.dissatisfied", args={"score": command.score})
        follow_up = call_back(scored, why, case.now + FEEDBACK, case)
        puts.append(follow_up)
        events.append(opened(follow_up, case))
    return Effects(puts=tuple(puts), events=tuple(events))
