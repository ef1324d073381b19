"""A floor for rules: rows in memory, business time in seconds, and what came of each command."""

from __future__ import annotations

from itertools import count

from agent_tui.domain.agent import Agent
from agent_tui.domain.apply import actors, apply
from agent_tui.domain.commands import (
    AcceptContact,
    Command,
    OfferNew,
    OfferToAgent,
    ReportEvent,
)
from agent_tui.domain.contact import Channel, Contact
from agent_tui.domain.customer import Customer
from agent_tui.domain.effects import Actor, Effects, Event, LinkRequest, Refusal
from agent_tui.domain.rows import Entity
from agent_tui.domain.ticket import Note, Ticket
from tests import eg

LINK = Actor(kind="link", id="sim")
ROUTER = Actor(kind="system", id="router")


def person(id: str) -> Actor:
    return Actor(kind="agent", id=id)


class Floor:
    """`do` gives a command to the rules, keeps what they change, and remembers events and requests."""

    def __init__(self, *rows: Entity) -> None:
        given = (eg.agent(), eg.agent("a2"), eg.customer(), eg.group(), eg.group("disputes"), eg.category())
        self.rows = eg.Rows(*given)
        self.rows.keep(*rows)
        self.events: list[Event] = []
        self.requests: list[LinkRequest] = []
        self.t = 0.0
        self._ids = count(1)

    def ask(self, command: Command, by: Actor | str | None = None) -> Effects | Refusal:
        """What the rules say, without keeping it."""
        actor = person(by) if isinstance(by, str) else by
        if actor is None:
            kinds = actors(type(command))
            actor = LINK if "link" in kinds else ROUTER if kinds == {"system"} else person("a1")
        return apply(command, actor, self.rows, eg.at(self.t), lambda: f"n{next(self._ids)}")

    def do(self, command: Command, by: Actor | str | None = None) -> Effects:
        effects = self.ask(command, by)
        assert isinstance(effects, Effects), effects
        self.rows.keep(*effects.puts)
        self.events += effects.events
        self.requests += effects.requests
        return effects

    def refused(self, command: Command, by: Actor | str | None = None) -> str:
        """The key of the refusal, without its area."""
        answer = self.ask(command, by)
        assert isinstance(answer, Refusal), answer
        return answer.key.removeprefix("domain.")

    def wait(self, seconds: float) -> None:
        self.t += seconds

    def report(self, event: str, party: str = "customer", agent_id: str | None = None, id: str = "k1") -> Effects:
        return self.do(ReportEvent(contact_id=id, event=event, party=party, agent_id=agent_id))

    # ---- where a story begins -----------------------------------------------------------------------------------

    def queued(self, id: str = "k1", channel: Channel = Channel.PHONE, text: str = "我要挂失") -> Contact:
        self.do(OfferNew(contact_id=id, channel=channel, caller="13812345678", customer_id="c1", text=text))
        return self.contact(id)

    def ringing(self, id: str = "k1", agent_id: str = "a1") -> Contact:
        self.queued(id)
        self.wait(10)
        self.do(OfferToAgent(contact_id=id, agent_id=agent_id))
        return self.contact(id)

    def talking(self, id: str = "k1", agent_id: str = "a1") -> Contact:
        self.ringing(id, agent_id)
        self.wait(2)
        self.do(AcceptContact(contact_id=id), agent_id)
        self.report("Established", "agent", agent_id, id)
        return self.contact(id)

    def wrapping(self, id: str = "k1") -> Contact:
        self.talking(id)
        self.wait(60)
        self.report("ConnectionCleared", id=id)
        return self.contact(id)

    # ---- what is now --------------------------------------------------------------------------------------------

    def contact(self, id: str = "k1") -> Contact:
        found = self.rows.get(Contact, id)
        assert found is not None
        return found

    def agent(self, id: str = "a1") -> Agent:
        found = self.rows.get(Agent, id)
        assert found is not None
        return found

    def customer(self, id: str = "c1") -> Customer:
        found = self.rows.get(Customer, id)
        assert found is not None
        return found

    def tickets(self) -> list[Ticket]:
        return self.rows.find(Ticket)

    def notes(self) -> list[Note]:
        return self.rows.find(Note)

    def told(self, name: str) -> Event:
        """The last event of that name."""
        return next(event for event in reversed(self.events) if event.name == name)
