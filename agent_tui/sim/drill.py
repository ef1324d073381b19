"""One training contact on a virtual clock: a robot customer played for a trainee at the real desk.

Business time moves only by what is done: every service of the switch, every message and every command of the trainee
has its cost below. So the same seed and the same keys take the same time and give the same score.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime

import msgspec

from agent_tui.domain.agent import AgentState
from agent_tui.domain.centre import CommandRow
from agent_tui.domain.commands import Command, OfferNew, ReceiveMessage, ReportEvent
from agent_tui.domain.contact import Channel, ContactState
from agent_tui.domain.effects import LinkRequest
from agent_tui.sim.cast import Answer as Line
from agent_tui.sim.floor import Floor
from agent_tui.sim.pace import Pace
from agent_tui.sim.persona import CHARS_PER_S
from agent_tui.sim.scenario import Scenario
from agent_tui.sim.web_seat import WebSeat
from agent_tui.wire import routes
from agent_tui.wire.feed import Page

TRAINEE_CHARS_PER_S = 4.0
READING_S = 2.0
COSTS_S = {
    "VerifyCaller": 25.0,
    "PerformAction": 20.0,
    "RevealField": 10.0,
    "RaiseWorkOrder": 40.0,
    "AddNote": 20.0,
    "CorrectGroup": 5.0,
}
"""Command of the trainee → business seconds it takes, whether it was allowed or not."""
SERVICES_S = {"AnswerCall": 2.0, "HoldCall": 1.0, "RetrieveCall": 30.0, "ClearConnection": 1.0}
"""Service of the switch → seconds until its event; a hold lasts as long as looking something up."""
BEFORE_S = 5.0
CONFIRMS = {"AnswerCall": "Established", "HoldCall": "Held", "RetrieveCall": "Retrieved"}


class ClockMove(msgspec.Struct, frozen=True, kw_only=True):
    """Body of PUT /v1/clock."""

    advance_s: float


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """Answer of PUT /v1/clock, as far as we need it."""

    at: datetime


class Speaker:
    """The scenario's customer: what they answer, in order of what was said. Pure but for its own memory."""

    def __init__(self, scenario: Scenario) -> None:
        self._caller, self._happenings = scenario.caller, scenario.happenings
        self._used: set[str] = set()
        self._more = 0
        self.turns = 0
        self.settled = False
        self.gone = False

    def hear(self, text: str) -> str | None:
        """The answer; None after they have left."""
        if self.gone:
            return None
        self.turns += 1
        if self.settled or self.turns > self._caller.patience_turns:
            self.gone = True
            return self._caller.bye or None
        event = next((h.say for h in self._happenings if h.after_turn == self.turns), None)
        if event is not None:
            return event
        found = self._match(text)
        if found is not None:
            self._used.add(found.say)
            self.settled = found.done
            return found.say
        return self._other()

    def _match(self, text: str) -> Line | None:
        low = text.casefold()
        fresh = (line for line in self._caller.answers if line.say not in self._used)
        return next((line for line in fresh if any(word.casefold() in low for word in line.when)), None)

    def _other(self) -> str | None:
        if self._more < len(self._caller.more):
            self._more += 1
            return self._caller.more[self._more - 1]
        return self._caller.more[-1] if self._caller.more else None


class Drill:
    """Plays one scenario to one trainee. `run` returns when the contact is closed or the customer gave up."""

    def __init__(
        self, scenario: Scenario, contact_id: str, link: WebSeat, watcher: WebSeat, trainee: WebSeat
    ) -> None:
        self.scenario, self.contact_id = scenario, contact_id
        self._link, self._watcher, self._trainee = link, watcher, trainee
        self._pace = Pace(watcher.session.at, 0.0)
        self._floor = Floor(self._pace)
        self._speaker = Speaker(scenario)
        self._counted: set[str] = set()
        self._news = asyncio.Event()
        self._floor.listen(lambda entity, id: self._news.set())

    async def run(self) -> None:
        """From the trainee being ready to the closed wrap-up."""
        tasks = [
            asyncio.create_task(self._floor.follow(self._watcher.news())),
            asyncio.create_task(self._serve()),
            asyncio.create_task(self._count()),
        ]
        try:
            await self._until(self._ready)
            await self._advance(BEFORE_S)
            await self._report(self._offer())
            await self._until(self._closed)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _until(self, condition: Callable[[], bool]) -> None:
        while not condition():
            self._news.clear()
            if not condition():
                await self._news.wait()

    def _ready(self) -> bool:
        agent = self._floor.agent(self._trainee.agent_id)
        return agent is not None and agent.state is AgentState.READY

    def _closed(self) -> bool:
        contact = self._floor.contact(self.contact_id)
        return contact is not None and contact.state in (ContactState.CLOSED, ContactState.ABANDONED)

    def _offer(self) -> OfferNew:
        caller = self.scenario.caller
        return OfferNew(
            contact_id=self.contact_id,
            channel=Channel(caller.channel),
            caller=caller.phone,
            customer_id=self.scenario.customer.id,
            group=self.scenario.group,
            language=caller.language,
            terminal_id=caller.terminal,
            text=caller.first,
        )

    async def _report(self, command: Command) -> None:
        await self._link.report(command)

    async def _event(self, event: str, party: str, agent_id: str | None = None) -> None:
        await self._report(ReportEvent(contact_id=self.contact_id, event=event, party=party, agent_id=agent_id))

    async def _advance(self, seconds: float) -> None:
        """Let virtual time pass."""
        told = await self._link.api.call("PUT", routes.CLOCK, Told, body=ClockMove(advance_s=seconds))
        self._pace.hear(told.at, 0.0)

    # ---- the switch ---------------------------------------------------------------------------------------------

    async def _serve(self) -> None:
        async for asked in self._link.requests(0):
            if asked.request.contact_id == self.contact_id:
                await self._answer(asked.request)

    async def _answer(self, request: LinkRequest) -> None:
        service = request.service
        await self._advance(SERVICES_S.get(service, 0.0))
        if service in CONFIRMS:
            await self._event(CONFIRMS[service], "agent", request.agent_id)
        elif service == "ClearConnection":
            self._speaker.gone = True
            await self._event("ConnectionCleared", "agent", request.agent_id)
        elif service == "SendMessage":
            await self._hear(request.args.get("text", ""))
        elif service != "RequestSurvey":
            await self._event("Failed", "system")

    async def _hear(self, text: str) -> None:
        """Typing and reading cost time on both sides; what was settled ends the conversation."""
        reply = self._speaker.hear(text)
        cost = len(text) / TRAINEE_CHARS_PER_S + READING_S
        if reply is None:
            await self._advance(cost)
        else:
            speed = CHARS_PER_S.get(self.scenario.caller.language, 4.0)
            await self._advance(cost + len(reply) / speed)
            await self._report(ReceiveMessage(contact_id=self.contact_id, text=reply))
        if self._speaker.gone:
            await self._advance(BEFORE_S)
            await self._event("ConnectionCleared", "customer")

    # ---- the trainee's commands -----------------------------------------------------------------------------------

    async def _count(self) -> None:
        """Let the trainee's own commands take their time, each once, as their outcomes come."""
        async for word in self._trainee.news():
            if not isinstance(word, Page):
                continue
            for change in word.changes:
                if change.entity == "command" and not change.remove and change.id not in self._counted:
                    self._counted.add(change.id)
                    row = msgspec.json.decode(change.image, type=CommandRow)
                    if cost := COSTS_S.get(row.type):
                        await self._advance(cost)
