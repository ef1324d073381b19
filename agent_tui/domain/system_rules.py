"""What the router does to a contact: offer it, take it back, open it to further groups. Its ids are deterministic."""

from __future__ import annotations

import msgspec

from agent_tui.domain.agent import AgentState
from agent_tui.domain.agent_rules import leave, reserve
from agent_tui.domain.case import Case, refuse, stale
from agent_tui.domain.commands import OfferToAgent, OverflowContact, TakeBackOffer
from agent_tui.domain.contact import Contact, ContactState, Why
from agent_tui.domain.effects import Effects
from agent_tui.domain.talk import waited


def offer_to_agent(command: OfferToAgent, case: Case) -> Effects:
    """Queued → alerting; the person is reserved and may see the customer."""
    contact = case.contact(command.contact_id)
    if contact.state is not ContactState.QUEUED:
        stale(f"contact_is_{contact.state.value}")
    agent, events = reserve(case.agent(command.agent_id), contact.id, case)
    ringing = msgspec.structs.replace(
        contact,
        state=ContactState.ALERTING,
        agent_id=agent.id,
        alerting_at=case.now,
        request=None,
        why=tuple(_why(reason) for reason in command.why),
    )
    grants = ((agent.id, f"c:{contact.customer_id}"),) if contact.customer_id else ()
    fact = case.event("ContactDelivered", ringing, wait_s=waited(contact, case.now))
    return Effects(puts=(ringing, agent), events=(fact, *events), grants=grants)


def _why(reason: dict[str, str | int]) -> Why:
    return Why(key=str(reason.get("key", "")), args={name: value for name, value in reason.items() if name != "key"})


def take_back_offer(command: TakeBackOffer, case: Case) -> Effects:
    """Not answered in time. Too late if the person pressed the key already: the link decides."""
    contact = case.contact(command.contact_id)
    if contact.state is not ContactState.ALERTING or contact.agent_id != command.agent_id:
        stale(f"contact_is_{contact.state.value}")
    if contact.request == "AnswerCall":
        stale("being_answered")
    return back_to_queue(contact, case)


def back_to_queue(contact: Contact, case: Case) -> Effects:
    """Alerting → queued at its old place; the person did not answer and is not ready."""
    agent_id = contact.agent_id or ""
    agent = case.agent(agent_id)
    lapsed, events = leave(agent, contact.id, case, "lapse" if agent.state is AgentState.RESERVED else "release")
    queued = msgspec.structs.replace(
        contact,
        state=ContactState.QUEUED,
        agent_id=None,
        alerting_at=None,
        request=None,
        requeues=contact.requeues + 1,
        why=(Why(key="domain.why.not_answered"),),
    )
    ring_s = (case.now - contact.alerting_at).total_seconds() if contact.alerting_at else 0.0
    fact = case.event("ContactDiverted", queued, agent_id, ring_s=ring_s)
    return Effects(puts=(queued, lapsed), events=(fact, *events))


def overflow_contact(command: OverflowContact, case: Case) -> Effects:
    """M3: waiting, not the voice, loses VIPs; further groups may now give first help."""
    contact = case.contact(command.contact_id)
    if contact.state is not ContactState.QUEUED:
        stale(f"contact_is_{contact.state.value}")
    known = {contact.group, *contact.overflow_groups}
    fresh = tuple(dict.fromkeys(group for group in command.groups if group not in known))
    if not fresh:
        refuse("nothing_to_open")
    opened = msgspec.structs.replace(
        contact,
        overflowed_at=contact.overflowed_at or case.now,
        overflow_groups=(*contact.overflow_groups, *fresh),
    )
    fact = case.event("ContactOverflowed", opened, wait_s=waited(contact, case.now), to=" ".join(fresh))
    return Effects(puts=(opened,), events=(fact,))
