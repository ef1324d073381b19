"""What I may do, asked of the same policy as the server's, to grey a key and say why. The server decides again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import msgspec
from msgspec.structs import replace

from agent_tui.clock import monotonic
from agent_tui.desk import used
from agent_tui.desk.lent import lent_for, with_lent
from agent_tui.desk.lent_views import Lent, LentFor
from agent_tui.desk.select_approvals import CacheState
from agent_tui.desk.sight import Sight
from agent_tui.desk.views import ActionRow, ActionRows, PolicyView
from agent_tui.domain.actions import ACTIONS, AT_DESK, UNLENT, Action
from agent_tui.domain.agent import Agent
from agent_tui.domain.centre import Bundle
from agent_tui.domain.contact import Contact
from agent_tui.domain.contact_rules import HANDLED
from agent_tui.domain.customer import Customer, Product, Secret
from agent_tui.domain.ticket import Ticket, TicketKind, TicketState
from agent_tui.errors import PolicyError
from agent_tui.i18n.catalog import LANGUAGES, say
from agent_tui.policy.decision import Circumstances, Decision, Deny, Reason
from agent_tui.policy.facts import About, actor_facts, groups_of, subject_facts
from agent_tui.policy.moment import Moment, at, moment
from agent_tui.store import read
from agent_tui.wire.signed import trusted

if TYPE_CHECKING:
    from agent_tui.policy.model import Policy

T = TypeVar("T")

FORGED = "desk.policy.forged"


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """The arguments of `Door.may`."""

    action: str
    customer_id: str | None = None
    contact_id: str | None = None
    product_id: str | None = None
    ticket_id: str | None = None
    amount_minor: int | None = None
    reason: str = ""
    field: str = ""


class Authority:
    """Builds the facts the policy judges by from the cache, and what is on its way from the journal."""

    def __init__(self, sight: Sight, folder: Path | None) -> None:
        self._sight = sight
        self._folder = folder
        self._policy: tuple[tuple[object, ...], Policy] | None = None
        self._stepped_up: float | None = None

    def stepped_up(self) -> None:
        """The person has just authenticated again."""
        self._stepped_up = monotonic()

    def step_up_left_s(self) -> float:
        """Real seconds for which the last authentication still counts."""
        if self._stepped_up is None:
            return 0.0
        # The server, which measures it again, said for how long it counts.
        counts_s = float(self._sight.cache.meta.get("step_up_s", "300"))
        return max(0.0, self._stepped_up + counts_s - monotonic())

    def warm(self) -> None:
        """Make the policy ready before somebody waits for it."""
        with suppress(PolicyError):
            self._current_policy(self._sight.clock.now())

    def decide(self, question: Question, level: int | None = None) -> Decision:
        """The policy's answer now; a Deny that says so when offline, without policy, or without a known person.
        `level`: that of lent authority, where it is not one's own."""
        action, me = AT_DESK.get(question.action), self._sight.me()
        if action is None or me is None:
            return deny("unknown_action" if action is None else "nobody")
        if action.online_only and not self._sight.link.online:
            return deny("offline")
        now = self._sight.clock.now()
        try:
            policy = self._current_policy(now)
        except PolicyError as error:
            return deny("policy_forged" if error.key == FORGED else "policy_broken")
        if policy is None:
            return deny("no_policy")
        from agent_tui.policy.decide import decide, wonder

        about = self._about(question)
        vague = (action.amount and not question.amount_minor) or (action.id == "reveal_field" and not question.field)
        judge = wonder if vague else decide
        return judge(
            policy,
            actor_facts(me, level or me.level, self._step_up_age_s(), now),
            action.id,
            subject_facts(about, me, CacheState(self._sight)),
            at(self._circumstances(question, about.customer_id, now), self._moment(about, me, now)),
        )

    def lent_for(self, act: Question | LentFor) -> Lent | None:
        """The delegation under which I could do alone what is not mine to do; None when there is none."""
        if act.action in UNLENT:
            return None
        question = act if isinstance(act, Question) else Question(**msgspec.structs.asdict(act))
        return lent_for(self._sight, act.action, act.amount_minor or 0, partial(self.decide, question))

    def rows(self, query: ActionRows) -> tuple[ActionRow, ...]:
        """Every action that exists for this customer, with its decision."""
        contact = self._contact(query.contact_id, query.customer_id)
        customer_id = query.customer_id or (contact.customer_id if contact else None)
        customer = read.get(self._sight.cache, Customer, customer_id)
        complaint = self._complaint(customer)
        return tuple(
            self._row(action, contact, customer, complaint)
            for action in ACTIONS.values()
            if _applies(action, contact, customer, complaint)
        )

    def _row(
        self, action: Action, contact: Contact | None, customer: Customer | None, complaint: Ticket | None
    ) -> ActionRow:
        question = Question(
            action=action.id,
            customer_id=customer.id if customer else None,
            contact_id=contact.id if contact else None,
            ticket_id=complaint.id if complaint and action.subject == "ticket" else None,
        )
        question, decision = _most_allowing(self.decide, question, _products(action, customer))
        row = ActionRow(
            action=action.id,
            decision=decision,
            limit_minor=decision.limit_minor,
            used_minor=self._used(action),
            as_of=used.as_of(self._sight) if action.amount else None,
            offline=action.online_only and not self._sight.link.online,
        )
        return with_lent(row, self.lent_for(question))

    def _used(self, action: Action) -> int:
        """Of my own day, in minor units."""
        me, now = self._sight.me(), self._sight.clock.now()
        return used.of_today(self._sight, me, action.id, None, now).agent if me and action.amount else 0

    def _complaint(self, customer: Customer | None) -> Ticket | None:
        """The open complaint of a customer that is asked about before one is chosen; the first to fall due."""
        tickets = read.of_customer(self._sight.cache, Ticket, customer.id, 200) if customer else ()
        open_ = [t for t in tickets if t.kind == TicketKind.COMPLAINT and t.state != TicketState.CLOSED]
        return min(open_, key=lambda t: (t.due_at is None, t.due_at or t.opened_at), default=None)

    def _about(self, question: Question) -> About:
        contact = self._contact(question.contact_id, question.customer_id)
        customer_id = question.customer_id or (contact.customer_id if contact else None) or ""
        return About(
            customer_id=customer_id,
            contact_id=contact.id if contact else None,
            product_id=question.product_id,
            ticket_id=question.ticket_id or _in_hand(self._sight, question, customer_id),
        )

    def _contact(self, contact_id: str | None, customer_id: str | None) -> Contact | None:
        """The contact named, else the one of mine with this customer."""
        if contact_id:
            return read.get(self._sight.cache, Contact, contact_id)
        mine = self._sight.my_contacts() if customer_id else ()
        return next((c for c in mine if c.customer_id == customer_id and c.state in HANDLED), None)

    def _moment(self, about: About, me: Agent, now: datetime) -> Moment:
        return moment(now, self._zone, groups_of(about, me, CacheState(self._sight)))

    @property
    def _zone(self) -> str:
        """Of the centre, as the server named it."""
        return used.zone(self._sight)

    def _step_up_age_s(self) -> int | None:
        if self._stepped_up is None or not self.step_up_left_s():
            return None
        return int(monotonic() - self._stepped_up)

    def _circumstances(self, question: Question, customer_id: str, now: datetime) -> Circumstances:
        me = self._sight.me()
        sums = used.of_today(self._sight, me, question.action, customer_id, now) if me else used.Used()
        return Circumstances(
            amount_minor=question.amount_minor or 0,
            agent_day_minor=sums.agent,
            customer_day_minor=sums.customer,
            team_day_minor=sums.team,
            online=self._sight.link.online,
            reason_given=bool(question.reason.strip()),
            field=question.field,
        )

    def by_policy(self, rule: Callable[[Policy, datetime], T], without: T) -> T:
        """What `rule` makes of the policy in force now; `without` rules that can be trusted, that."""
        now = self._sight.clock.now()
        try:
            policy = self._current_policy(now)
        except PolicyError:
            return without
        return rule(policy, now) if policy is not None else without

    def standing(self) -> PolicyView:
        """Which rules this desk goes by, and whether it trusts them."""
        bundle = self._bundle()
        try:
            policy = self._current_policy(self._sight.clock.now())
        except PolicyError as error:
            return PolicyView(revision=bundle.revision if bundle else "", rules=0, forged=error.key == FORGED)
        if policy is None:
            return PolicyView(revision="", rules=0)
        return PolicyView(revision=policy.revision, rules=len(policy.rules), good=True)

    def _bundle(self) -> Bundle | None:
        return next((b for b in read.every(self._sight.cache, Bundle) if b.kind == "policy"), None)

    def _current_policy(self, now: datetime) -> Policy | None:
        """From the signed bundle of the feed, else from the folder; None when there is neither. PolicyError, with the
        key FORGED when the server this desk signed in to did not sign it."""
        bundle, key = self._bundle(), self._sight.cache.meta.get("signing_key", "")
        source = bundle.text if bundle else self._folder
        if source is None:
            return None
        known = (bundle.id, bundle.version, bundle.revision, bundle.signature, key) if bundle else (str(source),)
        if self._policy is None or self._policy[0] != known or _outdated(self._policy[1], now):
            from agent_tui.policy.load import load

            if bundle is not None and not trusted(bundle, key):
                raise PolicyError(FORGED, revision=bundle.revision)
            self._policy = (known, load(source, now))
        return self._policy[1]


def _outdated(policy: Policy, now: datetime) -> bool:
    """Whether a rule has begun or ended since it was loaded."""
    return policy.changes_at is not None and now >= policy.changes_at


def deny(why: str) -> Deny:
    """A refusal of the desk itself, in the three languages like those of the policy."""
    sentences = {language: say(f"desk.deny.{why}", language) for language in LANGUAGES}
    return Deny(reasons=(Reason(rule=why, sentences=sentences),))


def _applies(action: Action, contact: Contact | None, customer: Customer | None, complaint: Ticket | None) -> bool:
    """Whether there is anything here that the action could be done to."""
    if action.subject == "contact":
        return contact is not None
    if action.subject == "ticket":
        return complaint is not None
    return customer is not None and (action.subject == "customer" or bool(_products(action, customer)))


def _products(action: Action, customer: Customer | None) -> tuple[Product, ...]:
    return tuple(p for p in customer.products if p.kind in action.product) if customer else ()


def _most_allowing(
    judge: Callable[[Question], Decision], question: Question, products: Sequence[Product]
) -> tuple[Question, Decision]:
    """Asked about the product that lets most be done: a card that is not blocked must not hide the one that is."""
    asked = [(one, judge(one)) for one in [replace(question, product_id=p.id) for p in products] or [question]]
    return next((pair for pair in asked if not isinstance(pair[1], Deny)), asked[0])


def _in_hand(sight: Sight, question: Question, customer_id: str) -> str | None:
    """The ticket in my hands for which the customer's number is shown to me, as at the server."""
    if question.action != "reveal_field" or (question.field or Secret.PHONE) != Secret.PHONE:
        return None
    tickets = read.of_customer(sight.cache, Ticket, customer_id, 200)
    return next((ticket.id for ticket in tickets if ticket.handler_id == sight.cache.agent_id), None)
