"""One action about to be done for one customer: what the policy says of it, and how that is said beside its form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from agent_tui.desk.lent_views import Lent, LentFor
from agent_tui.desk.views import Groups, Signers
from agent_tui.domain.action_args import CHOICES, out_of_time, right, wanted_form
from agent_tui.domain.actions import Action
from agent_tui.domain.agent import Agent
from agent_tui.domain.complaint import level_of, rank, wrong_level
from agent_tui.domain.contact_rules import HANDLED
from agent_tui.domain.customer import Customer, Product
from agent_tui.domain.money import parse
from agent_tui.domain.ticket import Ticket, TicketState
from agent_tui.i18n.message import msg
from agent_tui.policy.decision import AllowWithReason, Decision, Deny, NeedsCosign
from agent_tui.tui.dialogs.form import Paragraphs, Values
from agent_tui.tui.keymap import shown
from agent_tui.tui.panes.action_lines import reasons_of
from agent_tui.tui.panes.approval_lines import online, own, people
from agent_tui.tui.screens.attending import Attending
from agent_tui.tui.words import Words


class Needs(NamedTuple):
    """Whose signature would help."""

    level: int
    people: int = 1


EXTRA = ("mobile", "transaction", "until", "month", "way", "level")
"""Arguments of actions that their forms ask for, in this order."""


class Deal:
    """One action about to be done for one customer: what the policy says of it, and how that is said."""

    def __init__(self, desk: Attending, action: Action, customer: Customer, given: Mapping[str, Any]) -> None:
        self.desk, self.action, self.customer, self.given = desk, action, customer, given
        self.words = desk.words
        self.glass = bool(given.get("glass"))
        """Under break-glass: two people instead of the level that is out of reach."""
        self.contact_id = (ours if self.glass else mine)(desk, customer.id)
        self.tickets = self.complaints()
        """The complaints as they were when the form was opened."""
        self.label = self.words.label(f"action.{action.id}")
        self._told: int | None = given.get("needs_level")
        """The level the server named when it refused, which knows what others did today."""

    def decide(self, values: Values) -> Decision:
        """What the policy says of what stands in the form, with lent authority where my own does not reach."""
        found = self.under(values)
        return found.decision if found is not None else self._of_own(values)

    def under(self, values: Values) -> Lent | None:
        """What was lent to me that makes it mine to do alone; None when it is, or never will be."""
        if self.glass or self._told or not isinstance(self._of_own(values), Deny | NeedsCosign):
            return None
        query = LentFor(
            action=self.action.id, customer_id=self.customer.id, contact_id=self.contact_id,
            product_id=values.get("product") or None, ticket_id=values.get("ticket") or None,
            amount_minor=self.amount(values), reason=values.get("reason", ""),
        )  # fmt: skip
        return self.desk.door.view(query)

    def _of_own(self, values: Values) -> Decision:
        return self.desk.door.may(
            self.action.id,
            customer_id=self.customer.id,
            contact_id=self.contact_id,
            product_id=values.get("product") or None,
            ticket_id=values.get("ticket") or None,
            amount_minor=self.amount(values),
            reason=values.get("reason", ""),
            field=values.get("field", ""),
        )

    def needs(self, values: Values) -> Needs | None:
        """Whose co-sign it takes; None when it can be done alone, or not at all."""
        decision = self.decide(values)
        if isinstance(decision, NeedsCosign):
            return Needs(decision.level, decision.people)
        return Needs(self._told) if self._told and not isinstance(decision, Deny) else None

    def what(self, values: Values) -> str:
        """The act in a few words."""
        amount = self.words.money(self.amount(values))
        return " ".join(filter(None, (self.label, f"{amount} CNY" if amount else "", self.customer.name)))

    def amount(self, values: Values) -> int | None:
        """Minor units; None while the text is no amount."""
        try:
            return parse(values["amount"]).minor if values.get("amount") else None
        except ValueError:
            return None

    def changes(self, values: Values) -> Customer | Ticket:
        """The row it changes, as it was when the form was opened."""
        return next((ticket for ticket in self.tickets if ticket.id == values.get("ticket")), self.customer)

    def product(self, values: Values) -> Product | None:
        return next((p for p in self.customer.products if p.id == values.get("product")), None)

    def complaints(self) -> tuple[Ticket, ...]:
        """Of the customer, those still open."""
        card = self.desk.seat.card
        return tuple(t for t in (card.complaints if card else ()) if t.state != TicketState.CLOSED)

    def complaint(self, values: Values) -> Ticket | None:
        return next((t for t in self.complaints() if t.id == values.get("ticket")), None)

    def complaint_line(self, ticket: Ticket) -> str:
        """Number, level and title."""
        return f"{ticket.number} {self.words.of('complaint_level', level_of(ticket))} {ticket.title}"

    # ---- said beside the form --------------------------------------------------------------------------------------

    def live(self, values: Values) -> Paragraphs:
        """The limit, and what the policy says of the present amount."""
        if _undecided(values):
            return [(self.words("form.choose_first"), "muted")]
        decision = self.decide(values)
        said: list[tuple[str, str]] = []
        row = next((row for row in self.desk.action_rows if row.action == self.action.id), None)
        limit = decision.limit_minor if decision.limit_minor is not None else row.limit_minor if row else None
        found = self.under(values)
        limit = found.most_minor if found is not None else limit
        if limit is not None:
            used = self.words.money(row.used_minor if row else 0)
            said.append((self.words("form.limit", limit=self.words.money(limit), used=used), "muted"))
        return [*said, *(self._lent(values) or self.verdict(decision, self.needs(values)))]

    def verdict(self, decision: Decision, needs: Needs | None = None) -> Paragraphs:
        """The decision as sentences, with exactly what would help; a key that helps before any number of reasons."""
        said: list[tuple[str, str]] = []
        role = "bad" if isinstance(decision, Deny) else "warn"
        mark = "x " if isinstance(decision, Deny) else "! "
        for reason in reasons_of(decision):
            sentence = self.words.sentence(reason.sentences)
            if sentence:
                said.append((mark + sentence, role))
        if not said and needs is None:
            text, role = ("no_rule", "bad") if isinstance(decision, Deny) else ("form.policy_ok", "ok")
            said.append((("x " if role == "bad" else "+ ") + self.words(text), role))
        if needs is not None:
            return [(asks_them(self.desk, needs), "strong"), *said]
        level = needed(decision)
        return [*said, (could_do(self.desk, level), "muted")] if level else said

    def check(self, values: Values) -> tuple[str, str] | None:
        """A complaint and its field; a denial is one too, since the server would say the same."""
        if self.action.amount:
            try:
                amount = parse(values["amount"])
            except ValueError:
                return self.words("form.not_a_number"), "amount"
            if amount.minor == 0:
                return self.words("form.zero"), "amount"
        wrong = _wrong_extra(self, values)
        if wrong is not None:
            return wrong
        decision = self.decide(values)
        if isinstance(decision, AllowWithReason) and not values.get("reason"):
            return self.words("form.empty", field=self.words("form.reason")), "reason"
        if isinstance(decision, Deny):
            self.desk.refused_level = needed(decision)
            sentence = " ".join(text for text, _ in self.verdict(decision))
            return sentence, "amount" if self.action.amount else next(iter(values))
        ticket = self.complaint(values)
        if ticket is not None and values.get("level"):
            key = wrong_level(self.action.id, values["level"], ticket)
            if key:
                return self.words.msg(msg(key)), "level"
        if not values.get("reason") and (self.glass or self.needs(values) is not None):
            return own(self.words, "ask.reason_needed"), "reason"
        return None

    def heading(self, values: Values) -> str:
        """Above the exact effect: that it happens, or that others are asked."""
        asking = self.needs(values) is not None and not self.glass
        return own(self.words, "ask.effect_title") if asking else self.words("form.effect")

    def effect(self, values: Values) -> Paragraphs:
        """Exactly what will happen."""
        needs = self.needs(values)
        if needs is not None:
            return self._asking(values, needs)
        product = self.product(values)
        named = f"{self.words.of('product', product.kind)} {product.number}" if product else ""
        amount = self.words.money(self.amount(values))
        key = {"waive_fee": "form.effect_waive", "block_card": "form.effect_block"}.get(
            self.action.id, "form.effect_amount" if amount else "form.effect_any"
        )
        text = self.words(key, name=self.customer.name, amount=f"{amount} CNY", product=named, action=self.label)
        why = self.words.reason(self.action.id, values.get("reason", ""))
        reason = [(self.words.labelled(self.words("form.reason"), why), "muted")] if why else []
        other = [(named, "muted")] if named and key != "form.effect_block" else []
        other += self._particulars(values)
        return [(text, "strong"), *other, *reason, *(self._lent(values) or self.verdict(self.decide(values)))]

    def _lent(self, values: Values) -> Paragraphs:
        """In whose name it is done, when that is not mine, and what the policy asks for even then."""
        found = self.under(values)
        if found is None:
            return []
        held = found.delegation
        return [
            (own(self.words, "lend.under", name=held.grantor_name, until=self.words.day(held.valid_to)), "warn"),
            *((text, role) for text, role in self.verdict(found.decision) if role == "warn"),
        ]

    def _particulars(self, values: Values) -> list[tuple[str, str]]:
        """What else was typed for this action; which complaint, and the level it will have."""
        ticket, words = self.complaint(values), self.words
        typed = [(words.labelled(words(f'form.{name}'), _said(words, name, values[name])), "text")
                 for name in EXTRA if name != "level" and values.get(name)]  # fmt: skip
        if ticket is None:
            return typed
        to = f"  > {words.of('complaint_level', values['level'])}" if values.get("level") else ""
        return [*typed, (self.complaint_line(ticket) + to, "text"), *_new_clock(self, ticket, values)]

    def _asking(self, values: Values, needs: Needs) -> Paragraphs:
        """What asking others to sign will do."""
        words, what = self.words, self.what(values)
        able = approvers(self.desk, self.desk.facts.status.glass_level if self.glass else needs.level)
        count = people(words, needs.people)
        product = self.product(values)
        return [
            (own(words, "glass.effect", what=what), "bad")
            if self.glass
            else (own(words, "ask.effect", level=needs.level, people=count, what=what), "strong"),
            *([(f"{words.of('product', product.kind)} {product.number}", "text")] if product else []),
            *self._particulars(values),
            (
                words.labelled(own(words, "ask.reason"), words.reason(self.action.id, values.get("reason", ""))),
                "text",
            ),
            (own(words, "ask.effect_online", online=online(words, able)), "accent"),
            (own(words, "ask.effect_then"), "muted"),
        ]


def _new_clock(deal: Deal, ticket: Ticket, values: Values) -> Paragraphs:
    """Of a complaint that is raised, until when somebody must have taken it up anew."""
    group = next((g for g in deal.desk.door.view(Groups()) if g.id == ticket.group), None)
    if (
        deal.action.id != "escalate_complaint"
        or group is None
        or rank(values["level"]) <= rank(ticket.complaint_level)
    ):
        return []
    words, now = deal.words, deal.desk.facts.status.now
    clocks = group.complaint
    first = clocks.raised(ticket, values["level"], now).due_at
    decided = words.day(clocks.decided_by(ticket.opened_at))
    return [(words("form.complaint_due", first=words.when(first, now), decided=decided), "warn")] if first else []


def _wrong_extra(deal: Deal, values: Values) -> tuple[str, str] | None:
    """What is wrong with what else was typed for this action: how it is written, else when it lies."""
    now = deal.desk.facts.status.now
    for name in EXTRA:
        value = values.get(name, "")
        key = out_of_time(name, value, now) if right(name, value) else wanted_form(name)
        if key:
            return deal.words.msg(msg(key, name=deal.words(f"form.{name}"))), name
    return None


def _undecided(values: Values) -> bool:
    """Whether it is still to be chosen what it is done to: until then any sentence would be about something else."""
    return any(name in values and not values[name] for name in ("product", "ticket"))


def _said(words: Words, name: str, value: str) -> str:
    return words.of(name, value) if name in CHOICES else value


def mine(desk: Attending, customer_id: str) -> str | None:
    """The contact in which I serve this customer now, which is what an act for them belongs to."""
    served = [view.contact for view in (desk.facts.own, *desk.facts.mine) if view is not None]
    return next((k.id for k in served if k.customer_id == customer_id and k.state in HANDLED), None)


def ours(desk: Attending, customer_id: str) -> str | None:
    """The same, else that of a colleague of my groups: who steps in under break-glass has seldom the customer themselves."""
    card, me = desk.seat.read_card(), desk.facts.status.me
    groups = me.groups if me is not None else ()
    theirs = card.contacts if card is not None else ()
    named = (k.id for k in theirs if k.state in HANDLED and k.group in groups)
    return mine(desk, customer_id) or next(named, None)


def needed(decision: Decision) -> int | None:
    """The lowest level that could do or approve it."""
    if isinstance(decision, NeedsCosign):
        return decision.level
    levels = [reason.needs_level for reason in reasons_of(decision) if reason.needs_level]
    return min(levels, default=None)


def approvers(desk: Attending, level: int) -> tuple[Agent, ...]:
    """Colleagues of at least that level who sign for customers, those at their desks first; never myself."""
    return desk.door.view(Signers(level=level))


def asks_them(desk: Attending, needs: Needs) -> str:
    """Who would have to sign, how many of them are here, and the key that asks them."""
    able = online(desk.words, approvers(desk, needs.level))
    return own(desk.words, "ask.help", level=needs.level, people=people(desk.words, needs.people), online=able)


def could_do(desk: Attending, level: int) -> str:
    """Who could do what no signature helps with, and the key that shows them."""
    able = online(desk.words, approvers(desk, level))
    return own(desk.words, "ask.could", level=level, online=able, key=shown("view.approvers"))
