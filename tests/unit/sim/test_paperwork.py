"""Robots see to tickets: the share they take, one each at a time, by somebody who could, and to the end."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import msgspec

from agent_tui.domain import rows
from agent_tui.domain.agent import Agent, AgentState, Role
from agent_tui.domain.commands import Command, MoveTicket, PerformAction, RequestApproval
from agent_tui.domain.effects import Effects
from agent_tui.domain.rows import Entity
from agent_tui.domain.ticket import Ticket, TicketKind, TicketState
from agent_tui.sim import paperwork
from agent_tui.sim.floor import Floor
from agent_tui.sim.line import Line
from agent_tui.sim.pace import Pace
from agent_tui.sim.paperwork import Paperwork
from agent_tui.sim.seat import Answer, Seat
from agent_tui.wire.feed import Change, Page
from agent_tui.wire.problem import BASE, Problem
from tests import eg
from tests.unit.domain.floor import Floor as Ledger

SPEED = 100_000.0
"""Business seconds a real one: nobody waits."""
CERTIFIED = {"complaints": eg.at(9e9)}


class Centre:
    """A floor whose commands are carried out by the rules themselves."""

    def __init__(self, *people: Agent) -> None:
        self.ledger = Ledger(eg.group("cards"), eg.customer("c1"), *people)
        self.floor = Floor(Pace(eg.NOW, SPEED))
        self.sent: list[tuple[str, Command]] = []
        self.needs_signers = False
        self.work = Paperwork(self.floor, Line(seat("link", self), self.floor.pace), 1)
        self.show(*people)

    def show(self, *shown: Entity) -> None:
        self.ledger.rows.keep(*shown)
        changes = tuple(
            Change(entity=rows.NAMES[type(row)], id=row.id, version=1, image=msgspec.Raw(rows.encode(row)))
            for row in shown
        )
        self.floor.hear(Page(start="", to="", more=False, head=1, at=eg.NOW, speed=SPEED, changes=changes))

    def employ(self, *people: str) -> None:
        self.work.employ([seat(id, self) for id in people])

    def tickets(self) -> dict[str, Ticket]:
        return {ticket.id: ticket for ticket in self.floor.all(Ticket)}

    async def until_quiet(self) -> None:
        for _ in range(400):
            await asyncio.sleep(0.002)
            if not self.work._line._tasks:
                return


class Person:
    """Of a seat, what somebody who sees to tickets uses of it."""

    def __init__(self, agent_id: str, centre: Centre) -> None:
        self.agent_id, self.centre = agent_id, centre

    async def send(self, command: Command) -> Answer:
        centre = self.centre
        centre.sent.append((self.agent_id, command))
        if centre.needs_signers and isinstance(command, PerformAction):
            return Answer(outcome="refused", problem=Problem(type=f"{BASE}limit-exceeded", title="", status=403))
        if isinstance(command, RequestApproval):
            return Answer(outcome="awaiting_approval")
        effects = centre.ledger.ask(command, self.agent_id)
        if not isinstance(effects, Effects):
            return Answer(outcome="refused")
        centre.show(*effects.puts)
        return Answer(outcome="applied")


def seat(id: str, centre: Centre) -> Seat:
    return cast("Seat", Person(id, centre))


def colleague(id: str, **fields: Any) -> Agent:
    return eg.agent(id, **{"state": AgentState.READY, "certifications": CERTIFIED, **fields})


def order(n: int, **fields: Any) -> Ticket:
    return eg.ticket(f"t{n}", number=f"260302-{n:04d}-1", group="cards", owner_id="a1", customer_id="c1", **fields)


async def test_orders_are_taken_up_answered_and_closed_by_their_owner_and_some_are_left() -> None:
    centre = Centre(colleague("a1"), colleague("a2"))
    centre.show(*(order(n) for n in range(20)))
    centre.employ("a1", "a2")
    await centre.until_quiet()
    states = [ticket.state for ticket in centre.tickets().values()]
    assert 20 * 0.3 < states.count(TicketState.CLOSED) < 20 * 0.9
    assert set(states) == {TicketState.CLOSED, TicketState.OPEN}
    closing = {who for who, command in centre.sent if getattr(command, "state", "") == TicketState.CLOSED}
    assert closing == {"a1"}


async def test_nobody_has_two_in_hand_and_nobody_with_a_customer_takes_one(monkeypatch: Any) -> None:
    monkeypatch.setattr(paperwork, "SHARE", 1.0)
    centre = Centre(colleague("a1"), colleague("a2", contacts=("k1",), state=AgentState.BUSY))
    held = 0
    centre.show(*(order(n) for n in range(4)))

    def watch(entity: str, id: str) -> None:
        nonlocal held
        mine = [t for t in centre.tickets().values() if t.handler_id]
        held = max(held, len(mine))
        assert {t.handler_id for t in mine} <= {"a1"}

    centre.floor.listen(watch)
    centre.employ("a1", "a2")
    await centre.until_quiet()
    assert held == 1
    assert {t.state for t in centre.tickets().values()} == {TicketState.CLOSED}


async def test_a_complaint_is_for_who_is_certified_and_waits_for_a_signer(monkeypatch: Any) -> None:
    monkeypatch.setattr(paperwork, "SHARE", 1.0)
    centre = Centre(
        colleague("a1", certifications={}), colleague("a2", groups=("loans",)),
        colleague("s1", role=Role.SUPERVISOR, groups=()), colleague("a3"),
    )  # fmt: skip
    centre.needs_signers = True
    centre.show(order(1, kind=TicketKind.COMPLAINT, complaint_level="serious"))
    centre.employ("a1", "a2", "s1", "a3")
    await centre.until_quiet()
    assert [(who, type(command)) for who, command in centre.sent] == [
        ("a3", MoveTicket), ("a3", PerformAction), ("a3", RequestApproval),
    ]  # fmt: skip
    assert centre.tickets()["t1"].handler_id == "a3"


async def test_what_a_person_took_up_is_theirs(monkeypatch: Any) -> None:
    monkeypatch.setattr(paperwork, "SHARE", 1.0)
    centre = Centre(colleague("a1"))
    answered = msgspec.structs.replace(order(2), state=TicketState.ANSWERED, owner_id="a9")
    centre.show(order(1, state=TicketState.IN_PROGRESS, handler_id="a9"), answered)
    centre.employ("a1")
    await centre.until_quiet()
    assert centre.sent == []
