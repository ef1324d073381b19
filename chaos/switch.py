"""The switch of a campaign: calls and chats arrive, are answered, held, ended, whatever becomes of the server."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Coroutine
from typing import Any

from agent_tui.domain.commands import Command, OfferNew, ReceiveMessage, ReportEvent
from agent_tui.domain.contact import Channel
from agent_tui.domain.effects import LinkRequest
from agent_tui.errors import AgentTuiError
from agent_tui.sim.web_seat import WebSeat
from chaos.place import CUSTOMERS, LINK, PASSWORD, clear_phone

OPEN = 9
"""Contacts in the house at once, so that there is always one for whoever is free."""
EVERY_S = 0.4
STAYS_S = (6.0, 25.0)
CONFIRMS = {"HoldCall": "Held", "RetrieveCall": "Retrieved", "ClearConnection": "ConnectionCleared"}
"""Service asked for → the event that says it was done."""


class Switch:
    """Speaks to the server directly; the lines of the desks are what is bad."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._open: dict[str, asyncio.Task[None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self.offered = 0

    async def run(self, url: str) -> None:
        """Until cancelled. The server keeps its address through its restarts."""
        seat = await self._sign_in(url)
        lanes = [asyncio.create_task(self._offer(seat)), asyncio.create_task(self._serve(seat))]
        try:
            await asyncio.gather(*lanes)
        finally:
            ended = [*lanes, *self._open.values(), *self._tasks]
            for task in ended:
                task.cancel()
            # All of them before the seat: a connection that is made after its pool was closed is closed by nobody.
            await asyncio.gather(*ended, return_exceptions=True)
            self._open.clear()
            await seat.close()

    async def _sign_in(self, url: str) -> WebSeat:
        while True:
            try:
                return await WebSeat.open(url, LINK, PASSWORD)
            except AgentTuiError:
                await asyncio.sleep(0.3)

    async def _report(self, seat: WebSeat, command: Command) -> None:
        try:
            await seat.report(command)
        except AgentTuiError:
            return  # signing in anew failed: the line is away, as a switch's line may be

    async def _offer(self, seat: WebSeat) -> None:
        while True:
            await asyncio.sleep(EVERY_S)
            if len(self._open) >= OPEN:
                continue
            self.offered += 1
            contact_id = f"k{self.offered}"
            new = OfferNew(
                contact_id=contact_id,
                channel=self._rng.choice((Channel.PHONE, Channel.CHAT)),
                caller=clear_phone(self._rng.randrange(CUSTOMERS)),
                group="cards",
                text="年费",
            )
            self._soon(self._report(seat, new))
            self._open[contact_id] = asyncio.create_task(self._stay(seat, contact_id))

    async def _stay(self, seat: WebSeat, contact_id: str) -> None:
        """The customer waits or talks for a while, then hangs up."""
        await asyncio.sleep(self._rng.uniform(*STAYS_S))
        await self._report(seat, ReportEvent(contact_id=contact_id, event="ConnectionCleared", party="customer"))
        self._open.pop(contact_id, None)

    async def _serve(self, seat: WebSeat) -> None:
        async for asked in seat.requests(0):
            self._soon(self._answer(seat, asked.request))

    def _soon(self, doing: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(doing)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer(self, seat: WebSeat, request: LinkRequest) -> None:
        contact_id, agent = request.contact_id, request.agent_id
        if request.service == "AnswerCall":
            event = ReportEvent(contact_id=contact_id, event="Established", party="agent", agent_id=agent)
            await self._report(seat, event)
        elif request.service in CONFIRMS:
            event = ReportEvent(contact_id=contact_id, event=CONFIRMS[request.service], party="agent", agent_id=agent)
            await self._report(seat, event)
            if request.service == "ClearConnection" and contact_id in self._open:
                self._open.pop(contact_id).cancel()
        elif request.service == "SendMessage" and self._rng.random() < 0.5:
            await self._report(seat, ReceiveMessage(contact_id=contact_id, text="好的"))
