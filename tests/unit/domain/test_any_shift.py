"""Any shift: commands and events in any order, from anybody. What must hold after each of them."""

from __future__ import annotations

from random import Random

import pytest

from agent_tui.domain import commands as c
from agent_tui.domain.agent import Agent, AgentState
from agent_tui.domain.contact import OPEN_STATES, Channel, Contact, ContactState
from agent_tui.domain.effects import Effects, Refusal
from agent_tui.domain.rows import NAMES, decode, encode, facets, scopes
from tests import eg
from tests.unit.domain.floor import Floor

PEOPLE = ("a1", "a2", "a3")
HAS = {
    ContactState.ALERTING: AgentState.RESERVED,
    ContactState.CONNECTED: AgentState.BUSY,
    ContactState.HOLD: AgentState.BUSY,
    ContactState.WRAP_UP: AgentState.WRAP_UP,
}

EVENTS = [
    "Established",
    "Held",
    "Retrieved",
    "Diverted",
    "Transferred",
    "Conferenced",
    "Failed",
    "ConnectionCleared",
    "CallCleared",
]
GENTLE = EVENTS[:6]
"""Events that do not end a contact come more often, so that stories grow long."""


def deed(chance: Random) -> c.Command:
    """Anything that anybody might say about one of three contacts."""
    id, to = chance.choice(["k3", "k3", "k1", "k2"]), chance.choice(PEOPLE)
    said = c.ReportEvent(
        contact_id=id,
        event=chance.choice(GENTLE * 2 + EVENTS),
        party=chance.choice(["customer", "agent"]),
        agent_id=chance.choice([None, to]),
    )
    arrival = c.OfferNew(contact_id=f"k{chance.randrange(12)}", channel=Channel.CHAT, customer_id="c1")
    often: list[c.Command] = [
        said,
        c.OfferToAgent(contact_id=id, agent_id=to),
        c.AcceptContact(contact_id=id),
        c.ConsultContact(contact_id=id, to_kind="agent", to_id=to),
        c.TransferContact(contact_id=id, to_kind="agent", to_id=to),
        c.SetAgentState(state="ready"),
    ]
    seldom: list[c.Command] = [
        arrival,
        c.TakeBackOffer(contact_id=id, agent_id=to),
        c.OverflowContact(contact_id=id, groups=("disputes",)),
        c.HoldContact(contact_id=id),
        c.RetrieveContact(contact_id=id),
        c.ClearContact(contact_id=id),
        c.EndConsult(contact_id=id),
        c.TransferContact(contact_id=id, to_kind="group", to_id="disputes"),
        c.WrapUpContact(contact_id=id, category="card_loss", result="answered"),
        c.SetAgentState(state="logged_off"),
        c.SetAgentState(state="not_ready", reason="break"),
    ]
    return chance.choice([*often * 2, *seldom, said, said, said])


def shift() -> Floor:
    there = Floor(*(eg.agent(id) for id in PEOPLE))
    for id in ("k1", "k2"):
        there.queued(id)
    there.talking("k3", "a3")
    return there


def involved(contact: Contact) -> set[str]:
    """Everybody who has to do with an open contact."""
    legs = [contact.consult] + (
        [contact.transfer] if contact.transfer and contact.transfer.to_kind == "agent" else []
    )
    return {leg.to_id for leg in legs if leg} | ({contact.agent_id} if contact.agent_id else set())


def assert_sound(there: Floor) -> None:
    contacts = {row.id: row for row in there.rows.find(Contact)}
    for agent in there.rows.find(Agent):
        holds = agent.state in (AgentState.RESERVED, AgentState.BUSY, AgentState.WRAP_UP)
        assert bool(agent.contacts) == holds, agent
        assert len(agent.contacts) <= 1, agent
        for id in agent.contacts:
            assert contacts[id].state in OPEN_STATES, (agent, contacts[id])
            assert agent.id in involved(contacts[id]), (agent, contacts[id])
    for contact in contacts.values():
        wanted = HAS.get(contact.state)
        if wanted is not None:
            assert contact.agent_id is not None
            assert there.agent(contact.agent_id).state is wanted, contact
            assert there.agent(contact.agent_id).contacts == (contact.id,)
        if contact.transfer is not None:
            assert contact.request in ("SingleStepTransferCall", "TransferCall", "ClearConnection"), contact
        if contact.state in (ContactState.QUEUED, ContactState.ABANDONED):
            assert contact.agent_id is None
            assert contact.consult is None
            assert contact.transfer is None
        assert min(contact.talk_s, contact.hold_s, contact.wait_s) >= 0
        assert contact.owner_id == (contact.answered_by[0] if contact.answered_by else None)


def told(there: Floor, chance: Random) -> Effects | None:
    """One more deed of somebody; what it changed, if it was allowed."""
    there.wait(chance.randrange(20))
    command = deed(chance)
    of_people = type(command) not in c.LINK_ONLY | c.SYSTEM_ONLY
    answer = there.ask(command, chance.choice(PEOPLE) if of_people else None)
    if isinstance(answer, Refusal):
        return None
    there.rows.keep(*answer.puts)
    there.events += answer.events
    return answer


@pytest.mark.parametrize("seed", range(250))
def test_agents_and_contacts_fit_together_whatever_happens(seed: int) -> None:
    there, chance = shift(), Random(seed)
    for _ in range(80):
        effects = told(there, chance)
        rows = [(type(row), row.id) for row in effects.puts] if effects else []
        assert len(set(rows)) == len(rows), "a row is put once"
        assert_sound(there)


@pytest.mark.parametrize("seed", range(10))
def test_every_row_a_rule_makes_survives_the_wire(seed: int) -> None:
    there, chance = shift(), Random(seed)
    for _ in range(80):
        effects = told(there, chance)
        for row in effects.puts if effects else ():
            again = decode(NAMES[type(row)], encode(row))
            assert again == row
            assert (facets(again), scopes(again)) == (facets(row), scopes(row))


def test_the_shifts_are_long_enough_to_see_everything() -> None:
    seen = set()
    for seed in range(60):
        there, chance = shift(), Random(seed)
        for _ in range(80):
            told(there, chance)
        seen |= {event.name for event in there.events}
    assert seen >= {
        "ContactConsulted",
        "ContactTransferred",
        "ContactDiverted",
        "ContactOverflowed",
        "ContactAbandoned",
        "ContactClosed",
        "TicketOpened",
    }
