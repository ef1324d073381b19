"""What every robot at a desk can do: send a command, let time pass, see whether a contact is still theirs."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from datetime import datetime

import msgspec

from agent_tui.domain.commands import Command
from agent_tui.domain.contact import LIVE_STATES, Contact
from agent_tui.sim.floor import Floor
from agent_tui.sim.seat import Answer, Seat

TICK_S = 20.0
"""Looks up at least so often (business seconds), should a change have been missed."""
GLANCE_S = 10.0


class Deed(msgspec.Struct, frozen=True, kw_only=True):
    """An action tried under authority, for the account of the shift."""

    agent_id: str
    action: str
    amount_minor: int | None
    answer: Answer


class Hands:
    """One signed-in robot."""

    def __init__(self, seat: Seat, floor: Floor, seed: int) -> None:
        self.id = seat.agent_id
        self.floor = floor
        self.rng = random.Random(f"{seed}/{seat.agent_id}")
        self.deeds: list[Deed] = []
        self.failed: list[tuple[Command, Answer]] = []
        """Commands that did not apply because the contact had moved on, or for a worse reason."""
        self._seat = seat
        self._bell = asyncio.Event()
        floor.listen(self._ring)

    def _ring(self, entity: str, id: str) -> None:
        if entity == "agent" and id == self.id:
            self._bell.set()
        elif entity in ("contact", "thread"):
            contact = self.floor.contact(id)
            if contact is not None and self.id in (contact.agent_id, contact.consult and contact.consult.to_id):
                self._bell.set()

    async def do(self, command: Command) -> Answer:
        """Issue a command."""
        answer = await self._seat.send(command)
        if not answer.applied:
            self.failed.append((command, answer))
        return answer

    async def tried(self, command: Command, action: str, amount_minor: int | None = None) -> Answer:
        """Issue an action under authority and remember what the policy said."""
        answer = await self._seat.send(command)
        self.deeds.append(Deed(agent_id=self.id, action=action, amount_minor=amount_minor, answer=answer))
        return answer

    async def attempt(self, command: Command, action: str, amount_minor: int | None = None) -> bool:
        """The same; whether it was done."""
        return (await self.tried(command, action, amount_minor)).applied

    def arm(self) -> None:
        """From now on a change rings."""
        self._bell.clear()

    async def rung(self, seconds: float = TICK_S) -> None:
        """Until something about me changed, or so many business seconds have passed."""
        waiting = asyncio.create_task(self._bell.wait())
        timer = asyncio.create_task(self.floor.pace.sleep(seconds))
        try:
            await asyncio.wait({waiting, timer}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            waiting.cancel()
            timer.cancel()

    async def sleep(
        self, low: float, high: float, unless: Callable[[], bool] = lambda: False, since: datetime | None = None
    ) -> None:
        """Business seconds drawn between the two; less as soon as `unless()` holds. They count from `since`, so that
        a message that took its time on a fast clock does not make the robot slow."""
        end = (since or self.floor.pace.now()).timestamp() + self.rng.uniform(low, high)
        while (left := end - self.floor.pace.now().timestamp()) > 0 and not unless():
            await self.floor.pace.sleep(min(left, GLANCE_S))

    def mine(self, contact_id: str) -> Contact | None:
        """The contact, if it is with me now."""
        contact = self.floor.contact(contact_id)
        return contact if contact is not None and contact.agent_id == self.id else None

    def live(self, contact_id: str) -> bool:
        """Whether I am connected to the customer."""
        contact = self.mine(contact_id)
        return contact is not None and contact.state in LIVE_STATES

    async def pause(self, contact_id: str, seconds: float) -> bool:
        """Let time pass while the contact is live. Whether it still is."""
        await self.sleep(seconds, seconds, unless=lambda: not self.live(contact_id))
        return self.live(contact_id)

    async def see(self, condition: Callable[[], bool], tries: int = 4) -> None:
        """Until the feed shows what was just done; not for ever, since somebody else may have undone it."""
        for _ in range(tries):
            self.arm()
            if condition():
                return
            await self.rung()

    async def until_cleared(self, contact_id: str) -> None:
        """Until the customer is gone."""
        while self.live(contact_id):
            self.arm()
            if self.live(contact_id):
                await self.rung()
