"""What the form of a business action asks for: which product, how much, until when, which complaint, why."""

from __future__ import annotations

from agent_tui.domain.action_args import CHOICES
from agent_tui.domain.action_rules import NEEDS_STATUS
from agent_tui.domain.actions import Action
from agent_tui.domain.complaint import COMPLAINT_LEVELS
from agent_tui.domain.customer import Product
from agent_tui.tui.deeds.deal import EXTRA, Deal
from agent_tui.tui.dialogs.fields import Field
from agent_tui.tui.dialogs.pick import Item

GENERAL = frozenset({"credit_card", "debit_card", "account", "loan"})
"""Kinds of product that go by one name in a form; a terminal or a merchant contract is called what it is."""


def extras(action: Action) -> tuple[str, ...]:
    """Arguments of the action that its form asks for."""
    return tuple(name for name in EXTRA if name in action.args)


def choice(name: str, label: str, items: tuple[Item[str], ...], given: str = "") -> Field:
    """A field with things to choose from; the only one is chosen."""
    value = given or (items[0].value if len(items) == 1 else "")
    return Field(name=name, kind="choice", label=label, items=items, required=True, value=value)


def deal_fields(deal: Deal) -> list[Field]:
    """The fields of one action for one customer, filled with what is given and what was typed before."""
    words, given, action = deal.words, deal.given, deal.action
    draft = f"form:{action.id}:{deal.customer.id}"
    fields: list[Field] = []
    if action.subject == "product":
        fields.append(_product(deal))
    if action.amount:
        amount = given.get("amount")
        shown = words.money(amount) if isinstance(amount, int) else str(amount or "")
        kept = f"{draft}:amount"
        value = shown or deal.desk.door.draft(kept)
        label = words("form.amount")
        fields.append(Field(name="amount", kind="amount", label=label, required=True, value=value, draft=kept))
    if action.reasons:
        items = tuple(Item(r, words.of("blocked_because", r), words=r) for r in action.reasons)
        fields.append(choice("reason", words("form.why_blocked"), items, str(given.get("reason", ""))))
        return fields
    fields += [_extra(deal, name, f"{draft}:{name}") for name in extras(action) if name != "level"]
    if action.subject == "ticket":
        tickets = tuple(Item(t.id, deal.complaint_line(t)) for t in deal.complaints())
        fields.append(choice("ticket", words("form.ticket"), tickets, str(given.get("ticket", ""))))
    if "level" in action.args:
        fields.append(_level(deal))
    reason = str(given.get("reason", "")) or deal.desk.door.draft(draft)
    fields.append(Field(name="reason", label=words("form.reason"), value=reason, draft=draft))
    return fields


def _extra(deal: Deal, name: str, draft: str) -> Field:
    words, given = deal.words, str(deal.given.get(name, ""))
    label = words(f"form.{name}")
    if name in CHOICES:
        items = tuple(Item(one, words.of(name, one), words=one) for one in CHOICES[name])
        return choice(name, label, items, given if given in CHOICES[name] else "")
    hint = words(f"form.{name}_hint") if name in ("until", "month") else ""
    return Field(
        name=name, label=label, required=True, value=given or deal.desk.door.draft(draft), draft=draft, hint=hint
    )


def _product(deal: Deal) -> Field:
    """Which of the products; where the action makes sense for one of them only, that one."""
    words, kinds = deal.words, deal.action.product
    possible = [p for p in deal.customer.products if not kinds or p.kind in kinds]
    fitting = [p.id for p in possible if p.status in NEEDS_STATUS.get(deal.action.id, {p.status})]
    given = str(deal.given.get("product", "")) or (fitting[0] if len(fitting) == 1 else "")
    plain = not kinds or bool(GENERAL & set(kinds))
    label = words("form.product") if plain else words.of("product", kinds[0])
    return choice("product", label, tuple(_item(deal, p) for p in possible), given)


def _item(deal: Deal, product: Product) -> Item[str]:
    """A product with its state where that is not the usual one."""
    words, status = deal.words, product.status
    state = words.of("product_status", status)
    named = f"{words.of('product', product.kind)} {product.number}"
    return Item(product.id, named if status == "normal" else f"{named} {state}", state, words=product.kind)


def _level(deal: Deal) -> Field:
    levels = COMPLAINT_LEVELS[1:] if deal.action.id == "escalate_complaint" else COMPLAINT_LEVELS[:-1]
    items = tuple(Item(level, deal.words.of("complaint_level", level), words=level) for level in levels)
    return choice("level", deal.words("form.level"), items, str(deal.given.get("level", "")))
