"""The switch simulator: the services that agents ask of a switch (ECMA-269), and the events that answer them.

It talks to the server as a real link would: requests come down the link stream, events go up through the ingress.
Only what it reports changes a connection.
"""

from __future__ import annotations

import random

from agent_tui.domain.commands import ReceiveMessage, RecordSatisfaction
from agent_tui.domain.contact import Channel, Contact, ContactState
from agent_tui.domain.effects import LinkRequest
from agent_tui.sim import persona as people
from agent_tui.sim.cast import Cast
from agent_tui.sim.floor import Floor
from agent_tui.sim.line import Line
from agent_tui.sim.office import Call, Office

RING_S = (0.6, 2.0)
"""Seconds from the key to the voice path: switch, headset."""
GOODBYE_S = 6.0
READING_S = 2.0
SURVEY_S = (5.0, 40.0)
CONFIRMS = {
    "HoldCall": "Held",
    "RetrieveCall": "Retrieved",
    "ReconnectCall": "Retrieved",
    "ConsultationCall": "Held",
    "TransferCall": "Transferred",
    "SingleStepTransferCall": "Transferred",
}
"""Service → the event that confirms it. Consulting, the switch holds the customer while it rings at the colleague,
who answers by their own key."""


class SwitchLink:
    """Answers the requests of one link until it is cancelled."""

    def __init__(self, line: Line, floor: Floor, office: Office, cast: Cast, seed: int) -> None:
        self._line, self._floor, self._office, self._cast = line, floor, office, cast
        self._rng = random.Random(f"link/{seed}")
        self.last_seq = 0

    async def serve(self, after: int = 0) -> None:
        """Answer service requests as they come, those after number `after`."""
        self.last_seq = after
        async for asked in self._line.seat.requests(after):
            self.last_seq = max(self.last_seq, asked.seq)
            self._line.spawn(self._answer(asked.request))

    def catch_up(self, contact: Contact) -> None:
        """Answer what was being asked for a contact when the link was away."""
        if contact.request is None:
            return
        self._line.spawn(
            self._answer(
                LinkRequest(
                    link=contact.link,
                    service=contact.request,
                    contact_id=contact.id,
                    agent_id=contact.agent_id,
                )
            )
        )

    async def _answer(self, request: LinkRequest) -> None:
        call = self._office.call(request.contact_id)
        if request.service == "RequestSurvey":
            await self._survey(request)
        elif call is None:
            return
        elif request.service == "AnswerCall":
            await self._establish(call, request)
        elif request.service == "SendMessage":
            await self._hear(call, request.args.get("text", ""))
        elif request.service == "ClearConnection":
            call.end()
            await self._line.event(request.contact_id, "ConnectionCleared", "agent", request.agent_id)
        elif request.service in CONFIRMS:
            await self._line.event(request.contact_id, CONFIRMS[request.service], "agent", request.agent_id)
            self._follow(call, request.service)

    async def _establish(self, call: Call, request: LinkRequest) -> None:
        """The voice path is there; also that of a colleague who is consulted."""
        await self._line.pace.sleep(self._rng.uniform(*RING_S))
        answer = await self._line.event(call.contact_id, "Established", "agent", request.agent_id)
        if answer.applied and not call.answered.is_set():
            call.answer(request.agent_id)

    def _follow(self, call: Call, service: str) -> None:
        """What a confirmed service means for the customer."""
        if service == "HoldCall":
            call.held.set()
            self._line.spawn(self._tire(call))
        elif service in ("RetrieveCall", "ReconnectCall"):
            call.held.clear()
        elif service in ("TransferCall", "SingleStepTransferCall"):
            call.pass_on()
            contact = self._floor.contact(call.contact_id)
            if service == "TransferCall" and contact is not None and contact.consult is not None:
                call.answer(contact.consult.to_id)

    async def _tire(self, call: Call) -> None:
        """On hold for longer than they bear, they hang up."""
        await self._line.pace.sleep(call.persona.hold_s)
        contact = self._floor.contact(call.contact_id)
        if call.held.is_set() and contact is not None and contact.state is ContactState.HOLD:
            call.end()
            await self._line.event(call.contact_id, "ConnectionCleared", "customer")

    async def _hear(self, call: Call, text: str) -> None:
        """Read what the agent wrote, type an answer, leave when the matter is settled. Nobody answers a mail here."""
        if call.persona.channel == Channel.EMAIL or call.over.is_set():
            return
        call.heard += 1
        turn = call.heard
        lines = self._cast.lines[call.persona.language]
        call.talk, reply = people.hear(call.persona, lines, call.talk, text)
        if reply is None:
            return
        await self._line.pace.sleep(READING_S + reply.typing_s)
        if call.over.is_set():
            return
        await self._line.report(ReceiveMessage(contact_id=call.contact_id, text=reply.text))
        if reply.over and turn == call.heard:
            await self._leave(call)

    async def _leave(self, call: Call) -> None:
        await self._line.pace.sleep(GOODBYE_S)
        if not call.over.is_set():
            call.end()
            await self._line.event(call.contact_id, "ConnectionCleared", "customer")

    async def _survey(self, request: LinkRequest) -> None:
        """Some answer, some do not, as their persona has it."""
        call = self._office.call(request.contact_id)
        persona = call.persona if call else self._office.remembered(request.contact_id)
        if persona is None or persona.rating is None:
            return
        await self._line.pace.sleep(random.Random(persona.seed).uniform(*SURVEY_S))
        await self._line.report(RecordSatisfaction(contact_id=request.contact_id, score=persona.rating))
