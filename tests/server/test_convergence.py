"""The law of the feed: whatever is committed and whoever's scopes change, a snapshot of any moment with the changes
since equals a fresh snapshot, for every caller, at any page size. And the books stay straight on the way."""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from agent_tui import ids
from agent_tui.domain.agent import Agent
from agent_tui.domain.commands import (
    AcceptContact,
    AddNote,
    ClearContact,
    Command,
    MoveTicket,
    OfferNew,
    OfferToAgent,
    OverflowContact,
    RaiseWorkOrder,
    ReportEvent,
    SetAgentState,
    TakeBackOffer,
    WrapUpContact,
)
from agent_tui.domain.contact import Channel
from agent_tui.domain.ticket import Ticket
from agent_tui.server import audit, seed
from agent_tui.server.caller import Caller
from agent_tui.server.database import Tx
from agent_tui.server.router import ROUTER
from agent_tui.server.services import Services
from agent_tui.server.state import TableState
from agent_tui.wire.command import Envelope
from agent_tui.wire.feed import Change, parse_cursor
from tests import eg
from tests.server import bench, engines

AGENTS = ("a1", "a2", "a3", "s1")
CONTACTS = tuple(f"k{n}" for n in range(4))
LINK = Caller(kind="link", id="sim")
Rows = dict[tuple[str, str], tuple[int, bytes]]

agents = st.sampled_from(AGENTS)
contacts = st.sampled_from(CONTACTS)
limits = st.sampled_from((1, 3, 500))


def take(rows: Rows, changes: tuple[Change, ...]) -> None:
    """What a client does with a page."""
    for change in changes:
        place = (change.entity, change.id)
        if change.remove:
            rows.pop(place, None)
        elif place not in rows or rows[place][0] <= change.version:
            rows[place] = (change.version, bytes(change.image))


class Reader:
    """One caller's cache."""

    def __init__(self) -> None:
        self.rows: Rows = {}
        self.cursor = ""


class FeedMachine(RuleBasedStateMachine):
    services: Services

    @initialize()
    def start(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.services = bench.open_bench(Path(self.folder.name))
        bench.add_customer(self.services)
        self.readers = {agent: Reader() for agent in AGENTS}
        for agent in AGENTS:
            self.load(agent, 500)

    def teardown(self) -> None:
        if not hasattr(self, "services"):
            return
        try:
            for agent in AGENTS:
                self.pull(agent, 2)
                assert self.readers[agent].rows == self.fresh(agent), agent
            assert self.services.db.read_now(audit.verify).ok
        finally:
            self.services.db.close()
            self.folder.cleanup()

    def fresh(self, agent: str, limit: int = 500) -> Rows:
        rows: Rows = {}
        after = ""
        while True:
            page = self.services.db.read_now(
                partial(self.services.feed.snapshot, agent_id=agent, after=after, limit=limit)
            )
            take(rows, page.changes)
            after = page.after
            if not after:
                return rows

    def load(self, agent: str, limit: int) -> None:
        reader = self.readers[agent]
        reader.cursor = self.services.db.read_now(lambda tx: self.services.feed.snapshot(tx, agent)).cursor
        reader.rows = self.fresh(agent, limit)

    def pull(self, agent: str, limit: int) -> None:
        reader = self.readers[agent]
        while True:
            cursor = parse_cursor(reader.cursor)
            page = self.services.db.read_now(
                partial(self.services.feed.changes, agent_id=agent, cursor=cursor, limit=limit)
            )
            assert page.start == reader.cursor
            take(reader.rows, page.changes)
            reader.cursor = page.to
            if not page.more:
                return

    def send(self, command: Command, caller: Caller) -> None:
        envelope = Envelope(id=ids.uuid7(), command=command)
        self.services.db.write_now(lambda tx: self.services.ledger.commit(tx, envelope, caller))

    # ---- what happens ------------------------------------------------------------------------------------------

    @rule(contact=contacts, known=st.booleans(), group=st.sampled_from(("cards", "loans")))
    def arrive(self, contact: str, known: bool, group: str) -> None:
        caller = bench.PHONE if known else "13911112222"
        self.send(OfferNew(contact_id=contact, channel=Channel.CHAT, caller=caller, group=group, text="hello"), LINK)

    @rule(contact=contacts, agent=agents)
    def offer(self, contact: str, agent: str) -> None:
        self.send(OfferToAgent(contact_id=contact, agent_id=agent), ROUTER)

    @rule(contact=contacts, agent=agents)
    def take_back(self, contact: str, agent: str) -> None:
        self.send(TakeBackOffer(contact_id=contact, agent_id=agent), ROUTER)

    @rule(contact=contacts)
    def overflow(self, contact: str) -> None:
        self.send(OverflowContact(contact_id=contact, groups=("loans", "cards")), ROUTER)

    @rule(contact=contacts, event=st.sampled_from(("Established", "ConnectionCleared", "Held", "Retrieved")))
    def event(self, contact: str, event: str) -> None:
        self.send(ReportEvent(contact_id=contact, event=event, party="agent"), LINK)

    @rule(agent=agents, contact=contacts, kind=st.sampled_from((AcceptContact, ClearContact)))
    def ask(self, agent: str, contact: str, kind: Any) -> None:
        self.send(kind(contact_id=contact), Caller(kind="agent", id=agent))

    @rule(agent=agents, contact=contacts)
    def answer(self, agent: str, contact: str) -> None:
        """The usual way into a conversation, with everybody looking on before."""
        self.arrive(contact, known=True, group="cards")
        for reader in AGENTS:
            self.pull(reader, 500)
        self.turn(agent, ready=True)
        self.offer(contact, agent)
        self.send(AcceptContact(contact_id=contact), Caller(kind="agent", id=agent))
        self.event(contact, "Established")

    @rule(agent=agents, contact=contacts)
    def finish(self, agent: str, contact: str) -> None:
        """And out of it."""
        self.pull(agent, 500)
        self.event(contact, "ConnectionCleared")
        self.wrap_up(agent, contact)

    @rule(agent=agents, ready=st.booleans())
    def turn(self, agent: str, ready: bool) -> None:
        command = SetAgentState(state="ready") if ready else SetAgentState(state="not_ready", reason="meal")
        self.send(command, Caller(kind="agent", id=agent))

    @rule(agent=agents, contact=contacts)
    def write(self, agent: str, contact: str) -> None:
        self.send(AddNote(text="seen", contact_id=contact), Caller(kind="agent", id=agent))

    @rule(agent=agents, contact=contacts)
    def pass_on(self, agent: str, contact: str) -> None:
        order = RaiseWorkOrder(group="loans", title="look", text="please", contact_id=contact)
        self.send(order, Caller(kind="agent", id=agent))

    @rule(
        agent=agents,
        number=st.integers(0, 3),
        to=st.sampled_from(("in_progress", "in_progress", "open", "answered", "closed")),
    )
    def work_on(self, agent: str, number: int, to: str) -> None:
        """Tickets go into people's hands and out of them, and their customers with them."""
        tickets = self.services.db.read_now(lambda tx: TableState(tx).find(Ticket))
        for ticket in tickets[number : number + 1]:
            command = MoveTicket(ticket_id=ticket.id, state=to, text="so")
            self.send(command, Caller(kind="agent", id=agent))

    @rule(agent=agents, contact=contacts)
    def wrap_up(self, agent: str, contact: str) -> None:
        command = WrapUpContact(contact_id=contact, category="card_loss", result="answered")
        self.send(command, Caller(kind="agent", id=agent))

    @rule(agent=agents, groups=st.sets(st.sampled_from(("cards", "loans"))), active=st.booleans())
    def regroup(self, agent: str, groups: set[str], active: bool) -> None:
        def work(tx: Tx) -> None:
            person = TableState(tx).get(Agent, agent)
            assert person is not None
            changed = msgspec.structs.replace(person, groups=tuple(sorted(groups)), active=active)
            seed.publish(tx, [changed], "Regroup", eg.NOW)

        self.services.db.write_now(work)

    @rule(agent=agents, limit=limits)
    def catch_up(self, agent: str, limit: int) -> None:
        self.pull(agent, limit)
        assert self.readers[agent].rows == self.fresh(agent)

    @rule(agent=agents, limit=limits)
    def reload(self, agent: str, limit: int) -> None:
        self.load(agent, limit)

    @invariant()
    def feed_has_no_gaps(self) -> None:
        if hasattr(self, "services"):
            count, last = bench.query(self.services, "SELECT COUNT(*), COALESCE(MAX(seq), 0) FROM feed")[0]
            assert count == last


def walk(machine: type[RuleBasedStateMachine], examples: int) -> None:
    """As many walks of thirty steps, however long each takes."""
    chosen = settings(
        max_examples=examples, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
    )
    run_state_machine_as_test(machine, settings=chosen)


@pytest.mark.usefixtures("tmp_path")
def test_every_reader_holds_what_a_fresh_one_is_given() -> None:
    walk(FeedMachine, engines.examples(15, 4))
