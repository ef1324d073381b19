"""A robot colleague: signs in, takes what is offered, handles it plausibly, wraps up, rests, comes back when called.

Works through the public API like everybody; sees the floor through the shared observer's feed.
"""

from __future__ import annotations

from agent_tui.domain.agent import Agent, AgentState
from agent_tui.domain.commands import AcceptContact, SetAgentState
from agent_tui.domain.contact import LIVE_STATES, TEXT_CHANNELS, Channel, Contact, ContactState
from agent_tui.domain.customer import Customer
from agent_tui.sim import plan as planning
from agent_tui.sim.cast import Cast
from agent_tui.sim.floor import Floor
from agent_tui.sim.handling import Handling
from agent_tui.sim.hands import Hands
from agent_tui.sim.leading import Leading
from agent_tui.sim.office import Office
from agent_tui.sim.plan import Plan, Speech, Speeches
from agent_tui.sim.scripts import Scripts, opening
from agent_tui.sim.seat import Seat

NOTICE_S = (1.0, 4.5)
"""From the ring to the key."""
BREAK_AFTER_S = (2400.0, 5400.0)
BREAK_S = (240.0, 600.0)
RETURN_S = (5.0, 40.0)
"""From a supervisor's recall, a missed offer or the start of the shift to being ready."""

LED = frozenset({Channel.PHONE, *TEXT_CHANNELS}) - {Channel.EMAIL}
"""Channels with a conversation, which a blueprint leads."""


class Colleague:
    """One robot at one desk."""

    def __init__(
        self,
        seat: Seat,
        floor: Floor,
        office: Office,
        cast: Cast,
        speeches: Speeches,
        seed: int,
        scripts: Scripts | None = None,
    ) -> None:
        """`scripts`: the blueprints it is led by; without them it works by heart."""
        self.hands = Hands(seat, floor, seed)
        self.id = seat.agent_id
        self.handled = 0
        self._floor, self._office, self._cast, self._speeches = floor, office, cast, speeches
        self._scripts = scripts
        self._break_due = self._later(*BREAK_AFTER_S)
        self._leaving = False
        self._answering = ("", 0)
        """The offer that was answered last: contact and how often it had been requeued."""

    def _later(self, low: float, high: float) -> float:
        return self._floor.pace.now().timestamp() + self.hands.rng.uniform(low, high)

    async def work(self) -> None:
        """The shift, until cancelled."""
        self._office.colleagues.add(self.id)
        await self._floor.ready.wait()
        while not self._leaving:
            self.hands.arm()
            me = self._floor.agent(self.id)
            if me is None or not await self._next(me):
                await self.hands.rung()

    async def leave(self) -> None:
        """The shift is over: finish what is at hand, then log off."""
        self._leaving = True
        await self.hands.do(SetAgentState(state="logged_off"))

    async def _next(self, me: Agent) -> bool:
        """One step from the state I am in. Whether there was one to take."""
        found = (self._floor.contact(id) for id in me.contacts)
        contact = next((c for c in found if c is not None), None)
        if contact is not None:
            return await self._with(contact)
        if me.state is AgentState.LOGGED_OFF:
            await self.hands.sleep(*RETURN_S)
            return await self._become(me, SetAgentState(state="ready"))
        if me.state is AgentState.NOT_READY:
            return await self._rest(me)
        if me.state is AgentState.READY and self._floor.pace.now().timestamp() > self._break_due:
            self._break_due = self._later(*BREAK_AFTER_S)
            return await self._become(me, SetAgentState(state="not_ready", reason="break"))
        return False

    async def _become(self, me: Agent, command: SetAgentState) -> bool:
        """Change state and wait until the floor shows it. Whether it did."""
        done = (await self.hands.do(command)).applied
        if done:
            await self.hands.see(lambda: (self._floor.agent(self.id) or me).version > me.version)
        return done

    async def _rest(self, me: Agent) -> bool:
        """Come back from a break, soon when recalled or when an offer was missed."""
        resting = me.reason in ("break", "meal")
        await self.hands.sleep(*(BREAK_S if resting else RETURN_S), unless=self._recalled)
        if resting and self._recalled():
            await self.hands.sleep(*RETURN_S)
        return await self._become(self._floor.agent(self.id) or me, SetAgentState(state="ready"))

    def _recalled(self) -> bool:
        me = self._floor.agent(self.id)
        return me is not None and me.reason == "recalled"

    async def _with(self, contact: Contact) -> bool:
        """The next step of a contact; False when it waits for somebody else."""
        consulted = contact.consult is not None and contact.consult.to_id == self.id
        if consulted:
            return (
                contact.consult is not None and contact.consult.state == "initiated" and await self._accept(contact)
            )
        if contact.agent_id != self.id:
            return False
        if contact.state is ContactState.ALERTING:
            return contact.request is None and await self._accept(contact)
        if contact.state in LIVE_STATES or contact.state is ContactState.WRAP_UP:
            await self._handle(contact)
            return True
        return False

    async def _accept(self, contact: Contact) -> bool:
        """Answer, once. False: what comes next is the switch's, and it rings."""
        if self._answering == (contact.id, contact.requeues):
            return False
        await self.hands.sleep(*NOTICE_S, since=contact.alerting_at)
        now = self._floor.contact(contact.id)
        if now is None or now.state is not contact.state or now.agent_id != contact.agent_id:
            return True
        self._answering = (contact.id, contact.requeues)
        await self.hands.do(AcceptContact(contact_id=contact.id))
        return False

    async def _handle(self, contact: Contact) -> None:
        handling = self._handling(contact)
        if contact.state in LIVE_STATES:
            await handling.run()
        if await handling.wrap_up():
            self.handled += 1
            await self.hands.see(lambda: not self._holds(contact.id))

    def _holds(self, contact_id: str) -> bool:
        me = self._floor.agent(self.id)
        return me is not None and contact_id in me.contacts

    def _handling(self, contact: Contact) -> Handling:
        spoken = self._speeches.languages
        speech = spoken.get(contact.language) or next(iter(spoken.values()))
        call = self._office.call(contact.id)
        persona = call.persona if call else self._office.remembered(contact.id)
        customer = self._floor.get(Customer, contact.customer_id) if contact.customer_id else None
        plan = planning.make(contact, customer, persona, self._cast, speech, self._floor.categories())
        me = self._floor.agent(self.id)
        leading = self._led(contact, customer, plan, speech)
        return Handling(self.hands, contact, plan, speech, me.name if me else "", leading)

    def _led(self, contact: Contact, customer: Customer | None, plan: Plan, speech: Speech) -> Leading | None:
        """Through the blueprints of a call or a chat. A mail is answered at once, and an alarm has nobody to talk to."""
        now = self._floor.pace.now()
        if self._scripts is None or contact.channel not in LED:
            return None
        blueprints = self._scripts.opens_with(contact, plan.about, now)
        if not blueprints:
            return None
        me, words = self._floor.agent(self.id), speech.notes[plan.topic][0]
        begun = opening(contact, customer, me, plan, speech.deviations, words, now, self._scripts.today(now))
        return Leading(self.hands, blueprints, begun)
