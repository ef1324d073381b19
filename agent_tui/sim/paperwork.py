"""Robots who see to work orders, complaints and call-backs of their groups: take one up between two calls, work on it, answer it or
close it; and its owner tells the customer. Not all of them: some are left for the people at the desks.

Through the public API like everybody: whoever is quicker has it, and a complaint that takes a co-sign waits for one.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

from agent_tui.domain.agent import Agent, AgentState, Role
from agent_tui.domain.commands import Command, MoveTicket, PerformAction, RequestApproval
from agent_tui.domain.hands_rules import unfit
from agent_tui.domain.ticket import TAKEN_UP, Ticket, TicketKind, TicketState
from agent_tui.domain.ticket_rules import PROMISED
from agent_tui.i18n.catalog import say
from agent_tui.sim.floor import Floor
from agent_tui.sim.line import Line
from agent_tui.sim.seat import Answer, Seat

SHARE = 0.6
"""Of what comes, robots see to this much."""
NOTICE_S = (90.0, 600.0)
"""Business seconds until somebody looks at a new one."""
WORK_S = (240.0, 1500.0)
TELL_S = (60.0, 400.0)
"""From the answer to its owner having told the customer."""
LOOK_S = 60.0
"""Whether somebody is free is looked at so often."""


class Paperwork:
    """Looks at every ticket on the floor, for the people it is given; each has one in hand at a time."""

    def __init__(self, floor: Floor, line: Line, seed: int) -> None:
        self._floor, self._line, self._seed = floor, line, seed
        self._rng = random.Random(f"paperwork/{seed}")
        self._people: dict[str, Seat] = {}
        self._at_work: set[str] = set()
        self._seen: dict[str, TicketState] = {}
        """Ticket → the state in which somebody saw to it last: a change of anything else is nothing new."""
        self._left: set[str] = set()
        """Given back, since it was above the level of who took it up: left for people."""
        self.answers: list[tuple[Command, Answer]] = []
        """What was sent, and what became of it."""
        floor.listen(self._bell)

    def employ(self, people: Sequence[Seat]) -> None:
        """These see to tickets from now on, also to what lies there already and what they have in hand."""
        self._people |= {person.agent_id: person for person in people}
        for ticket in self._floor.all(Ticket):
            self._bell("ticket", ticket.id)

    def _bell(self, entity: str, id: str) -> None:
        ticket = self._floor.get(Ticket, id) if entity == "ticket" else None
        if ticket is None or ticket.kind not in TAKEN_UP or ticket.state is TicketState.CLOSED:
            return
        # A call-back at a time that was agreed is left to the people at the desks.
        if ticket.why is not None and ticket.why.key == PROMISED:
            return
        if not self._mine(ticket) or self._seen.get(id) is ticket.state:
            return
        self._seen[id] = ticket.state
        self._line.spawn(self._see_to(ticket))

    def _mine(self, ticket: Ticket) -> bool:
        """Whether it is robots who do the next step."""
        if ticket.state is TicketState.OPEN:
            if ticket.id in self._left:
                return False
            return bool(self._people) and random.Random(f"{self._seed}/{ticket.id}").random() < SHARE
        who = ticket.handler_id if ticket.state is TicketState.IN_PROGRESS else ticket.owner_id
        return who in self._people

    async def _see_to(self, ticket: Ticket) -> None:
        match ticket.state:
            case TicketState.OPEN:
                await self._floor.pace.sleep(self._rng.uniform(*NOTICE_S))
                await self._take_up(ticket.id)
            case TicketState.IN_PROGRESS:
                await self._work(ticket.id, self._people[ticket.handler_id or ""])
            case _:
                await self._tell(ticket.id, self._people[ticket.owner_id or ""])

    async def _take_up(self, id: str) -> None:
        """As soon as somebody who could is free, unless a person was quicker."""
        while (ticket := self._in(id, TicketState.OPEN)) is not None:
            person = next((p for p in self._people.values() if self._free(p) and self._fits(p, ticket)), None)
            if person is not None:
                self._at_work.add(person.agent_id)
                if not (await self._send(person, MoveTicket(ticket_id=id, state=TicketState.IN_PROGRESS))).applied:
                    self._at_work.discard(person.agent_id)
                return
            await self._floor.pace.sleep(LOOK_S)

    def _in(self, id: str, state: TicketState) -> Ticket | None:
        ticket = self._floor.get(Ticket, id)
        return ticket if ticket is not None and ticket.state is state else None

    def _fits(self, person: Seat, ticket: Ticket) -> bool:
        """Of the group itself: a supervisor of another leaves it to them."""
        agent = self._floor.agent(person.agent_id)
        ours = agent is not None and ticket.group in agent.groups
        return ours and not unfit(agent, ticket, self._floor.pace.now())

    def _free(self, person: Seat) -> bool:
        agent = self._floor.agent(person.agent_id)
        return agent is not None and person.agent_id not in self._at_work and not self._engaged(agent)

    def _engaged(self, agent: Agent) -> bool:
        """With a customer, or not on the floor; people of departments are never there."""
        away = agent.state is AgentState.LOGGED_OFF and agent.role is not Role.DEPARTMENT
        return away or bool(agent.contacts)

    async def _work(self, id: str, person: Seat) -> None:
        """For a while, then the end of it, between two calls."""
        self._at_work.add(person.agent_id)
        await self._floor.pace.sleep(self._rng.uniform(*WORK_S))
        while (agent := self._floor.agent(person.agent_id)) is not None and self._engaged(agent):
            await self._floor.pace.sleep(LOOK_S)
        ticket = self._in(id, TicketState.IN_PROGRESS)
        if ticket is not None and ticket.handler_id == person.agent_id:
            if ticket.kind is TicketKind.COMPLAINT:
                await self._decide(person, ticket)
            elif ticket.kind is TicketKind.CALL_BACK:
                called = say("sim.ticket.called", ticket.language)
                await self._send(person, MoveTicket(ticket_id=id, state=TicketState.CLOSED, text=called))
            else:
                answered = say("sim.ticket.answer", ticket.language)
                await self._send(person, MoveTicket(ticket_id=id, state=TicketState.ANSWERED, text=answered))
        self._at_work.discard(person.agent_id)

    async def _decide(self, person: Seat, ticket: Ticket) -> None:
        """Close it, ask for a co-sign where it takes one, and give back what is above one's level."""
        close = PerformAction(
            action="close_complaint",
            customer_id=ticket.customer_id or "",
            ticket_id=ticket.id,
            reason=say("sim.ticket.decided", ticket.language),
        )
        answer = await self._send(person, close)
        if answer.problem is not None and answer.problem.name == "limit-exceeded":
            answer = await self._send(person, RequestApproval(command=close, reason=close.reason))
        if answer.outcome not in ("applied", "awaiting_approval"):
            self._left.add(ticket.id)
            await self._send(person, MoveTicket(ticket_id=ticket.id, state=TicketState.OPEN))

    async def _tell(self, id: str, owner: Seat) -> None:
        """The customer has the answer, and the order is closed by who took their contact first."""
        await self._floor.pace.sleep(self._rng.uniform(*TELL_S))
        ticket = self._in(id, TicketState.ANSWERED)
        if ticket is not None:
            told = say("sim.ticket.told", ticket.language)
            await self._send(owner, MoveTicket(ticket_id=id, state=TicketState.CLOSED, text=told))

    async def _send(self, person: Seat, command: Command) -> Answer:
        answer = await person.send(command)
        self.answers.append((command, answer))
        return answer
