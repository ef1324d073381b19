"""How a robot colleague handles one contact that is connected to them, on the phone or in writing."""

from __future__ import annotations

from agent_tui.blueprints.run import Filled
from agent_tui.domain.commands import (
    AddNote,
    ClearContact,
    HoldContact,
    PerformAction,
    RaiseWorkOrder,
    RecordWalk,
    RetrieveContact,
    SendMessage,
    VerifyCaller,
    WrapUpContact,
)
from agent_tui.domain.contact import TEXT_CHANNELS, Channel, Contact, ContactState, Verified
from agent_tui.sim.hands import Hands
from agent_tui.sim.leading import Leading
from agent_tui.sim.plan import CHECKS, Plan, Speech

TYPING_S = (4.0, 14.0)
MAIL_S = (40.0, 120.0)
ALARM_S = (40.0, 150.0)
REPLY_S = 60.0
"""Waits so long for a customer's next message."""
FIRST_HALF, SECOND_HALF = 0.2, 0.2
"""Shares of the talk before verifying, and between that and the action."""
EXTRA_NOTE_SHARE = 0.2


class Handling:
    """One contact, one plan."""

    def __init__(
        self, hands: Hands, contact: Contact, plan: Plan, speech: Speech, name: str, leading: Leading | None = None
    ) -> None:
        """`leading`: through the blueprints of the matter; None where there is none."""
        self._hands, self._contact, self._plan, self._speech, self._name = hands, contact, plan, speech, name
        self._id = contact.id
        self._leading = leading
        self._held = plan.hold_at is None

    async def run(self) -> None:
        """Until the customer is gone."""
        if self._contact.channel in TEXT_CHANNELS:
            await self._write()
        elif self._contact.channel == Channel.ALARM:
            await self._hands.pause(self._id, self._hands.rng.uniform(*ALARM_S))
            await self._act()
        else:
            await self._speak()
        if self._plan.order and not self._tried(self._plan.order) and self._hands.live(self._id):
            await self._order()
        if self._contact.channel != Channel.PHONE and self._hands.live(self._id):
            await self._hands.do(ClearContact(contact_id=self._id))
        await self._hands.until_cleared(self._id)

    def _tried(self, what: str | None) -> bool:
        """Whether a blueprint came to this action, or to a work order for this department."""
        return self._leading is not None and what in self._leading.done

    async def wrap_up(self) -> bool:
        """Category, result, a note and what was seen of blueprints. Whether the contact is closed."""
        await self._hands.floor.pace.sleep(self._plan.wrap_s)
        contact = self._hands.mine(self._id)
        walks = self._leading.walks() if self._leading else ()
        if contact is None or contact.state is not ContactState.WRAP_UP:
            for walk in walks:
                await self._hands.do(RecordWalk(contact_id=self._id, walk=walk))
            return False
        note = self._plan.note
        if note and self._hands.rng.random() < EXTRA_NOTE_SHARE:
            await self._hands.do(AddNote(text=note, contact_id=self._id, customer_id=contact.customer_id))
        seen = self._leading.filled() if self._leading else Filled()
        done = WrapUpContact(
            contact_id=self._id,
            category=self._plan.category,
            result=self._plan.result,
            note=note,
            path=seen.path,
            deviations=seen.deviations,
            walks=walks,
        )
        return (await self._hands.do(done)).applied

    # ---- on the phone -------------------------------------------------------------------------------------------

    async def _speak(self) -> None:
        """As the blueprint leads, and what it did not come to afterwards; the customer hangs up."""
        if self._plan.hasty:
            await self._act()
        if self._leading is None:
            await self._by_heart()
            return
        await self._leading.run(self._between)
        if not self._plan.hasty and not self._tried(self._plan.action):
            await self._act()

    async def _between(self, seconds: float) -> None:
        """Between two nodes: perhaps the customer is put on hold, once."""
        if (
            not self._held
            and self._hands.live(self._id)
            and seconds >= self._plan.talk_s * (self._plan.hold_at or 0.0)
        ):
            self._held = True
            await self._hold()

    async def _by_heart(self) -> None:
        """Without a blueprint: verify early, act in the middle, perhaps hold."""
        talk = self._plan.talk_s
        if not await self._hands.pause(self._id, talk * FIRST_HALF):
            return
        await self._verify()
        if self._plan.hold_at is not None and await self._hands.pause(self._id, talk * FIRST_HALF):
            await self._hold()
        if not self._plan.hasty and await self._hands.pause(self._id, talk * SECOND_HALF):
            await self._act()

    async def _hold(self) -> None:
        if (await self._hands.do(HoldContact(contact_id=self._id))).applied:
            await self._hands.pause(self._id, self._plan.hold_s)
            contact = self._hands.mine(self._id)
            if contact is not None and contact.state is ContactState.HOLD:
                await self._hands.do(RetrieveContact(contact_id=self._id))

    async def _verify(self) -> None:
        degree = self._plan.degree
        if degree is not Verified.NONE and self._hands.live(self._id):
            await self._hands.do(VerifyCaller(contact_id=self._id, degree=degree, checks=CHECKS[degree.value]))

    async def _act(self) -> bool:
        """Try the action of the plan; the policy decides. Whether there was nothing to do or it was done."""
        plan, customer = self._plan, self._contact.customer_id
        if plan.action is None or customer is None or not self._hands.live(self._id):
            return True
        command = PerformAction(
            action=plan.action,
            customer_id=customer,
            contact_id=self._id,
            product_id=plan.product_id,
            amount_minor=plan.amount_minor,
            reason=self._speech.notes[plan.topic][0],
        )
        return await self._hands.attempt(command, plan.action, plan.amount_minor)

    async def _order(self) -> None:
        note = self._speech.notes[self._plan.topic][0]
        command = RaiseWorkOrder(
            group=self._plan.order or "",
            title=self._contact.subject[:40] or note[:40],
            text=note,
            contact_id=self._id,
            customer_id=self._contact.customer_id,
        )
        await self._hands.attempt(command, "raise_work_order")

    # ---- in writing ---------------------------------------------------------------------------------------------

    async def _write(self) -> None:
        """A chat: greet, ask, verify, act, say what became of it, close. A mail: look into it, act, answer."""
        if self._contact.channel == Channel.EMAIL:
            await self._mail()
            return
        if self._leading is not None:
            await self._write_led(self._leading)
            return
        phrases = self._speech.topics[self._plan.topic]
        for text in (self._speech.greet.replace("{agent}", self._name), *phrases.ask):
            if not await self._tell(text):
                return
        if self._plan.degree is not Verified.NONE:
            if not await self._tell(self._speech.verify):
                return
            await self._verify()
        done = await self._act()
        if await self._tell(phrases.done if done else self._speech.refused):
            await self._tell(self._speech.close)

    async def _write_led(self, leading: Leading) -> None:
        """A chat as the blueprint leads; what it did not come to is done afterwards."""

        async def nothing(_: float) -> None:
            """Nobody is put on hold in writing."""

        await leading.run(nothing, self._tell)
        done = self._tried(self._plan.action) or await self._act()
        await self._tell(self._speech.close if done else self._speech.refused)

    async def _mail(self) -> None:
        await self._hands.pause(self._id, self._hands.rng.uniform(*MAIL_S))
        await self._verify()
        body = self._speech.topics[self._plan.topic].done if await self._act() else self._speech.refused
        await self._tell(self._speech.mail.replace("{body}", body), wait=False)

    async def _tell(self, text: str, *, wait: bool = True) -> bool:
        """Type and send, then wait for the customer's answer. Whether the contact is still live."""
        if not await self._hands.pause(self._id, self._hands.rng.uniform(*TYPING_S)):
            return False
        heard = self._heard()
        await self._hands.do(SendMessage(contact_id=self._id, text=text))
        if wait:

            def gone() -> bool:
                return not self._hands.live(self._id) or self._heard() > heard

            await self._hands.sleep(REPLY_S, REPLY_S, unless=gone)
        return self._hands.live(self._id)

    def _heard(self) -> int:
        """Messages of the customer so far."""
        thread = self._hands.floor.thread(self._id)
        return sum(1 for message in thread.messages if message.author == "customer") if thread else 0
