"""To a colleague or another group: consult, transfer, and what the link's events make of them.

A transfer to a group brings the contact back to its old place in the order of service with its priority; whoever took it
first stays its owner (M9). A transfer to a person reserves them, so that the router gives them nothing else meanwhile.
"""

from __future__ import annotations

import msgspec

from agent_tui.domain.agent import Agent, AgentState
from agent_tui.domain.agent_rules import engage, leave, reserve
from agent_tui.domain.case import Case, ask, refuse, stale
from agent_tui.domain.centre import Group
from agent_tui.domain.commands import ConsultContact, EndConsult, TransferContact
from agent_tui.domain.contact import Consult, Contact, ContactState, Why
from agent_tui.domain.contact_rules import asking
from agent_tui.domain.effects import Effects, Event
from agent_tui.domain.rows import Entity
from agent_tui.domain.talk import paused


def _colleague(to_kind: str, to_id: str, case: Case) -> Agent:
    """The person named, or who is longest idle in the group named."""
    if to_kind == "agent":
        if to_id == case.actor.id:
            refuse("not_to_yourself")
        return case.agent(to_id)
    if to_kind != "group":
        refuse("unknown_target", kind=to_kind)
    _skill_group(to_id, case)
    free = [a for a in case.state.find(Agent, status=AgentState.READY.value) if to_id in a.groups and a.active]
    if not free:
        refuse("nobody_free")
    return min(free, key=lambda a: (a.idle_since or case.now, a.id))


def _skill_group(id: str, case: Case) -> Group:
    group = case.state.get(Group, id)
    if group is None or group.kind != "skill":
        refuse("no_group", group=id)
    return group


def _told(agent: Agent, contact: Contact) -> tuple[tuple[str, str], ...]:
    return ((agent.id, f"c:{contact.customer_id}"),) if contact.customer_id else ()


def consult(command: ConsultContact, case: Case) -> Effects:
    contact = case.own_contact(command.contact_id)
    service = asking(contact, "ConsultContact")
    if contact.consult is not None:
        stale("consulting_already")
    colleague, events = reserve(_colleague(command.to_kind, command.to_id, case), contact.id, case)
    leg = Consult(to_kind=command.to_kind, to_id=colleague.id)
    asked = msgspec.structs.replace(contact, consult=leg, request=service)
    return Effects(
        puts=(asked, colleague),
        events=events,
        requests=(ask(contact, service, None, to_kind="agent", to_id=colleague.id),),
        grants=_told(colleague, contact),
    )


def end_consult(command: EndConsult, case: Case) -> Effects:
    contact = case.own_contact(command.contact_id)
    if contact.consult is None:
        stale("no_consult")
    waiting = msgspec.structs.replace(contact, request=None) if contact.request == "ConsultationCall" else contact
    service = asking(waiting, "EndConsult")
    return Effects(puts=(msgspec.structs.replace(contact, request=service),), requests=(ask(contact, service),))


def transfer(command: TransferContact, case: Case) -> Effects:
    contact = case.own_contact(command.contact_id)
    service = asking(contact, "TransferContact")
    case.clean(command.reason)
    target = Consult(to_kind=command.to_kind, to_id=command.to_id)
    puts: tuple[Entity, ...] = ()
    events: tuple[Event, ...] = ()
    grants: tuple[tuple[str, str], ...] = ()
    leg = contact.consult
    if leg is not None and (command.to_kind != "agent" or leg.to_id != command.to_id or leg.state != "connected"):
        refuse("end_consult_first")
    if leg is not None:
        service = "TransferCall"
    elif command.to_kind == "agent":
        colleague, events = reserve(_colleague("agent", command.to_id, case), contact.id, case)
        puts, grants = (colleague,), _told(colleague, contact)
    elif command.to_kind == "group":
        _skill_group(command.to_id, case)
    else:
        refuse("unknown_target", kind=command.to_kind)
    asked = msgspec.structs.replace(contact, transfer=target, request=service)
    return Effects(
        puts=(asked, *puts),
        events=events,
        requests=(ask(contact, service, None, to_kind=command.to_kind, to_id=command.to_id),),
        grants=grants,
    )


# ---- what the link reports ---------------------------------------------------------------------------------------


def transferred(contact: Contact, case: Case) -> Effects:
    """Transferred: queue of the group, ringing at the person, or connected to the person consulted."""
    target = contact.transfer
    if target is None or contact.agent_id is None:
        return Effects()
    contact = paused(contact, case.now)
    mine, events = leave(case.agent(contact.agent_id or ""), contact.id, case)
    fact = case.event(
        "ContactTransferred",
        contact,
        to_kind=target.to_kind,
        to=target.to_id,
        talk_s=contact.talk_s,
        hold_s=contact.hold_s,
    )
    bare = msgspec.structs.replace(contact, transfer=None, consult=None, request=None)
    if target.to_kind == "group":
        return _to_group(bare, target.to_id, mine, (fact, *events), case)
    if contact.consult is not None:
        return _to_consulted(bare, target.to_id, mine, (fact, *events), case)
    ringing = msgspec.structs.replace(
        bare,
        state=ContactState.ALERTING,
        agent_id=target.to_id,
        alerting_at=case.now,
        requeued_at=case.now,
        why=(Why(key="domain.why.transferred"),),
    )
    return Effects(puts=(ringing, mine), events=(fact, *events, case.event("ContactDelivered", ringing)))


def _to_group(contact: Contact, group: str, mine: Agent, events: tuple[Event, ...], case: Case) -> Effects:
    queued = msgspec.structs.replace(
        contact,
        state=ContactState.QUEUED,
        group=group,
        agent_id=None,
        alerting_at=None,
        requeued_at=case.now,
        overflowed_at=None,
        overflow_groups=(),
        requeues=contact.requeues + 1,
        why=(Why(key="domain.why.transferred"),),
    )
    return Effects(puts=(queued, mine), events=(*events, case.event("ContactQueued", queued, again=True)))


def _to_consulted(contact: Contact, to_id: str, mine: Agent, events: tuple[Event, ...], case: Case) -> Effects:
    theirs = msgspec.structs.replace(
        contact,
        state=ContactState.CONNECTED,
        agent_id=to_id,
        established_at=case.now,
        talk_since=case.now,
        answered_by=(*contact.answered_by, to_id),
    )
    fact = case.event("ContactEstablished", theirs, wait_s=0.0, again=True)
    return Effects(puts=(theirs, mine), events=(*events, fact), grants=_told(case.agent(to_id), contact))


def consult_answered(contact: Contact, agent_id: str, case: Case) -> Effects:
    """Established at the colleague: both talk, the customer holds."""
    leg = contact.consult
    if leg is None or leg.to_id != agent_id or leg.state != "initiated":
        return Effects()
    colleague, events = engage(case.agent(agent_id), case)
    request = None if contact.request == "ConsultationCall" else contact.request
    joined = msgspec.structs.replace(
        contact, consult=msgspec.structs.replace(leg, state="connected"), request=request
    )
    return Effects(puts=(joined, colleague), events=(*events, case.event("ContactConsulted", joined, to=agent_id)))


def without_legs(contact: Contact, case: Case) -> tuple[Contact, tuple[Agent, ...], tuple[Event, ...]]:
    """The contact with neither consult nor transfer pending, and the colleague set free, if there was one."""
    legs = (contact.consult, contact.transfer)
    others = {leg.to_id for leg in legs if leg is not None and (leg is contact.consult or leg.to_kind == "agent")}
    freed: list[Agent] = []
    events: list[Event] = []
    for id in sorted(others):
        agent = case.state.get(Agent, id)
        if agent is not None and contact.id in agent.contacts:
            free, changed = leave(agent, contact.id, case)
            freed.append(free)
            events += changed
    return msgspec.structs.replace(contact, consult=None, transfer=None), tuple(freed), tuple(events)
