"""Puts back into the group's queue what somebody has in hand who may not any more: deactivated, moved to another group or
role, certification run out. Whoever goes home keeps what they have; supervisors see since when and give it back."""

from __future__ import annotations

from agent_tui import ids
from agent_tui.domain.agent import Agent
from agent_tui.domain.hands_rules import unfit
from agent_tui.domain.ticket import TAKEN_UP, Ticket, TicketState
from agent_tui.domain.ticket_commands import ReturnTicket
from agent_tui.server.caller import Caller
from agent_tui.server.database import Tx
from agent_tui.server.services import Services
from agent_tui.server.state import TableState
from agent_tui.wire.command import Envelope

RETURNS = Caller(kind="system", id="returns", device="server")


class Returns:
    """Looks at everything that is in somebody's hands. A certification runs out by time and people change beside the
    server, so no commit tells when."""

    name = "returns"
    every_s = 10.0
    woken = False

    def __init__(self, services: Services) -> None:
        self._services = services

    async def step(self) -> None:
        for ticket in await self._services.db.read(self._due):
            command = ReturnTicket(ticket_id=ticket.id, handler_id=ticket.handler_id or "")
            id = ids.derived("return", ticket.id, str(ticket.version))
            await self._services.commit(Envelope(id=id, command=command), RETURNS)

    def _due(self, tx: Tx) -> list[Ticket]:
        state, now = TableState(tx), self._services.clock.now()
        held = [t for t in state.find(Ticket, status=TicketState.IN_PROGRESS) if t.handler_id and t.kind in TAKEN_UP]
        people = {id: state.get(Agent, id) for id in {ticket.handler_id or "" for ticket in held}}
        return [ticket for ticket in held if unfit(people[ticket.handler_id or ""], ticket, now)]
