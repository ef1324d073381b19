"""The whole protocol as people, lines and time may play it: every rule is something that happens, in any order.

At each step and in the end the rules of `chaos.judge` decide, the same that judge campaigns of real processes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from itertools import count
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from agent_tui.domain.approval import Approval
from agent_tui.domain.commands import (
    AddNote,
    AskAboutArticle,
    Command,
    DecideApproval,
    HandOver,
    PerformAction,
    RaiseWorkOrder,
    ReadBulletin,
    RequestApproval,
    SendMessage,
    SetAgentState,
    WrapUpContact,
)
from agent_tui.domain.contact import Contact
from agent_tui.domain.knowledge import Bulletin
from agent_tui.domain.ticket import Ticket, TicketKind
from agent_tui.server import audit
from agent_tui.store import index, read
from agent_tui.wire.feed import parse_cursor
from chaos import judge
from chaos.robot import letters
from tests.protocol import wording
from tests.protocol.office import CONTACTS, SEATS, Desk, Dials, Office
from tests.server import engines

FATES = ("ok", "ok", "request_lost", "answer_lost", "twice", "held")
ALONE_MINOR = {"a1": 5_000, "a2": 5_000}
"""Fen of fees a person of level 2 may waive alone for one customer in a day."""
IN_THE_END = (
    judge.at_most_once,
    judge.applied_means_done,
    judge.never_lost,
    judge.told_the_truth,
    judge.receipts_stand,
    judge.receipts_kept,
    judge.signed_by_others,
    judge.undone_is_said,
)

desks = st.sampled_from([seat.name for seat in SEATS])
fates = st.lists(st.sampled_from(FATES), max_size=6)
contacts = st.sampled_from(CONTACTS)
changes = st.lists(st.integers(0, 35), max_size=4)
INDEXED_S = 10.0
LOOP = asyncio.new_event_loop()


def violations(office: Office) -> list[str]:
    """Everything that is wrong in an office where nothing happens any more."""
    found = office.evidence()
    wrong = [line for law in IN_THE_END for line in law(found)]
    wrong += judge.limits_held(found, office.services.db.read_now(judge.fees), ALONE_MINOR)
    wrong += office.services.db.read_now(lambda tx: list(judge.ledger_whole(tx)))
    for desk in office.desks.values():
        wrong += office.differences(desk)
    return wrong


class Protocol(RuleBasedStateMachine):
    """One office from opening to closing time."""

    engine = "sqlite"

    def __init__(self) -> None:
        super().__init__()
        self.office: Office | None = None
        self.words = count(1)
        self.cursors: dict[str, tuple[str, int]] = {}

    @initialize()
    def open(self) -> None:
        with engines.chosen(self.engine):
            self.office = Office()

    def teardown(self) -> None:
        if self.office is None:
            return
        try:
            self.play(self.office.settle())
            assert not (wrong := violations(self.office)), "\n".join(wrong)
            assert self.office.services.db.read_now(audit.verify).ok
        finally:
            self.office.close()

    def play(self, doing: Awaitable[Any]) -> None:
        async def play() -> None:
            await doing

        LOOP.run_until_complete(play())

    def desk(self, name: str) -> Desk:
        assert self.office is not None
        return self.office.desks[name]

    def word(self) -> str:
        return f"w{letters(next(self.words))}z"

    # ---- people --------------------------------------------------------------------------------------------------

    @rule(name=desks, contact=contacts, offline=st.booleans())
    def note(self, name: str, contact: str, offline: bool) -> None:
        self.desk(name).submit(AddNote(text=self.word(), contact_id=contact), offline=offline)

    @rule(name=desks, contact=contacts, offline=st.booleans())
    def wrap_up(self, name: str, contact: str, offline: bool) -> None:
        desk = self.desk(name)
        seen = desk.contact(contact)
        command = WrapUpContact(contact_id=contact, category="card_loss", result="answered", note=self.word())
        desk.submit(command, if_match=seen.version if seen else None, offline=offline)

    @rule(name=desks, contact=contacts)
    def write(self, name: str, contact: str) -> None:
        self.desk(name).submit(SendMessage(contact_id=contact, text=self.word()))

    @rule(name=desks, offline=st.booleans())
    def pass_on(self, name: str, offline: bool) -> None:
        self.desk(name).submit(RaiseWorkOrder(group="cards", title=self.word(), text="look"), offline=offline)

    @rule(name=desks, ready=st.booleans())
    def turn(self, name: str, ready: bool) -> None:
        state = SetAgentState(state="ready") if ready else SetAgentState(state="not_ready", reason="meal")
        self.desk(name).submit(state)

    @rule(name=desks, customer=st.sampled_from(("c1", "c2")), minor=st.sampled_from((900, 2_600, 5_100)))
    def waive(self, name: str, customer: str, minor: int) -> None:
        self.desk(name).submit(self._fee(self.desk(name), customer, minor))

    @rule(name=desks, customer=st.sampled_from(("c1", "c2")))
    def ask(self, name: str, customer: str) -> None:
        act = self._fee(self.desk(name), customer, 9_000)
        self.desk(name).submit(RequestApproval(command=act, reason=act.reason))

    def _fee(self, desk: Desk, customer: str, minor: int) -> PerformAction:
        return PerformAction(
            action="waive_fee",
            customer_id=customer,
            contact_id=f"k-{desk.seat.agent_id}-{customer}",
            amount_minor=minor,
            reason=self.word(),
        )

    @rule(name=desks, n=st.integers(0, 2), sign=st.booleans())
    def decide(self, name: str, n: int, sign: bool) -> None:
        """Of what this desk shows; its maker may try too."""
        shown = [a for a in read.every(self.desk(name).cache, Approval) if a.open]
        if shown:
            self.desk(name).submit(decision_on(shown[n % len(shown)], sign))

    # ---- people and what outlives a contact ----------------------------------------------------------------------

    @rule(name=desks, complaint=st.sampled_from((None, "general")), offline=st.booleans())
    def open_ticket(self, name: str, complaint: str | None, offline: bool) -> None:
        customer = "c1" if complaint else None
        order = RaiseWorkOrder(
            group="cards", title=self.word(), text="T0000042", customer_id=customer, complaint=complaint
        )
        self.desk(name).submit(order, offline=offline)

    @rule(name=desks, n=st.integers(0, 5), state=st.sampled_from(wording.MOVES), seen=st.booleans())
    def move_ticket(self, name: str, n: int, state: str, seen: bool) -> None:
        """Taken up, given back, answered, closed: of what this desk shows, whoever has it in hand."""
        shown = read.every(self.desk(name).cache, Ticket)
        if shown:
            ticket = shown[n % len(shown)]
            command = wording.move(ticket, state, self.word())
            self.desk(name).submit(command, if_match=ticket.version if seen else None)

    @rule(name=desks, n=st.integers(0, 5), action=st.sampled_from(("close_complaint", "escalate_complaint")))
    def settle_complaint(self, name: str, n: int, action: str) -> None:
        shown = [t for t in read.every(self.desk(name).cache, Ticket) if t.kind is TicketKind.COMPLAINT]
        if shown:
            ticket, args = shown[n % len(shown)], {"level": "serious"} if action == "escalate_complaint" else {}
            act = PerformAction(action=action, customer_id="c1", ticket_id=ticket.id, reason=self.word(), args=args)
            self.desk(name).submit(act)

    @rule(name=desks, n=st.integers(0, 5), offline=st.booleans())
    def note_on_ticket(self, name: str, n: int, offline: bool) -> None:
        shown = read.every(self.desk(name).cache, Ticket)
        if shown:
            note = AddNote(text=self.word(), ticket_id=shown[n % len(shown)].id)
            self.desk(name).submit(note, offline=offline)

    @rule(name=desks, what=st.sampled_from(("hand_over", "ask")))
    def leave(self, name: str, what: str) -> None:
        word = self.word()
        asked = AskAboutArticle(article_id=wording.ARTICLE, text=word)
        self.desk(name).submit(HandOver(title=word, text="late") if what == "hand_over" else asked)

    @rule(what=st.sampled_from(("bulletin", "article", "withdraw", "retire")))
    def tell(self, what: str) -> None:
        """The supervisor speaks for a department."""
        self.desk("d4").submit(wording.told(what, self.word()))

    @rule(name=desks, acknowledge=st.booleans())
    def read_news(self, name: str, acknowledge: bool) -> None:
        for bulletin in read.every(self.desk(name).cache, Bulletin):
            news = ReadBulletin(bulletin_id=bulletin.id, revision=bulletin.revision, acknowledge=acknowledge)
            self.desk(name).submit(news)

    # ---- the line ------------------------------------------------------------------------------------------------

    @rule(name=desks, fates=fates)
    def send(self, name: str, fates: list[str]) -> None:
        self.play(self.desk(name).send(fates))

    @rule(name=desks)
    def send_well(self, name: str) -> None:
        self.play(self.desk(name).send())

    @rule(name=desks)
    def release(self, name: str) -> None:
        if self.desk(name).line.held:
            self.desk(name).line.release()

    @rule(name=desks, limit=st.sampled_from((1, 3, 500)))
    def fetch(self, name: str, limit: int) -> None:
        assert self.office is not None
        self.office.counter.limit = limit
        self.play(self.desk(name).fetch())
        self.office.counter.limit = 500

    @rule(name=desks, n=st.integers(0, 5), again=st.booleans())
    def deliver(self, name: str, n: int, again: bool) -> None:
        if self.desk(name).pages:
            self.desk(name).deliver(n, again=again)

    @rule(name=desks, limit=st.sampled_from((5, 20, 500)), breaks=st.integers(0, 12), elsewhere=changes)
    def snapshot(self, name: str, limit: int, breaks: int, elsewhere: list[int]) -> None:
        """From the start; broken off after some pages, or not, while rows change."""
        assert self.office is not None
        office, waiting = self.office, list(elsewhere)
        office.counter.limit = limit
        fates = ["ok"] * breaks + ["request_lost"]
        self.play(self.desk(name).snapshot(fates, lambda: office.change(waiting.pop()) if waiting else None))
        office.counter.limit = 500

    @rule(name=desks)
    def index(self, name: str) -> None:
        """Nobody pressed a key for a while: search learns what came."""
        while index.step(self.desk(name).cache, INDEXED_S):
            pass

    # ---- the world -----------------------------------------------------------------------------------------------

    @rule(seconds=st.sampled_from((0.5, 3.0, 12.0)))
    def wait(self, seconds: float) -> None:
        Dials.now += seconds

    @rule(name=desks)
    def crash(self, name: str) -> None:
        self.desk(name).crash()

    @rule(contact=contacts, agent=st.sampled_from(("a1", "a2")), group=st.sampled_from(("cards", "loans")))
    def move(self, contact: str, agent: str, group: str) -> None:
        """Somebody else takes a contact: it leaves one person's sight and comes into another's."""
        import msgspec

        assert self.office is not None
        row = self.office.read(Contact, contact)
        self.office.write(msgspec.structs.replace(row, agent_id=agent, group=group))

    @rule(elsewhere=changes)
    def change(self, elsewhere: list[int]) -> None:
        """Tickets, bulletins, articles, reasons of contact and blueprints change, the same one again and again."""
        assert self.office is not None
        for n in elsewhere:
            self.office.change(n)

    @rule(agent=st.sampled_from(("a1", "a2")), groups=st.sets(st.sampled_from(("cards", "loans"))))
    def regrant(self, agent: str, groups: set[str]) -> None:
        assert self.office is not None
        self.office.regroup(agent, tuple(sorted(groups)))

    @rule()
    def compact(self) -> None:
        assert self.office is not None
        self.office.compact()

    @rule()
    def change_epoch(self) -> None:
        assert self.office is not None
        self.office.change_epoch()

    # ---- always --------------------------------------------------------------------------------------------------

    @precondition(lambda self: self.office is not None)
    @invariant()
    def nothing_is_said_before_it_is_so(self) -> None:
        """I3 and I7 at every moment: `applied` was told of what is applied; no cursor goes back."""
        assert self.office is not None
        for desk in self.office.desks.values():
            for fact in desk.facts:
                if fact.get("outcome") == "applied" and not fact.get("checked"):
                    assert self._stored(fact["id"]) == "applied", fact
                    fact["checked"] = True
            self._look_at_cursor(desk)

    def _stored(self, id: str) -> str:
        assert self.office is not None
        row = self.office.services.db.read_now(lambda tx: tx.one("command_get", id=id))
        return row["outcome"] if row else ""

    def _look_at_cursor(self, desk: Desk) -> None:
        if not desk.cache.cursor:
            self.cursors.pop(desk.seat.name, None)
            return
        cursor = parse_cursor(desk.cache.cursor)
        epoch, seq = self.cursors.get(desk.seat.name, (cursor.epoch, 0))
        assert cursor.epoch != epoch or cursor.seq >= seq
        self.cursors[desk.seat.name] = (cursor.epoch, cursor.seq)


class OnPostgres(Protocol):
    """The same with its ledger on PostgreSQL."""

    engine = "postgres"


def decision_on(approval: Approval, sign: bool = True) -> Command:
    """As a desk makes it that shows the request."""
    return DecideApproval(
        approval_id=approval.id,
        decision="sign" if sign else "refuse",
        payload_hash=approval.payload_hash,
        target_version=approval.target_version,
        reason="" if sign else "no",
    )
