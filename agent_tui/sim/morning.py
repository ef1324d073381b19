"""A morning played quickly: the same customers and colleagues as on a living floor, from event to event.

The server's clock stands and is moved to each event (PUT /v1/clock), so hours of business take seconds and every
wait is what it would have been. Everything goes through the public API. What is under way at the end goes on with
the robots that come then.
"""

from __future__ import annotations

import asyncio
import heapq
import random
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeAlias

import msgspec

from agent_tui import ids
from agent_tui.client import endpoints
from agent_tui.clock import monotonic
from agent_tui.domain.agent import Agent, AgentState
from agent_tui.domain.commands import (
    AcceptContact,
    Command,
    PerformAction,
    RaiseWorkOrder,
    ReceiveMessage,
    RecordSatisfaction,
    ReportEvent,
    SendMessage,
    SetAgentState,
    VerifyCaller,
    WrapUpContact,
)
from agent_tui.domain.contact import TEXT_CHANNELS, Channel, Contact, ContactState, Verified
from agent_tui.domain.customer import Customer
from agent_tui.sim import persona as people
from agent_tui.sim import plan as planning
from agent_tui.sim import traffic
from agent_tui.sim.cast import load as load_cast
from agent_tui.sim.colleague import BREAK_AFTER_S, BREAK_S, NOTICE_S
from agent_tui.sim.customers import PATIENT_CHANNELS, offer
from agent_tui.sim.drill import ClockMove, Told
from agent_tui.sim.floor import Floor
from agent_tui.sim.link import RING_S, SURVEY_S
from agent_tui.sim.morning_walks import MorningWalks
from agent_tui.sim.pace import Pace
from agent_tui.sim.persona import Known, Persona
from agent_tui.sim.plan import CHECKS, Plan
from agent_tui.sim.roster import Floorful, Logins
from agent_tui.sim.web_seat import WebSeat
from agent_tui.wire import routes

Act: TypeAlias = Callable[[], Awaitable[None]]
ROUTER_S, ROUTER_TRIES = 0.004, 5
"""Real seconds given to the router after something that it may act on, and how often."""
ARRIVES_WITHIN_S = 45.0
"""Colleagues come on duty within so many seconds of the start."""
TEXT_S = (90.0, 260.0)
WAITING = frozenset({ContactState.QUEUED, ContactState.ALERTING})


class Played(msgspec.Struct, frozen=True, kw_only=True):
    """How far it came."""

    at: datetime
    last_seq: int
    """The link's last request."""
    contacts: int


class Sight:
    """The floor as read from change to change, without a stream: what was done is seen at once."""

    def __init__(self, observer: WebSeat) -> None:
        self._api = observer.api
        self.floor = Floor(Pace(observer.session.at, 0.0))
        self._cursor = ""

    async def open(self) -> None:
        """Everything, once."""
        after = ""
        while True:
            page = await endpoints.snapshot(self._api, after)
            for change in page.changes:
                self.floor.take(change)
            self._cursor, after = page.cursor, page.after
            if not after:
                return

    async def look(self) -> list[str]:
        """What changed, once the router had its say: ids of the contacts."""
        changed: list[str] = []
        for _ in range(ROUTER_TRIES):
            await asyncio.sleep(ROUTER_S)
            changed += await self._read()
            if not self._pairs_left():
                break
        return changed

    async def _read(self) -> list[str]:
        changed: list[str] = []
        while True:
            page = await endpoints.changes(self._api, self._cursor)
            self._cursor = page.to
            for change in page.changes:
                self.floor.take(change)
            changed += [change.id for change in page.changes if change.entity == "contact"]
            if not page.more:
                return changed

    def _pairs_left(self) -> bool:
        """Whether somebody ready could take somebody who waits: then the router is not done yet."""
        ready = [agent for agent in self.floor.all(Agent) if agent.state is AgentState.READY]
        queued = [c for c in self.floor.open_contacts() if c.state is ContactState.QUEUED]
        return any(_can(agent, contact) for contact in queued for agent in ready)


class Morning:
    """Events in order of business time. Made by `play`."""

    def __init__(
        self,
        observer: WebSeat,
        link: WebSeat,
        colleagues: Sequence[WebSeat],
        folder: Path,
        known: Sequence[Known],
        how: Floorful,
    ) -> None:
        self._observer, self._link = observer, link
        self._seats = {seat.agent_id: seat for seat in colleagues}
        self._how, self._known = how, known
        self._cast, self._speeches = load_cast(folder), planning.load(folder)
        self._rng = random.Random(f"morning/{how.seed}")
        self.now = observer.session.at
        self._sight = Sight(observer)
        self._floor = self._sight.floor
        self._heap: list[tuple[datetime, int, Act, bool]] = []
        self._serial = 0
        self._personas: dict[str, Persona] = {}
        self._walks = MorningWalks(self._floor, self._speeches, how.zone, self._rng, self._quietly)
        self._rung: set[tuple[str, str, int]] = set()

    async def play(self, until: datetime, budget_s: float, progress: Callable[[datetime, int], None]) -> Played:
        """To `until`, or as far as `budget_s` real seconds allow."""
        await self._sight.open()
        self._arrivals(until)
        for agent_id in self._seats:
            self._duty(agent_id)
        end = monotonic() + budget_s
        while self._heap and self._heap[0][0] <= until and monotonic() < end:
            at, _, act, quiet = heapq.heappop(self._heap)
            await self._move(at)
            await act()
            if not quiet:
                for contact_id in await self._sight.look():
                    self._ring(contact_id)
            progress(self.now, len(self._personas))
        if monotonic() < end:
            await self._move(until)
        return Played(at=self.now, last_seq=await self._last_seq(), contacts=len(self._personas))

    # ---- time and sight -----------------------------------------------------------------------------------------

    def _at(self, after_s: float, act: Act, since: datetime | None = None, *, quiet: bool = False) -> None:
        """Later; `quiet` acts change nothing that anybody acts upon, and nobody looks up after them."""
        self._serial += 1
        moment = max(self.now, (since or self.now) + timedelta(seconds=after_s))
        heapq.heappush(self._heap, (moment, self._serial, act, quiet))

    def _quietly(self, after_s: float, act: Act) -> None:
        self._at(after_s, act, quiet=True)

    def _draw(self, span: tuple[float, float]) -> float:
        return self._rng.uniform(*span)

    async def _move(self, moment: datetime) -> None:
        """The server's clock to `moment`; never back."""
        seconds = (moment - self.now).total_seconds()
        if seconds <= 0:
            return
        told = await self._observer.api.call("PUT", routes.CLOCK, Told, body=ClockMove(advance_s=seconds))
        self.now = told.at

    def _ring(self, contact_id: str) -> None:
        contact = self._floor.contact(contact_id)
        if contact is None or contact.state is not ContactState.ALERTING or contact.agent_id not in self._seats:
            return
        mark = (contact.id, contact.agent_id, contact.requeues)
        if mark not in self._rung:
            self._rung.add(mark)
            self._at(self._draw(NOTICE_S), lambda: self._accept(contact), since=contact.alerting_at)

    async def _last_seq(self) -> int:
        """The number of the link's last request: all that are there come at once."""
        last = 0
        requests = self._link.requests(0)
        while True:
            try:
                last = (await asyncio.wait_for(anext(requests), 0.4)).seq
            except TimeoutError:
                return last

    # ---- customers and colleagues ---------------------------------------------------------------------------------

    def _arrivals(self, until: datetime) -> None:
        how = self._how
        seconds = (until - self.now).total_seconds()

        def rate(moment: datetime) -> float:
            return traffic.shape(moment, how.zone)

        for number, moment in enumerate(traffic.arrivals(self._rng, self.now, seconds, how.peak_per_hour, rate)):
            persona = people.invent(self._cast, how.seed * 7_000_003 + number, self._known)
            self._at(0.0, lambda who=persona: self._arrive(who), since=moment)  # type: ignore[misc]

    async def _arrive(self, persona: Persona) -> None:
        contact_id = ids.uuid7()
        self._personas[contact_id] = persona
        await self._link.report(offer(contact_id, persona))
        if persona.channel not in PATIENT_CHANNELS:
            self._at(persona.patience_s, lambda: self._give_up(contact_id))

    async def _give_up(self, contact_id: str) -> None:
        contact = self._floor.contact(contact_id)
        if contact is not None and contact.state in WAITING:
            await self._event(contact_id, "ConnectionCleared", "customer")

    async def _event(self, contact_id: str, event: str, party: str, agent_id: str | None = None) -> None:
        await self._link.report(ReportEvent(contact_id=contact_id, event=event, party=party, agent_id=agent_id))

    def _duty(self, agent_id: str) -> None:
        """On duty, a break, back."""
        seat = self._seats[agent_id]
        self._at(self._draw((0.0, ARRIVES_WITHIN_S)), lambda: _send(seat, SetAgentState(state="ready")))
        rest = self._draw(BREAK_AFTER_S)
        pause = SetAgentState(state="not_ready", reason="break")
        self._at(rest, lambda: _send(seat, pause))
        self._at(rest + self._draw(BREAK_S), lambda: _send(seat, SetAgentState(state="ready")))

    async def _accept(self, rang: Contact) -> None:
        contact = self._floor.contact(rang.id)
        if contact is None or contact.state is not ContactState.ALERTING or contact.agent_id != rang.agent_id:
            return
        seat = self._seats[rang.agent_id or ""]
        await seat.send(AcceptContact(contact_id=rang.id))
        self._at(self._draw(RING_S), lambda: self._talk(rang.id, seat))

    async def _talk(self, contact_id: str, seat: WebSeat) -> None:
        """Connected: what the plan says happens at its time, then they part."""
        await self._event(contact_id, "Established", "agent", seat.agent_id)
        contact, persona = self._floor.contact(contact_id), self._personas.get(contact_id)
        if contact is None or persona is None:
            return
        customer = self._floor.get(Customer, contact.customer_id) if contact.customer_id else None
        speech = self._speeches.languages[persona.language]
        plan = planning.make(contact, customer, persona, self._cast, speech, self._floor.categories())
        text = contact.channel in TEXT_CHANNELS
        talk_s = self._draw(TEXT_S) if text or contact.channel == Channel.ALARM else plan.talk_s
        if text:
            self._at(talk_s * 0.1, lambda: self._write(contact, persona, plan, seat), quiet=True)
        if not self._walks.begin(contact, customer, plan, seat, self.now):
            for share, command in zip((0.2, 0.5, 0.8), self._commands(contact, plan), strict=False):
                if command is not None:
                    self._at(talk_s * share, lambda c=command: _send(seat, c), quiet=True)  # type: ignore[misc]
        self._at(talk_s, lambda: self._part(contact, persona, plan, seat))

    def _commands(self, contact: Contact, plan: Plan) -> tuple[Command | None, ...]:
        """Verification, action and work order of the plan, those it has."""
        who, note = contact.customer_id, self._speeches.languages[contact.language].notes[plan.topic][0]
        verify = act = order = None
        if plan.degree is not Verified.NONE:
            verify = VerifyCaller(contact_id=contact.id, degree=plan.degree, checks=CHECKS[plan.degree.value])
        if plan.action is not None and who is not None:
            act = PerformAction(
                action=plan.action,
                customer_id=who,
                contact_id=contact.id,
                product_id=plan.product_id,
                amount_minor=plan.amount_minor,
                reason=note,
            )
        if plan.order is not None:
            order = RaiseWorkOrder(
                group=plan.order, title=note[:40], text=note, contact_id=contact.id, customer_id=who
            )
        return verify, act, order

    async def _write(self, contact: Contact, persona: Persona, plan: Plan, seat: WebSeat) -> None:
        """Question and answer of a chat, the settling sentence of a mail."""
        phrases = self._speeches.languages[persona.language].topics[plan.topic]
        question = phrases.done if contact.channel == Channel.EMAIL else phrases.ask[0]
        await seat.send(SendMessage(contact_id=contact.id, text=question))
        if contact.channel != Channel.EMAIL:
            _, reply = people.hear(persona, self._cast.lines[persona.language], people.Talk(), question)
            if reply is not None:
                await self._link.report(ReceiveMessage(contact_id=contact.id, text=reply.text))

    async def _part(self, contact: Contact, persona: Persona, plan: Plan, seat: WebSeat) -> None:
        await self._event(contact.id, "ConnectionCleared", "customer")
        self._at(plan.wrap_s, lambda: self._wrap(contact, persona, plan, seat))

    async def _wrap(self, contact: Contact, persona: Persona, plan: Plan, seat: WebSeat) -> None:
        seen, walks = self._walks.end(contact.id)
        wrap = WrapUpContact(
            contact_id=contact.id,
            category=plan.category,
            result=plan.result,
            note=plan.note,
            path=seen.path,
            deviations=seen.deviations,
            walks=walks,
        )
        await seat.send(wrap)
        if persona.rating is not None and contact.channel not in (Channel.EMAIL, Channel.ALARM):
            score = RecordSatisfaction(contact_id=contact.id, score=persona.rating)
            self._at(self._draw(SURVEY_S), lambda: _report(self._link, score), quiet=True)


def _can(agent: Agent, contact: Contact) -> bool:
    lines = {contact.group, *contact.overflow_groups}
    return contact.language in agent.languages and not lines.isdisjoint(agent.groups)


async def _send(seat: WebSeat, command: Command) -> None:
    await seat.send(command)


async def _report(link: WebSeat, command: Command) -> None:
    await link.report(command)


async def play(
    url: str,
    logins: Logins,
    folder: Path,
    known: Sequence[Known],
    how: Floorful,
    until: datetime,
    budget_s: float,
    progress: Callable[[datetime, int], None],
) -> Played:
    """Play on a server whose clock stands at the start. Declined, Offline."""
    seats = [await WebSeat.open(url, *login) for login in (logins.observer, logins.link, *logins.colleagues)]
    try:
        morning = Morning(seats[0], seats[1], seats[2:], folder, known, how)
        return await morning.play(until, budget_s, progress)
    finally:
        for seat in seats:
            await seat.close()
