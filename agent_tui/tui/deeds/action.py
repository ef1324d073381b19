"""Business actions under authority: ask the policy, fill the form, show the exact effect, step up, submit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agent_tui.desk.commands import ACTION_LETTERS
from agent_tui.desk.views import Groups, People
from agent_tui.domain.actions import ACTIONS, Action
from agent_tui.domain.agent import Agent, AgentState
from agent_tui.domain.centre import Group
from agent_tui.domain.commands import PerformAction, RaiseWorkOrder, RevealField
from agent_tui.domain.customer import Customer, Product, Secret
from agent_tui.domain.money import parse
from agent_tui.policy.decision import AllowWithReason, Decision, Deny, NeedsCosign, StepUp
from agent_tui.tui.dialogs.fields import Field
from agent_tui.tui.dialogs.form import Form, Paragraphs, Values
from agent_tui.tui.dialogs.pick import Item
from agent_tui.tui.panes.action_lines import reasons_of
from agent_tui.tui.perform import Deed, send, stands
from agent_tui.tui.screens.desk import DeskScreen
from agent_tui.wire.command import Outcome

PURPOSES = ("verify", "contact", "post", "correct", "law")
BLOCK_REASONS = ("lost", "stolen", "fraud", "other")


class Deal:
    """One action about to be done for one customer: what the policy says of it, and how that is said."""

    def __init__(self, desk: DeskScreen, action: Action, customer: Customer, given: Mapping[str, Any]) -> None:
        self.desk, self.action, self.customer, self.given = desk, action, customer, given
        self.words = desk.words
        own = desk.facts.own or desk.facts.contact
        self.contact_id = own.contact.id if own and own.contact.customer_id == customer.id else None
        self.label = self.words.label(f"action.{action.id}")

    def decide(self, values: Values) -> Decision:
        """What the policy says of what stands in the form."""
        return self.desk.door.may(
            self.action.id,
            customer_id=self.customer.id,
            contact_id=self.contact_id,
            product_id=values.get("product") or None,
            amount_minor=self.amount(values),
            reason=values.get("reason", ""),
            field=values.get("field", ""),
        )

    def amount(self, values: Values) -> int | None:
        """Minor units; None while the text is no amount."""
        try:
            return parse(values["amount"]).minor if values.get("amount") else None
        except ValueError:
            return None

    def product(self, values: Values) -> Product | None:
        return next((p for p in self.customer.products if p.id == values.get("product")), None)

    # ---- said beside the form --------------------------------------------------------------------------------------

    def live(self, values: Values) -> Paragraphs:
        """The limit, and what the policy says of the present amount."""
        decision = self.decide(values)
        said: list[tuple[str, str]] = []
        row = next((row for row in self.desk.action_rows if row.action == self.action.id), None)
        limit = decision.limit_minor if decision.limit_minor is not None else row.limit_minor if row else None
        if limit is not None:
            used = self.words.money(row.used_minor if row else 0)
            said.append((self.words("form.limit", limit=self.words.money(limit), used=used), "muted"))
        return [*said, *self.verdict(decision)]

    def verdict(self, decision: Decision) -> Paragraphs:
        """The decision as sentences, with who could approve it."""
        said: list[tuple[str, str]] = []
        role = "bad" if isinstance(decision, Deny) else "warn"
        mark = "x " if isinstance(decision, Deny) else "! "
        for reason in reasons_of(decision):
            sentence = self.words.sentence(reason.sentences)
            if sentence:
                said.append((mark + sentence, role))
        if not said:
            text, role = ("no_rule", "bad") if isinstance(decision, Deny) else ("form.policy_ok", "ok")
            said.append((("x " if role == "bad" else "+ ") + self.words(text), role))
        level = needed(decision)
        return [*said, (could_approve(self.desk, level), "muted")] if level else said

    def check(self, values: Values) -> tuple[str, str] | None:
        """A complaint and its field; a denial is one too, since the server would say the same."""
        if self.action.amount:
            try:
                amount = parse(values["amount"])
            except ValueError:
                return self.words("form.not_a_number"), "amount"
            if amount.minor == 0:
                return self.words("form.zero"), "amount"
        decision = self.decide(values)
        if isinstance(decision, AllowWithReason) and not values.get("reason"):
            return self.words("form.empty", field=self.words("form.reason")), "reason"
        if isinstance(decision, Deny):
            self.desk.refused_level = needed(decision)
            sentence = " ".join(text for text, _ in self.verdict(decision))
            return sentence, "amount" if self.action.amount else next(iter(values))
        return None

    def effect(self, values: Values) -> Paragraphs:
        """Exactly what will happen."""
        product = self.product(values)
        named = f"{self.words.of('product', product.kind)} {product.number}" if product else ""
        amount = self.words.money(self.amount(values))
        key = {"waive_fee": "form.effect_waive", "block_card": "form.effect_block"}.get(
            self.action.id, "form.effect_amount" if amount else "form.effect_any"
        )
        text = self.words(key, name=self.customer.name, amount=f"{amount} CNY", product=named, action=self.label)
        reason = [(f"{self.words('form.reason')}: {values['reason']}", "muted")] if values.get("reason") else []
        other = [(named, "muted")] if named and key != "form.effect_block" else []
        return [(text, "strong"), *other, *reason, *self.verdict(self.decide(values))]


def needed(decision: Decision) -> int | None:
    """The lowest level that could do or approve it."""
    if isinstance(decision, NeedsCosign):
        return decision.level
    levels = [reason.needs_level for reason in reasons_of(decision) if reason.needs_level]
    return min(levels, default=None)


def approvers(desk: DeskScreen, level: int) -> list[Agent]:
    """Colleagues of at least that level, those at their desks first; never myself."""
    people: tuple[Agent, ...] = desk.door.view(People())
    me = desk.facts.status.me
    able = [a for a in people if a.level >= level and a.active and (me is None or a.id != me.id)]
    return sorted(able, key=lambda a: (a.state == AgentState.LOGGED_OFF, a.level, a.name))


def could_approve(desk: DeskScreen, level: int) -> str:
    """The sentence that names who could approve now."""
    here = [agent.name for agent in approvers(desk, level) if agent.state != AgentState.LOGGED_OFF]
    names = desk.words("comma").join(here[:3]) or desk.words("form.nobody_online")
    return desk.words("form.approvers", level=level, names=names)


# ---- forms -----------------------------------------------------------------------------------------------------------


def _products(deal: Deal) -> tuple[Item[str], ...]:
    words = deal.words
    return tuple(
        Item(p.id, f"{words.of('product', p.kind)} {p.number}", words.of("product_status", p.status), words=p.kind)
        for p in deal.customer.products
        if not deal.action.product or p.kind in deal.action.product
    )


def _choice(name: str, label: str, items: tuple[Item[str], ...], given: str = "") -> Field:
    value = given or (items[0].value if len(items) == 1 else "")
    return Field(name=name, kind="choice", label=label, items=items, required=True, value=value)


def _fields(deal: Deal) -> list[Field]:
    words, given, action = deal.words, deal.given, deal.action
    fields: list[Field] = []
    if action.subject == "product":
        fields.append(_choice("product", words("form.product"), _products(deal), str(given.get("product", ""))))
    if action.amount:
        amount = given.get("amount")
        shown = words.money(amount) if isinstance(amount, int) else str(amount or "")
        fields.append(Field(name="amount", kind="amount", label=words("form.amount"), required=True, value=shown))
    if action.id == "block_card":
        items = tuple(Item(r, words.of("blocked_because", r), words=r) for r in BLOCK_REASONS)
        fields.append(_choice("reason", words("form.why_blocked"), items, str(given.get("reason", ""))))
        return fields
    for extra in ("mobile", "transaction"):
        if extra in _EXTRA.get(action.id, ()):
            fields.append(
                Field(name=extra, label=words(f"form.{extra}"), required=True, value=str(given.get(extra, "")))
            )
    if action.subject == "ticket":
        fields.append(_choice("ticket", words("form.ticket"), _tickets(deal), str(given.get("ticket", ""))))
    draft = f"form:{action.id}:{deal.customer.id}"
    reason = str(given.get("reason", "")) or deal.desk.door.draft(draft)
    fields.append(Field(name="reason", label=words("form.reason"), value=reason, draft=draft))
    return fields


_EXTRA = {"change_mobile": ("mobile",), "dispute_transaction": ("transaction",)}


def _tickets(deal: Deal) -> tuple[Item[str], ...]:
    card = deal.desk.seat.card
    return tuple(Item(t.id, f"{t.number} {t.title}") for t in (card.complaints if card else ()))


async def carry_out(desk: DeskScreen, action: str, given: Mapping[str, Any] | None = None) -> Outcome | None:
    """The form of an action, filled with what is given, and what became of it. None if it was left or waits."""
    card = desk.seat.read_card()
    if card is None:
        desk.say(desk.words("not.no_customer"), "warn")
        return None
    if action == "raise_work_order":
        return await _work_order(desk, given or {})
    if action == "reveal_field":
        return await _reveal(desk, given or {})
    deal = Deal(desk, ACTIONS[action], card.customer, given or {})
    decision = deal.decide({})
    if isinstance(decision, Deny) and not ACTIONS[action].amount:
        desk.refused_level = needed(decision)
        desk.say(" ".join(text for text, _ in deal.verdict(decision)), "bad")
        desk.app.bell()
        return Outcome(id="", outcome="refused")
    form = Form(
        desk.words, desk.painter, f"{deal.label}  {card.customer.name}", _fields(deal), go="check",
        check=deal.check, live=deal.live, effect=deal.effect, keep=desk.door.keep_draft,
    )  # fmt: skip
    values = await desk.ask(form)
    if values is None or not await step_up(desk, deal.decide(values)):
        return None
    return await _submit(desk, deal, values)


async def _submit(desk: DeskScreen, deal: Deal, values: Values) -> Outcome | None:
    amount = deal.amount(values)
    command = PerformAction(
        action=deal.action.id,
        customer_id=deal.customer.id,
        contact_id=deal.contact_id,
        product_id=values.get("product") or None,
        ticket_id=values.get("ticket") or None,
        amount_minor=amount,
        reason=values.get("reason", ""),
        args={name: values[name] for name in _EXTRA.get(deal.action.id, ())},
    )
    what = f"{deal.label} {desk.words.money(amount)}".strip()
    outcome = await send(desk, command, what)
    if stands(outcome):
        desk.door.drop_draft(f"form:{deal.action.id}:{deal.customer.id}")
    return outcome


async def step_up(desk: DeskScreen, decision: Decision) -> bool:
    """Authenticate again if the policy asks for it; True when it need not or was right."""
    if not isinstance(decision, StepUp):
        return True
    words = desk.words
    field = Field(name="password", kind="password", label=words("form.password"), required=True,
                  value=getattr(desk.app, "demo_password", ""))  # fmt: skip
    form = Form(
        words,
        desk.painter,
        words("ask.password"),
        [field],
        go="confirm",
        live=lambda _: [(words("ask.password_why"), "muted")],
    )
    values = await desk.ask(form)
    if values is None:
        return False
    right = await desk.door.step_up(values["password"])
    if not right:
        desk.say(words("said.wrong_password"), "bad")
    return right


async def _reveal(desk: DeskScreen, given: Mapping[str, Any]) -> Outcome | None:
    """One field, one purpose, 60 s."""
    card = desk.seat.card
    if card is None:
        return None
    words = desk.words
    deal = Deal(desk, ACTIONS["reveal_field"], card.customer, given)
    fields = [
        _choice("field", words("form.field"), tuple(Item(s, words.of("secret", s), words=s) for s in Secret)),
        _choice("reason", words("form.purpose"), tuple(Item(p, words.of("purpose", p), words=p) for p in PURPOSES)),
    ]
    form = Form(
        words,
        desk.painter,
        f"{deal.label}  {card.customer.name}",
        fields,
        go="confirm",
        check=deal.check,
        live=deal.live,
    )
    values = await desk.ask(form)
    if values is None or not await step_up(desk, deal.decide(values)):
        return None
    command = RevealField(
        customer_id=card.customer.id,
        field=Secret(values["field"]),
        purpose=words.of("purpose", values["reason"]),
        contact_id=deal.contact_id,
    )
    outcome = await send(desk, command, words.of("secret", values["field"]))
    if outcome is not None and outcome.outcome == "applied":
        desk.say(words("said.revealed", seconds=outcome.expires_s or 60), "ok")
        desk.turn_to("customer")
    return outcome


async def _work_order(desk: DeskScreen, given: Mapping[str, Any]) -> Outcome | None:
    """To a department; goes on while offline."""
    words, card = desk.words, desk.seat.card
    departments: tuple[Group, ...] = desk.door.view(Groups(kind="department"))
    items = tuple(Item(g.id, words.name(g.names), g.contact_person, words=g.id) for g in departments)
    key = f"work_order:{card.customer.id if card else ''}"
    fields = [
        _choice("group", words("form.department"), items, str(given.get("group", ""))),
        Field(
            name="title",
            label=words("form.title"),
            required=True,
            value=desk.door.draft(f"{key}:title") or str(given.get("title", "")),
            draft=f"{key}:title",
        ),
        Field(
            name="text",
            kind="area",
            label=words("form.text"),
            required=True,
            value=desk.door.draft(key) or str(given.get("text", "")),
            draft=key,
        ),
    ]
    values = await desk.ask(
        Form(
            words, desk.painter, words.label("action.raise_work_order"), fields, go="send", keep=desk.door.keep_draft
        )
    )
    if values is None:
        desk.say(words("said.draft_kept"), "muted")
        return None
    own = desk.facts.own or desk.facts.contact
    command = RaiseWorkOrder(
        group=values["group"],
        title=values["title"],
        text=values["text"],
        contact_id=own.contact.id if own else None,
        customer_id=card.customer.id if card else None,
    )
    outcome = await send(
        desk, command, f"{words.label('action.raise_work_order')} {desk.seat.groups.get(values['group'], '')}"
    )
    if stands(outcome):
        desk.door.drop_draft(key)
        desk.door.drop_draft(f"{key}:title")
    return outcome


def _deed(action: str) -> Deed:
    async def do(desk: DeskScreen) -> None:
        await carry_out(desk, action)

    return do


DEEDS = {f"action.{action}": _deed(action) for action in ACTION_LETTERS}
