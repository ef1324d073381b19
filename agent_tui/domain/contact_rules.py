"""What the agent who has a contact asks for: answer, hold, retrieve, clear, write, correct, verify, wrap up.

A request to the switch link changes nothing but `request`; its event does (`link_rules`). ASKS and CONTACT_MOVES are the
two halves of the machine drawn in `domain.contact`.
"""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar

import msgspec

from agent_tui.domain.agent_rules import leave
from agent_tui.domain.case import Case, ask, refuse, stale
from agent_tui.domain.centre import Category, Group
from agent_tui.domain.commands import (
    AcceptContact,
    ClearContact,
    CorrectGroup,
    HoldContact,
    RetrieveContact,
    SendMessage,
    VerifyCaller,
    WrapUpContact,
)
from agent_tui.domain.contact import (
    LIVE_STATES,
    TEXT_CHANNELS,
    Channel,
    Contact,
    ContactState,
    Message,
    Thread,
    Verified,
    Why,
)
from agent_tui.domain.effects import Effects, Event, LinkRequest
from agent_tui.domain.note_rules import written
from agent_tui.domain.ticket import Ticket
from agent_tui.domain.ticket_rules import FEEDBACK, PROMISED, call_back, opened
from agent_tui.domain.walk_rules import pins, walked

C = ContactState

ASKS: dict[str, tuple[frozenset[ContactState], str]] = {
    "AcceptContact": (frozenset({C.ALERTING}), "AnswerCall"),
    "HoldContact": (frozenset({C.CONNECTED}), "HoldCall"),
    "RetrieveContact": (frozenset({C.HOLD}), "RetrieveCall"),
    "ConsultContact": (LIVE_STATES, "ConsultationCall"),
    "EndConsult": (LIVE_STATES, "ReconnectCall"),
    "TransferContact": (LIVE_STATES, "SingleStepTransferCall"),
    "ClearContact": (LIVE_STATES, "ClearConnection"),
}
"""Command → states of the contact in which it may be asked, and the service it asks for."""

CONTACT_MOVES: dict[ContactState, dict[str, frozenset[ContactState]]] = {
    C.QUEUED: {
        "ConnectionCleared": frozenset({C.ABANDONED}),
        "CallCleared": frozenset({C.ABANDONED}),
        "Failed": frozenset({C.FAILED}),
    },
    C.ALERTING: {
        "Established": frozenset({C.CONNECTED}),
        "Diverted": frozenset({C.QUEUED}),
        "ConnectionCleared": frozenset({C.ABANDONED, C.QUEUED}),
        "CallCleared": frozenset({C.ABANDONED}),
        "Failed": frozenset({C.QUEUED}),
    },
    C.CONNECTED: {
        "Established": frozenset({C.CONNECTED}),
        "Held": frozenset({C.HOLD}),
        "Retrieved": frozenset({C.CONNECTED}),
        "Transferred": frozenset({C.QUEUED, C.ALERTING, C.CONNECTED}),
        "Conferenced": frozenset({C.CONNECTED}),
        "Failed": frozenset({C.CONNECTED}),
        "ConnectionCleared": frozenset({C.WRAP_UP, C.CONNECTED}),
        "CallCleared": frozenset({C.WRAP_UP}),
    },
    C.HOLD: {
        "Established": frozenset({C.HOLD}),
        "Retrieved": frozenset({C.CONNECTED}),
        "Transferred": frozenset({C.QUEUED, C.ALERTING, C.CONNECTED}),
        "Conferenced": frozenset({C.CONNECTED}),
        "Failed": frozenset({C.HOLD}),
        "ConnectionCleared": frozenset({C.WRAP_UP, C.HOLD}),
        "CallCleared": frozenset({C.WRAP_UP}),
    },
    C.WRAP_UP: {},
    C.CLOSED: {},
    C.ABANDONED: {},
    C.FAILED: {},
}
"""State → event of the link → states it may lead to. Any other event changes nothing: links report late and twice."""

HANDLED = LIVE_STATES | {C.WRAP_UP}
SURVEYED = frozenset({Channel.PHONE, Channel.CHAT, Channel.MESSAGE, Channel.HANDOVER})
"""M13: whose customers are asked how it was, by rule and not by the agent's choice."""

Ask = TypeVar("Ask", AcceptContact, HoldContact, RetrieveContact, ClearContact)


def asking(contact: Contact, command: str) -> str:
    """The service of a command, if the contact is in a state for it and nothing else is being asked."""
    states, service = ASKS[command]
    if contact.state not in states:
        stale(f"contact_is_{contact.state.value}")
    if contact.request is not None and service != "ClearConnection":
        stale("already_asked")
    return service


def request_service(command: Ask, case: Case) -> Effects:
    """Answer, hold, retrieve or clear: ask the link and say so."""
    contact = case.own_contact(command.contact_id)
    service = asking(contact, type(command).__name__)
    return Effects(puts=(msgspec.structs.replace(contact, request=service),), requests=(ask(contact, service),))


def accept(command: AcceptContact, case: Case) -> Effects:
    """Answer what is offered, or the colleague who consults."""
    contact = case.contact(command.contact_id)
    if contact.state is C.QUEUED:
        refuse("not_offered")
    consult = contact.consult
    if consult is not None and consult.to_id == case.actor.id and consult.state == "initiated":
        return Effects(requests=(ask(contact, "AnswerCall", case.actor.id),))
    return request_service(command, case)


def send_message(command: SendMessage, case: Case) -> Effects:
    contact = case.own_contact(command.contact_id)
    if contact.channel not in TEXT_CHANNELS:
        refuse("no_text_channel")
    if contact.state not in LIVE_STATES:
        stale(f"contact_is_{contact.state.value}")
    text = case.clean(command.text)
    if not text:
        refuse("empty_text")
    message = Message(author="agent", text=text, at=case.now, agent_id=case.actor.id)
    thread = said(contact, message, case)
    fact = case.event("MessageSent", contact, n=len(thread.messages), length=len(text))
    return Effects(puts=(thread,), events=(fact,), requests=(ask(contact, "SendMessage", text=text),))


def said(contact: Contact, message: Message, case: Case) -> Thread:
    """The contact's thread with one more message."""
    thread = case.state.get(Thread, contact.id) or Thread(id=contact.id)
    return msgspec.structs.replace(
        thread,
        customer_id=contact.customer_id,
        agent_id=contact.agent_id,
        group=contact.group,
        messages=(*thread.messages, message),
    )


def correct_group(command: CorrectGroup, case: Case) -> Effects:
    """M2: the queue changes at once, the connection does not; the place in the order of service is kept."""
    contact = case.contact(command.contact_id)
    if contact.state is not C.QUEUED and contact.agent_id != case.actor.id:
        stale("not_your_contact")
    if contact.state not in HANDLED | {C.QUEUED, C.ALERTING}:
        stale(f"contact_is_{contact.state.value}")
    group = case.state.get(Group, command.group)
    if group is None or group.kind != "skill":
        refuse("no_group", group=command.group)
    if command.category is not None:
        known_category(command.category, case)
    moved = msgspec.structs.replace(
        contact,
        group=group.id,
        category=command.category or contact.category,
        overflowed_at=None,
        overflow_groups=(),
        why=(Why(key="domain.why.corrected"),),
    )
    return Effects(
        puts=(moved,),
        events=(_retriaged(contact, moved, case),),
    )


def _retriaged(before: Contact, after: Contact, case: Case) -> Event:
    """Triage was wrong: what it had proposed, if anything, and what a person made of it."""
    data = {"from": before.group, "to": after.group}
    if before.guess is not None:
        data |= {"guess": before.guess, "category": after.category or ""}
    return case.event("ContactRetriaged", after, case.actor.id, **data)


def verify_caller(command: VerifyCaller, case: Case) -> Effects:
    contact = case.own_contact(command.contact_id)
    if contact.state not in HANDLED:
        stale(f"contact_is_{contact.state.value}")
    if contact.customer_id is None and command.degree is not Verified.NONE:
        refuse("caller_unknown")
    if command.degree is not Verified.NONE and not command.checks:
        refuse("checks_needed")
    checked = msgspec.structs.replace(contact, verified=command.degree)
    fact = case.event("CallerVerified", checked, degree=command.degree.value, checks=len(command.checks))
    return Effects(puts=(checked,), events=(fact,))


def known_category(id: str, case: Case) -> Category:
    """The category of contact with that id."""
    return case.state.get(Category, id) or refuse("no_category", category=id)


def wrap_up(command: WrapUpContact, case: Case) -> Effects:
    """Category and result close the contact; what was promised becomes a ticket; the customer is asked how it was."""
    contact = case.own_contact(command.contact_id)
    if contact.state is not C.WRAP_UP:
        stale(f"contact_is_{contact.state.value}")
    category = known_category(command.category, case)
    if command.result not in category.results:
        refuse("no_result", result=command.result)
    text = case.clean(command.note)
    closed = msgspec.structs.replace(
        contact,
        state=C.CLOSED,
        closed_at=case.now,
        category=category.id,
        result=command.result,
        request=None,
        blueprint=contact.blueprint or pins(command.walks) or _first(command.path),
    )
    agent, changed = leave(case.agent(), contact.id, case, "finish")
    notes = (written(text, case, contact.id, contact.customer_id),) if text else ()
    promised = _promised(command, closed, case)
    fact = case.event(
        "ContactClosed",
        closed,
        case.actor.id,
        category=category.id,
        result=command.result,
        wrap_s=_seconds(contact.cleared_at, case.now),
        talk_s=contact.talk_s,
        hold_s=contact.hold_s,
        wait_s=contact.wait_s,
        tier=contact.tier,
        path=" ".join(command.path),
        deviations=len(command.deviations),
    )
    # A correction made with the group was counted then.
    wrong = contact.category == contact.guess is not None and category.id != contact.guess
    corrected = (_retriaged(contact, closed, case),) if wrong else ()
    seen = walked(command.walks, closed, case)
    facts = (*corrected, fact, *seen, *changed, *(opened(ticket, case) for ticket in promised))
    return Effects(puts=(closed, agent, *notes, *promised), events=facts, requests=_survey(closed))


def _first(path: tuple[str, ...]) -> str | None:
    return path[0].partition("#")[0] if path else None


def _seconds(since: datetime | None, now: datetime) -> float:
    return (now - since).total_seconds() if since else 0.0


def _survey(contact: Contact) -> tuple[LinkRequest, ...]:
    asked = contact.channel in SURVEYED and contact.established_at is not None and contact.satisfaction is None
    return (ask(contact, "RequestSurvey", language=contact.language),) if asked else ()


def _promised(command: WrapUpContact, contact: Contact, case: Case) -> tuple[Ticket, ...]:
    if command.call_back_at is None and command.result != "callback":
        return ()
    at = _moment(command.call_back_at) if command.call_back_at else case.now + FEEDBACK
    return (call_back(contact, Why(key=PROMISED), at, case),)


def _moment(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        refuse("not_a_moment", text=text[:40])
    return at if at.tzinfo else refuse("not_a_moment", text=text[:40])
