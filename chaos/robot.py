"""What a robot does at its desk: every class of command there is, whatever the line is like, as fast as a hasty person."""

from __future__ import annotations

import asyncio
import contextlib
import random

from agent_tui.desk import views
from agent_tui.desk.desk import Desk
from agent_tui.desk.door import Submitted
from agent_tui.domain.agent import AgentState
from agent_tui.domain.commands import (
    AcceptContact,
    AddNote,
    ClearContact,
    Command,
    DecideApproval,
    HoldContact,
    PerformAction,
    RaiseWorkOrder,
    RecallFromBreak,
    RequestApproval,
    RetrieveContact,
    RevealField,
    SendMessage,
    SendNotice,
    SetAgentState,
    VerifyCaller,
    WrapUpContact,
)
from agent_tui.domain.contact import TEXT_CHANNELS, Contact, ContactState, Verified
from agent_tui.domain.customer import Secret
from agent_tui.errors import AgentTuiError
from chaos.clerk import Clerk
from chaos.diary import Diary
from chaos.place import ALONE_MINOR, CUSTOMERS, PASSWORD, Seat

PAUSE_S = (0.02, 0.3)
ON_DISK_S = 0.3
"""What was typed this long ago is looked for on the disk,"""
PATIENCE_S = 3.0
"""and again after this, since the machine may be busy."""
FEE_MINOR = (500, 900, 1_500, 2_600)
ABOVE_MINOR = (5_100, 9_000, 31_000)
"""What must be signed, for whoever may not do so much alone."""
SETTLE_S = 20.0
DRAFT = "note:chaos"
PATIENT_UNTIL = 40
TICKETS = 0.2
"""Of its turns, those in which a robot also does something with tickets and news."""


def letters(n: int) -> str:
    """A number in letters, since digits might be taken for a card's and be scrubbed."""
    return "".join(chr(ord("a") + int(digit)) for digit in str(n))


class Robot:
    """Works until it is cancelled, or the process is killed."""

    def __init__(self, desk: Desk, diary: Diary, seat: Seat, run: int, rng: random.Random, wipes: int = 0) -> None:
        """`wipes`: how often this desk was wiped before."""
        self._desk, self._diary, self._seat, self._rng, self._wipes = desk, diary, seat, rng, wipes
        self._name = f"x{seat.name[1:]}r{letters(run)}n"
        self._n = 0
        self._typed = ""
        self._settling: set[asyncio.Task[None]] = set()
        self._over = False
        self._handled: list[str] = []
        self._clerk = Clerk(desk, seat, rng, self._submit, self.token)

    def token(self) -> str:
        """A word nobody else ever writes: it is found as often as what was asked for came true."""
        self._n += 1
        return f"{self._name}{letters(self._n)}z"

    async def work(self) -> None:
        while True:
            await self._turn()
            await asyncio.sleep(self._rng.uniform(*PAUSE_S))

    async def _turn(self) -> None:
        self._type()
        if len(self._desk.view(views.PendingWork())) > PATIENT_UNTIL:
            return  # with so much unsent nobody begins anything new
        if self._rng.random() < TICKETS:
            self._clerk.turn()
        if self._seat.supervisor:
            await self._oversee()
            return
        me = self._desk.view(views.StatusOf()).me
        if me is not None and me.state in (AgentState.LOGGED_OFF, AgentState.NOT_READY):
            self._submit(SetAgentState(state="ready"))
            await asyncio.sleep(0.5)
        for seen in self._desk.view(views.MyContacts()):
            # What is under way about a contact is waited for, as a person would; a note can always be written.
            if not seen.pending:
                await self._handle(seen.contact)
            elif self._rng.random() < 0.3:
                self._note(contact_id=seen.contact.id)
        if self._rng.random() < 0.3:
            self._write()

    # ---- what an agent does --------------------------------------------------------------------------------------

    async def _handle(self, contact: Contact) -> None:
        match contact.state:
            case ContactState.ALERTING:
                self._submit(AcceptContact(contact_id=contact.id))
                await asyncio.sleep(0.2)
            case ContactState.CONNECTED:
                await self._talk(contact)
            case ContactState.HOLD:
                self._submit(RetrieveContact(contact_id=contact.id))
                await asyncio.sleep(0.2)
            case ContactState.WRAP_UP:
                self._wrap_up(contact)
                await asyncio.sleep(0.3)

    async def _talk(self, contact: Contact) -> None:
        self._handled = [*self._handled, contact.id][-20:]
        if contact.customer_id and contact.verified is Verified.NONE:
            self._submit(VerifyCaller(contact_id=contact.id, degree=Verified.FULL, checks=("id_tail", "card_tail")))
            await asyncio.sleep(0.3)
            return
        drawn = self._rng.random()
        if drawn < 0.3:
            self._note(contact_id=contact.id)
        elif drawn < 0.5 and contact.channel in TEXT_CHANNELS:
            word = self.token()
            self._submit(SendMessage(contact_id=contact.id, text=word), token=word)
        elif drawn < 0.8 and contact.customer_id:
            self._act(contact)
        elif drawn < 0.84 and contact.customer_id:
            self._reveal(contact)
        elif drawn < 0.9:
            self._submit(HoldContact(contact_id=contact.id))
            await asyncio.sleep(0.2)
        elif drawn < 0.95:
            self._submit(ClearContact(contact_id=contact.id))
            await asyncio.sleep(0.3)

    def _act(self, contact: Contact) -> None:
        """Money: what one may do alone, or what somebody must sign."""
        assert contact.customer_id is not None
        word = self.token()
        above, alone = self._rng.random() < 0.5, ALONE_MINOR.get(self._seat.agent_id, 0)
        act = PerformAction(
            action="waive_fee",
            customer_id=contact.customer_id,
            contact_id=contact.id,
            product_id=f"{contact.customer_id}-card",
            amount_minor=self._rng.choice([minor for minor in ABOVE_MINOR if minor > alone] if above else FEE_MINOR),
            reason=word,
        )
        self._submit(RequestApproval(command=act, reason=word) if above else act, token=word)

    def _reveal(self, contact: Contact) -> None:
        assert contact.customer_id is not None
        self._submit(
            RevealField(
                customer_id=contact.customer_id, field=Secret.PHONE, purpose="call back", contact_id=contact.id
            )
        )

    def _wrap_up(self, contact: Contact) -> None:
        categories = self._desk.view(views.Categories(group=contact.group)) or self._desk.view(views.Categories())
        if not categories:
            return
        category, word = categories[0], self.token()
        command = WrapUpContact(contact_id=contact.id, category=category.id, result=category.results[0], note=word)
        self._submit(command, token=word, if_match=contact.version if self._rng.random() < 0.5 else None)

    def _write(self) -> None:
        """What may wait for a line: notes about earlier contacts, work orders."""
        if self._handled and self._rng.random() < 0.7:
            self._note(contact_id=self._rng.choice(self._handled))
        else:
            word = self.token()
            self._submit(RaiseWorkOrder(group="merchant_ops", title=word, text="please look"), token=word)

    def _note(self, contact_id: str | None = None, customer_id: str | None = None) -> None:
        word = self.token()
        self._submit(AddNote(text=word, contact_id=contact_id, customer_id=customer_id), token=word)

    # ---- what a supervisor does ----------------------------------------------------------------------------------

    async def _oversee(self) -> None:
        for seen in self._desk.view(views.Approvals()):
            if seen.part == "sign" and seen.cannot is None and seen.approval.open:
                await self._decide(seen)
        drawn = self._rng.random()
        if drawn < 0.15:
            self._note(customer_id=f"c{self._rng.randrange(CUSTOMERS)}")
        elif drawn < 0.25:
            word = self.token()
            self._submit(SendNotice(text=word), token=word)
        elif drawn < 0.28:
            self._submit(RecallFromBreak())
        await asyncio.sleep(self._rng.uniform(*PAUSE_S))

    async def _decide(self, seen: views.ApprovalView) -> None:
        with contextlib.suppress(AgentTuiError):
            await self._desk.step_up(PASSWORD)
        approval, sign = seen.approval, self._rng.random() < 0.8
        command = DecideApproval(
            approval_id=approval.id,
            decision="sign" if sign else "refuse",
            payload_hash=approval.payload_hash,
            target_version=approval.target_version,
            reason="" if sign else "not justified",
        )
        self._submit(command)
        await asyncio.sleep(0.5)

    # ---- what any desk does --------------------------------------------------------------------------------------

    def _submit(self, command: Command, *, token: str = "", if_match: int | None = None) -> None:
        kind = type(command).__name__
        self._diary.write("meant", type=kind, token=token)
        answer = self._desk.submit(command, if_match=if_match)
        if not isinstance(answer, Submitted):
            self._diary.write("declined", type=kind, why=answer.why.key)
            return
        boxes = self._desk.journal.boxes
        self._diary.write(
            "kept",
            id=answer.id,
            type=kind,
            token=token,
            offline=answer.offline,
            wipes=self._wipes,
            boxed=boxes is not None and boxes.ready,
        )
        task = asyncio.create_task(self._settle(answer.id))
        self._settling.add(task)
        task.add_done_callback(self._settling.discard)

    async def _settle(self, command_id: str) -> None:
        outcome = await self._desk.settle(command_id, SETTLE_S)
        if outcome is not None:
            self._diary.write("told", id=command_id, outcome=outcome.outcome)

    def _type(self) -> None:
        """One more letter of a text that is never sent."""
        self._typed = self._desk.draft(DRAFT) + self._rng.choice("abcdefghij")
        if len(self._typed) > 60:
            self._diary.write("draft_dropped")
            self._desk.drop_draft(DRAFT)
            return
        kept = self._desk.keep_draft(DRAFT, self._typed)
        asyncio.get_running_loop().call_later(ON_DISK_S, self._look_at_draft, kept, PATIENCE_S)

    def stop(self) -> None:
        """The desk was closed, or wiped: there is nothing to look at any more."""
        self._over = True
        for task in self._settling:
            task.cancel()

    def _look_at_draft(self, kept: str, patience_s: float) -> None:
        """What is on disk is asked for at every later start. What is not, because the disk is full, must be said."""
        if self._over or not self._desk.draft(DRAFT).startswith(kept):
            return  # dropped meanwhile
        if any(text.startswith(kept) for _, text, _ in self._desk.journal.drafts()):
            self._diary.write("typed", text=kept, wipes=self._wipes)
        elif patience_s > 0:
            asyncio.get_running_loop().call_later(patience_s, self._look_at_draft, kept, 0.0)
        elif self._desk.sight.link.alert is None:
            self._diary.write("lie", what=f"{kept!r} is not on disk, and nobody says so,")
