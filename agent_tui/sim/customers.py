"""Robot customers on their lines: they come, wait as long as they bear, talk, and leave."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from agent_tui import ids
from agent_tui.domain.commands import OfferNew
from agent_tui.domain.contact import LIVE_STATES, Channel, Contact, ContactState
from agent_tui.sim.floor import Floor
from agent_tui.sim.line import Line
from agent_tui.sim.office import Call, Office
from agent_tui.sim.persona import Persona

PATIENT_CHANNELS = frozenset({Channel.EMAIL, Channel.MESSAGE, Channel.ALARM})
"""Whose customers do not wait at the other end: nobody gives up."""
FOREVER_S = 86_400.0
WITH_A_PERSON_S = 1_800.0
"""A robot customer stays so long with an agent who is a person and not a robot, and in any text channel."""


def offer(contact_id: str, persona: Persona) -> OfferNew:
    """How the contact is announced."""
    alarm = persona.channel == Channel.ALARM and persona.terminal
    return OfferNew(
        contact_id=contact_id,
        channel=Channel(persona.channel),
        caller=persona.terminal if alarm and persona.terminal else persona.caller,
        language=persona.language,
        terminal_id=persona.terminal,
        text=persona.first,
        group=persona.group,
        priority=persona.priority,
    )


class Customers:
    """Everybody who calls or writes through one link."""

    def __init__(self, line: Line, floor: Floor, office: Office) -> None:
        self._line, self._floor, self._office = line, floor, office
        self.ids: list[str] = []
        """Contacts that began here, in order."""

    def arrive(self, persona: Persona, contact_id: str | None = None) -> str:
        """A customer calls or writes now. Returns the contact's id."""
        id = contact_id or ids.uuid7()
        self.ids.append(id)
        self._line.spawn(self._come(id, persona))
        return id

    async def _come(self, contact_id: str, persona: Persona) -> None:
        call = Call(contact_id, persona)
        self._office.open(call)
        try:
            if (await self._line.report(offer(contact_id, persona))).applied:
                await self._live(call)
        finally:
            self._office.close(contact_id)

    def adopt(self, contacts: Iterable[Contact], invent: Callable[[Contact], Persona]) -> list[Contact]:
        """Give a customer to every open contact of this link that has none, as after a restart. Returns those."""
        mine = self._line.seat.agent_id
        found = [c for c in contacts if c.link == mine and self._office.call(c.id) is None]
        for contact in found:
            call = Call(contact.id, invent(contact))
            self._office.open(call)
            self._line.spawn(self._resume(call, contact))
        return found

    async def _resume(self, call: Call, contact: Contact) -> None:
        if contact.state in LIVE_STATES:
            call.answer(contact.agent_id)
        try:
            if contact.state is not ContactState.WRAP_UP:
                await self._live(call)
        finally:
            self._office.close(contact.id)

    async def _live(self, call: Call) -> None:
        """Wait to be answered, talk, wait again where one is passed on, leave."""
        while not call.over.is_set():
            if await self._wait(call) and await self._stay(call):
                continue
            if not call.over.is_set():
                await self._line.event(call.contact_id, "ConnectionCleared", "customer")
            return

    async def _wait(self, call: Call) -> bool:
        """Whether somebody answered before patience ended."""
        patient = call.persona.channel in PATIENT_CHANNELS
        seconds = FOREVER_S if patient else call.persona.patience_s
        return await self._line.within(seconds, call.answered, call.over)

    async def _stay(self, call: Call) -> bool:
        """Talk until the customer has had enough (False), the other side ended it or passed it on (True)."""
        brief = call.persona.channel == Channel.PHONE and self._office.robot(call.agent_id)
        limit = call.persona.talk_s if brief else WITH_A_PERSON_S
        return await self._line.within(limit, call.over, call.moved)
