"""A door over memory: one agent, some contacts, a switch that answers at once. What it is not told, it does not do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import msgspec

from agent_tui.blueprints.model import dump
from agent_tui.blueprints.parse import parse
from agent_tui.config.data import files
from agent_tui.desk import views
from agent_tui.desk.door import Locking, NotSubmitted, Submitted
from agent_tui.desk.effect_views import Effects, EffectView
from agent_tui.desk.found import BulletinOf, Bulletins, BulletinView
from agent_tui.desk.keeper import Opened
from agent_tui.desk.lent_views import Lendable, Lent, LentFor
from agent_tui.desk.offline import refused_offline
from agent_tui.desk.release_views import ReleaseView
from agent_tui.domain import commands as c
from agent_tui.domain.actions import ACTIONS
from agent_tui.domain.agent import Agent, AgentState
from agent_tui.domain.approval import Delegation
from agent_tui.domain.centre import Bundle, Category, Figure, Group, Names, Notice
from agent_tui.domain.contact import OPEN_STATES, Channel, Consult, Contact, ContactState, Message, Why
from agent_tui.domain.customer import Customer, Product, Tier
from agent_tui.domain.knowledge import Article
from agent_tui.domain.rows import Entity
from agent_tui.domain.ticket import Note, Ticket, TicketKind
from agent_tui.errors import Offline
from agent_tui.i18n.message import Msg, msg
from agent_tui.policy.decision import Allow, AllowWithReason, Decision, Deny, NeedsCosign, Reason
from agent_tui.wire.command import Outcome
from agent_tui.wire.session import FoundCustomer
from agent_tui.wire.walks import WalksOf
from tests import eg

ME = "a1"
LIMIT = 5_000


def _reason(zh: str, level: int | None = None) -> Reason:
    return Reason(rule="r", sentences={"zh": zh, "en": f"en:{zh}", "ja": f"ja:{zh}"}, needs_level=level)


class FakeKeeper:
    """`desk.keeper.Keeper` whose password is that of its door."""

    def __init__(self, door: FakeDoor) -> None:
        self._door = door
        self.locked = ""
        self.ended: Msg | None = None
        self.left = 5
        self.covered = 0
        self.lease_s = 43_200.0
        self.left_s = 43_200.0

    def lease_left_s(self) -> float:
        return self.left_s

    def lock(self, why: str) -> None:
        self.locked = why

    async def unlock(self, password: str) -> Opened:
        if password != self._door.password:
            self.left -= 1
            return Opened.WRONG
        if self.locked == "lease":
            return Opened.LEASE
        self.locked = ""
        return Opened.OPEN

    def cover_clear(self) -> None:
        self.covered += 1


class FakeDoor:
    """`desk.door.Door` for tests; `sent` remembers what was submitted."""

    def __init__(self, rows: int = 12, name: str = "张•", subject: str = "POS 机刷卡没有反应，店里等着用") -> None:
        self.now: datetime = eg.NOW
        self.online = True
        self.keeper: Locking = FakeKeeper(self)
        self.sent: list[c.Command] = []
        self.seen: Entity | None = None
        """What the last command was decided on."""
        self.drafts: dict[str, str] = {}
        self.effects: tuple[EffectView, ...] = ()
        self.lent_to_me: Lent | None = None
        """What makes mine to do alone whatever others would have to sign."""
        self.lendable: int | None = 200_000
        self.walks: dict[str, WalksOf] = {}
        self.wordings: dict[str, Bundle] = {}
        self.articles: tuple[Article, ...] = ()
        self.bulletins: tuple[BulletinView, ...] = ()
        self.releases: tuple[ReleaseView, ...] = ()
        self.pending: list[views.Pending] = []
        self.unconfirmed: dict[str, tuple[views.Pending, ...]] = {}
        """By customer."""
        self.reveals: list[views.Reveal] = []
        self.messages: dict[str, tuple[Message, ...]] = {}
        self.bundles: tuple[Bundle, ...] = shipped()
        self.notices: tuple[Notice, ...] = ()
        self.refuse: dict[type, Reason] = {}
        self.password = "right"
        self.approvals: list[views.ApprovalView] = []
        self.delegations: tuple[Delegation, ...] = ()
        self.step_up_left = 0.0
        self.outcomes: list[Outcome] = []
        """Answers to the next commands, before the usual ones."""
        self.me: Agent = eg.agent(ME, state=AgentState.NOT_READY, reason="break")
        self.people = (self.me, eg.agent("a3", name="王芳", level=3), eg.agent("a4", name="李强", level=4))
        self.customers: dict[str, Customer] = {"c1": _customer("c1", name)}
        self.contacts: dict[str, Contact] = {}
        self.tickets: dict[str, Ticket] = {
            "t1": eg.ticket(title="商户结算未到账", customer_id="c1", due_at=eg.at(600))
        }
        self.notes: tuple[Note, ...] = (
            Note(id="n1", text="客户希望下午联系。", at=eg.at(-86_400), author_id="a3", customer_id="c1"),
        )
        self.seq = 0
        self._listeners: list[Callable[[frozenset[str]], None]] = []
        for n in range(rows):
            self.add_waiting(n, subject)

    # ---- scenery ---------------------------------------------------------------------------------------------------

    def add_waiting(self, n: int, subject: str = "信用卡年费", **fields: Any) -> Contact:
        """One more in the queue."""
        given = {
            "channel": list(Channel)[n % 4],
            "customer_id": "c1",
            "name": self.customers["c1"].name,
            "tier": ("vip", "platinum", "gold", "standard")[n % 4],
            "subject": subject,
            "queued_at": self.now - timedelta(seconds=90 - n),
            "why": (Why(key="tui.limit", args={"amount": "1"}),),
        }
        contact = eg.contact(f"q{n}", **{**given, **fields})
        self.contacts[contact.id] = contact
        return contact

    def offer(self, contact_id: str = "q0", channel: Channel = Channel.PHONE) -> None:
        """The router gives a contact to me."""
        self._put(contact_id, state=ContactState.ALERTING, channel=channel, agent_id=ME, alerting_at=self.now)
        self._me(state=AgentState.RESERVED)
        self.tell("contact", "agent")

    def tell(self, *entities: str) -> None:
        """Wake the listeners."""
        for listener in list(self._listeners):
            listener(frozenset(entities))

    def _put(self, contact_id: str, **changes: Any) -> None:
        self.contacts[contact_id] = msgspec.structs.replace(self.contacts[contact_id], **changes)

    def _me(self, **changes: Any) -> None:
        self.me = msgspec.structs.replace(self.me, since=self.now, **changes)

    # ---- the door --------------------------------------------------------------------------------------------------

    def may(self, action: str, *, amount_minor: int | None = None, **about: Any) -> Decision:
        if action == "unblock_card":
            return Deny(reasons=(_reason("解除止付须三级以上", 3),))
        if action == "change_mobile":
            return NeedsCosign(level=3, reasons=(_reason("变更手机号须复核", 3),))
        if action == "waive_fee":
            if amount_minor and amount_minor > LIMIT:
                return NeedsCosign(level=3, reasons=(_reason("本级额度 50.00", 3),), limit_minor=LIMIT)
            return AllowWithReason(limit_minor=LIMIT)
        return Allow()

    def submit(
        self, command: c.Command, *, if_match: int | None = None, seen: Entity | None = None
    ) -> Submitted | NotSubmitted:
        self.seen = seen
        if not self.online and type(command) not in c.OFFLINE:
            return refused_offline(command)
        self.sent.append(command)
        self.seq += 1
        if self.online:
            self._apply(command)
        else:
            self._note_pending(f"k{self.seq}", command, "queued")
        self.tell("contact", "agent", "journal", "thread")
        return Submitted(id=f"k{self.seq}", offline=not self.online)

    async def settle(self, command_id: str, timeout: float = 10.0) -> Outcome | None:
        if self.outcomes:
            return msgspec.structs.replace(self.outcomes.pop(0), id=command_id)
        command = self.sent[-1]
        refused = self.refuse.get(type(command))
        if refused is not None:
            self._note_pending(command_id, command, "refused", refused)
            return Outcome(id=command_id, outcome="refused")
        value = "13812345678" if isinstance(command, c.RevealField) else None
        return Outcome(id=command_id, outcome="applied", value=value, expires_s=60 if value else None)

    def _note_pending(self, id: str, command: c.Command, state: str, reason: Reason | None = None) -> None:
        reasons = (reason.sentences,) if reason else ()
        item = views.Pending(
            id=id, type=type(command).__name__, target=c.target(command), state=state, made_at=self.now,
            summary=msg("tui.form.note"), reasons=reasons,
        )  # fmt: skip
        self.pending.insert(0, item)

    def view(self, query: Any) -> Any:
        answer = getattr(self, f"_view_{type(query).__name__}")
        return answer(query)

    def watch(self, listener: Callable[[frozenset[str]], None]) -> Callable[[], None]:
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def draft(self, key: str) -> str:
        return self.drafts.get(key, "")

    def keep_draft(self, key: str, text: str) -> str:
        self.drafts[key] = text.replace("4111111111111111", "█" * 16)
        return self.drafts[key]

    def drop_draft(self, key: str) -> None:
        for one in [one for one in self.drafts if one == key or one.startswith(f"{key}:")]:
            del self.drafts[one]

    async def find_customers(self, words: str) -> tuple[FoundCustomer, ...]:
        found = [customer for customer in self.customers.values() if words in (customer.name, "zhang")]
        return tuple(
            FoundCustomer(customer_id=f.id, name=f.name, tier=f.tier, phone=f.phone, matched="name") for f in found
        )

    async def walks_of(self, contact_id: str) -> WalksOf:
        if not self.online:
            raise Offline("desk.connection.offline")
        return self.walks[contact_id]

    async def wording(self, release_id: str) -> Bundle:
        if not self.online:
            raise Offline("desk.connection.offline")
        return self.wordings[release_id]

    async def step_up(self, password: str) -> bool:
        self.step_up_left = 300.0 if password == self.password else 0.0
        return password == self.password

    def again(self, command_id: str) -> None:
        self.sent.append(self.sent[-1])
        self.pending = [item for item in self.pending if item.id != command_id]
        self.tell("journal")

    def on_top(self, command_id: str) -> Submitted | NotSubmitted:
        self.sent.append(self.sent[-1])
        self.pending = [item for item in self.pending if item.id != command_id]
        return Submitted(id=f"{command_id}-again", offline=False)

    def dismiss(self, command_id: str) -> None:
        self.pending = [item for item in self.pending if item.id != command_id]
        self.tell("journal")

    # ---- the switch and the server ---------------------------------------------------------------------------------

    def _apply(self, command: c.Command) -> None:
        if type(command) in self.refuse:
            return
        match command:
            case c.SetAgentState(state=state, reason=reason):
                self._me(state=AgentState(state), reason=reason)
            case c.AcceptContact(contact_id=id):
                self._put(id, state=ContactState.CONNECTED, established_at=self.now, owner_id=ME)
                self._me(state=AgentState.BUSY)
            case c.HoldContact(contact_id=id):
                self._put(id, state=ContactState.HOLD, hold_since=self.now)
            case c.RetrieveContact(contact_id=id):
                self._put(id, state=ContactState.CONNECTED)
            case c.ConsultContact(contact_id=id, to_kind=kind, to_id=to):
                self._put(id, state=ContactState.HOLD, hold_since=self.now, consult=Consult(to_kind=kind, to_id=to))
            case c.EndConsult(contact_id=id):
                self._put(id, state=ContactState.CONNECTED, consult=None)
            case c.ClearContact(contact_id=id) | c.TransferContact(contact_id=id):
                self._put(id, state=ContactState.WRAP_UP, cleared_at=self.now)
                self._me(state=AgentState.WRAP_UP)
            case c.VerifyCaller(contact_id=id, degree=degree):
                self._put(id, verified=degree)
            case c.WrapUpContact(contact_id=id, result=result):
                self._put(id, state=ContactState.CLOSED, result=result, closed_at=self.now)
                self._me(state=AgentState.READY)
            case c.SendMessage(contact_id=id, text=text):
                said = Message(author="agent", text=text, at=self.now, agent_id=ME)
                self.messages[id] = (*self.messages.get(id, ()), said)
            case c.RevealField(customer_id=id, field=field):
                self.reveals.append(views.Reveal(customer_id=id, field=field, value="13812345678", left_s=60.0))

    # ---- views -----------------------------------------------------------------------------------------------------

    def _view_QueueRows(self, query: views.QueueRows) -> views.QueuePage:
        rows = [self._row(k) for k in self.contacts.values() if k.state in OPEN_STATES]
        rows += [self._ticket_row(t) for t in self.tickets.values()] if query.kind in ("all", "tickets") else []
        if query.kind == "tickets":
            rows = [row for row in rows if row.kind == "ticket"]
        return views.QueuePage(
            total=len(rows), offset=query.offset, rows=tuple(rows[query.offset : query.offset + query.limit])
        )

    def _row(self, k: Contact) -> views.QueueRow:
        return views.QueueRow(
            id=k.id, kind="contact", channel=k.channel, state=k.state, name=k.name, caller=k.caller, tier=k.tier,
            language=k.language, group=k.group, subject=k.subject, since=k.queued_at, due=k.queued_at + timedelta(seconds=20),
            why=k.why, customer_id=k.customer_id, agent_id=k.agent_id, mine=k.agent_id == ME,
        )  # fmt: skip

    def _ticket_row(self, t: Ticket) -> views.QueueRow:
        return views.QueueRow(
            id=t.id, kind="ticket", channel=t.kind, state=t.state, name=t.name, caller="", tier=t.tier, language="zh",
            group=t.group, subject=t.title, since=t.opened_at, due=t.due_at, why=(), customer_id=t.customer_id,
            agent_id=None, mine=False,
        )  # fmt: skip

    def _contact_view(self, k: Contact) -> views.ContactView:
        return views.ContactView(contact=k, group=GROUPS[0], customer=self.customers.get(k.customer_id or ""))

    def _view_GuidedContacts(self, query: views.GuidedContacts) -> tuple[Contact, ...]:
        found = (contact for contact in self.contacts.values() if contact.id in self.walks)
        return tuple(one for one in found if query.customer_id in (None, one.customer_id))

    def _view_MyContacts(self, query: object) -> tuple[views.ContactView, ...]:
        mine = [k for k in self.contacts.values() if k.agent_id == ME and k.state in OPEN_STATES]
        return tuple(self._contact_view(k) for k in sorted(mine, key=lambda k: k.state != ContactState.ALERTING))

    def _view_ContactDetail(self, query: views.ContactDetail) -> views.ContactView | None:
        found = self.contacts.get(query.contact_id)
        return self._contact_view(found) if found else None

    def _view_CustomerCard(self, query: views.CustomerCard) -> views.Customer360 | None:
        customer = self.customers.get(query.customer_id)
        if customer is None:
            return None
        tickets = tuple(t for t in self.tickets.values() if t.customer_id == customer.id)
        past = tuple(k for k in self.contacts.values() if k.customer_id == customer.id)[:8]
        return views.Customer360(
            customer=customer, contacts=past, tickets=tickets,
            promises=tuple(t for t in tickets if t.kind == TicketKind.CALL_BACK), complaints=tuple(t for t in tickets if t.kind == TicketKind.COMPLAINT), notes=self.notes,
        )  # fmt: skip

    def _view_ThreadOf(self, query: views.ThreadOf) -> tuple[Message, ...]:
        return self.messages.get(query.contact_id, ())

    def _view_ActionRows(self, query: views.ActionRows) -> tuple[views.ActionRow, ...]:
        offline = not self.online
        return tuple(
            views.ActionRow(
                action=a, decision=self.may(a), limit_minor=LIMIT if a == "waive_fee" else None,
                used_minor=2_000 if a == "waive_fee" else 0, offline=offline and ACTIONS[a].online_only,
            )
            for a in ACTIONS
        )  # fmt: skip

    def _view_PolicyOf(self, query: object) -> views.PolicyView:
        return views.PolicyView(revision="sha256:" + "ab" * 32, rules=94, good=True)

    def _view_StatusOf(self, query: object) -> views.Status:
        figure = Figure(
            id="abandonment:centre", metric="abandonment", scope="centre", value=0.032, numerator=3, denominator=94,
            rule="abandonment/default@1", unit="share", target=0.05,
        )  # fmt: skip
        level = Figure(
            id="service_level:centre", metric="service_level", scope="centre", value=0.76, numerator=71, denominator=94,
            rule="service_level/default@1", unit="share", target=0.8, level="warn",
        )  # fmt: skip
        return views.Status(
            me=self.me, connection="live" if self.online else "offline", age_s=0.0 if self.online else 83.0, now=self.now,
            unsent=sum(item.state == "queued" for item in self.pending),
            attention=sum(item.state == "refused" for item in self.pending), abandonment=figure, service_level=level,
            waiting=sum(k.state == ContactState.QUEUED for k in self.contacts.values()), simulation=False,
            state=self.me.state, since=self.me.since,
            to_sign=sum(view.part == "sign" for view in self.approvals),
            asked=sum(view.part == "asked" for view in self.approvals),
            asked_left_s=min((view.left_s for view in self.approvals if view.part == "asked"), default=0.0),
        )  # fmt: skip

    def _view_Drafts(self, _: views.Drafts) -> tuple[views.Draft, ...]:
        return tuple(views.Draft(key=key, text=text, updated_at=eg.NOW) for key, text in self.drafts.items())

    def _view_PendingWork(self, query: object) -> tuple[views.Pending, ...]:
        return tuple(self.pending)

    def _view_Unconfirmed(self, query: views.Unconfirmed) -> tuple[views.Pending, ...]:
        return self.unconfirmed.get(query.customer_id, ())

    def _view_Directory(self, query: object) -> tuple[views.Party, ...]:
        groups = [
            views.Party(kind="group", id=g.id, label=g.names.zh, state="open") for g in GROUPS if g.kind == "skill"
        ]
        people = [views.Party(kind="agent", id=a.id, label=a.name, state=a.state) for a in self.people[1:]]
        return (*groups, *people)

    def _view_Categories(self, query: object) -> tuple[Category, ...]:
        return CATEGORIES

    def _view_Groups(self, query: views.Groups) -> tuple[Group, ...]:
        return tuple(g for g in GROUPS if query.kind in ("", g.kind))

    def _view_Reveals(self, query: object) -> tuple[views.Reveal, ...]:
        return tuple(self.reveals)

    def _view_Approvals(self, query: views.Approvals) -> tuple[views.ApprovalView, ...]:
        return tuple(view for view in self.approvals if query.id in ("", view.id))

    def _view_LentFor(self, query: LentFor) -> Lent | None:
        return self.lent_to_me

    def _view_Lendable(self, query: Lendable) -> dict[str, int | None]:
        return {action: self.lendable for action in query.actions if ACTIONS[action].amount}

    def _view_Signers(self, query: views.Signers) -> tuple[Agent, ...]:
        return tuple(agent for agent in self.people[1:] if agent.level >= query.level)

    def _view_Effects(self, query: Effects) -> tuple[EffectView, ...]:
        return tuple(view for view in self.effects if query.id in ("", view.ticket.id))

    def _view_Delegations(self, query: object) -> tuple[Delegation, ...]:
        return self.delegations

    def _view_StepUpLeft(self, query: object) -> float:
        return self.step_up_left

    def _view_Notices(self, query: object) -> tuple[Notice, ...]:
        return self.notices

    def _view_People(self, query: object) -> tuple[Agent, ...]:
        return self.people

    def _view_Articles(self, query: object) -> tuple[Article, ...]:
        return self.articles

    def _view_Bulletins(self, query: Bulletins) -> tuple[BulletinView, ...]:
        return self.bulletins

    def _view_BulletinOf(self, query: BulletinOf) -> BulletinView | None:
        return next((view for view in self.bulletins if view.bulletin.id == query.id), None)

    def _view_Releases(self, query: object) -> tuple[ReleaseView, ...]:
        return self.releases

    def _view_Blueprints(self, query: object) -> tuple[Bundle, ...]:
        return self.bundles


GROUPS = (
    eg.group(),
    eg.group("merchant", names=Names(zh="商户", en="Merchants", ja="加盟店")),
    eg.group(
        "risk_dept",
        names=Names(zh="风险管理部", en="Risk", ja="リスク管理部"),
        kind="department",
        contact_person="赵敏 6021",
    ),
)
CATEGORIES = (
    Category(
        id="pos_trouble",
        names=Names(zh="POS机故障", en="POS trouble", ja="POS障害"),
        group="merchant",
        words=("POS",),
    ),
    Category(
        id="annual_fee",
        names=Names(zh="年费", en="Annual fee", ja="年会費"),
        group="cards",
        results=("answered", "ticket"),
    ),
)


@cache
def shipped() -> tuple[Bundle, ...]:
    """Two of the blueprints that come with the program, as a server publishes them."""
    chosen = [
        file for file in files("scripts/blueprints", "*.yaml") if file.stem in ("pos_terminal", "inquiry_standard")
    ]
    texts = {file.stem: parse(file.read_text("utf-8"), file.name) for file in chosen}
    return tuple(
        Bundle(id=f"blueprint:{id}", kind="blueprint", revision=id, text=dump(text).decode())
        for id, text in texts.items()
    )


def _customer(id: str, name: str) -> Customer:
    return eg.customer(
        id, name=name, tier=Tier.PLATINUM, id_number="3301••••••••0012", email="z••@example.com", since="2014-03",
        entitlements=("green_channel", "lounge"), sensitivity="media", satisfaction=(5, 4, 2),
        products=(
            Product(id="p1", kind="credit_card", number="•••• 1234", facts={"limit_minor": 5_000_000, "available_minor": 1_234_500, "billing_day": 5}),
            Product(id="p2", kind="terminal", number="10023345", status="locked", facts={"model": "N910", "site": "西湖店"}),
        ),
    )  # fmt: skip
