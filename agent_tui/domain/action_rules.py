"""Business actions: whether they make sense now, and what they do to the product. Authority is the policy's, in the ledger."""

from __future__ import annotations

import msgspec

from agent_tui.domain.action_args import out_of_time, right, wanted_form
from agent_tui.domain.actions import ACTIONS, Action
from agent_tui.domain.case import Case, Stop, refuse, stale
from agent_tui.domain.centre import Group
from agent_tui.domain.commands import PerformAction, RevealField
from agent_tui.domain.complaint import wrong_level
from agent_tui.domain.contact import Contact
from agent_tui.domain.contact_rules import HANDLED
from agent_tui.domain.customer import Customer, Product
from agent_tui.domain.effects import Effects, External, Refusal
from agent_tui.domain.masking import mask_phone
from agent_tui.domain.rows import Entity
from agent_tui.domain.scrub import scrub
from agent_tui.domain.text import digits_of
from agent_tui.domain.ticket import Ticket, TicketKind, TicketState
from agent_tui.domain.ticket_rules import clocked, elsewhere, in_hand, moved, raised

NEEDS_STATUS: dict[str, frozenset[str]] = {
    "block_card": frozenset({"normal", "locked"}),
    "unblock_card": frozenset({"blocked"}),
    "unlock_terminal": frozenset({"locked"}),
    "raise_temporary_limit": frozenset({"normal"}),
    "release_settlement": frozenset({"normal", "frozen"}),
    "resend_statement": frozenset({"normal", "blocked", "lost", "frozen", "locked"}),
}
"""Action → product statuses in which it makes sense; any status for actions that are not here."""

SETS_STATUS = {"block_card": "blocked", "unblock_card": "normal", "unlock_terminal": "normal"}
"""Action → status of the product afterwards."""

OTHER_COMMAND = frozenset({"reveal_field", "raise_work_order"})
"""Actions that have a command of their own."""

CURRENCY = "CNY"
"""Limits are sums of this currency: an amount of another would be measured by the wrong ruler."""


def _our_contact(contact_id: str | None, customer_id: str, case: Case) -> Contact | None:
    """The contact in which it is done: one's own, or that of a colleague of one's group, of which the policy says who may
    act in it."""
    if contact_id is None:
        return None
    contact = case.contact(contact_id)
    if contact.agent_id != case.actor.id and contact.group not in case.agent().groups:
        stale("not_your_contact")
    if contact.customer_id != customer_id:
        refuse("not_that_customer")
    if contact.state not in HANDLED:
        stale(f"contact_is_{contact.state.value}")
    return contact


def reveal_field(command: RevealField, case: Case) -> Effects:
    """One field, one purpose; the value goes into the answer and nowhere else."""
    case.customer(command.customer_id)
    contact = _our_contact(command.contact_id, command.customer_id, case)
    purpose = scrub(command.purpose).text.strip()
    if not purpose:
        refuse("purpose_needed")
    fact = case.event("FieldRevealed", contact, case.actor.id, field=command.field.value, purpose=purpose[:200])
    return Effects(events=(msgspec.structs.replace(fact, customer_id=command.customer_id),))


def perform_action(command: PerformAction, case: Case) -> Effects:
    action = ACTIONS.get(command.action)
    if action is None or action.id in OTHER_COMMAND:
        refuse("no_action", action=command.action)
    customer = case.customer(command.customer_id)
    contact = _our_contact(command.contact_id, customer.id, case)
    case.clean(command.reason)
    _check_args(action, command, case)
    _check_amount(action, command)
    if action.subject == "ticket":
        effects = _on_complaint(action, command, case)
    else:
        product = _product(action, command, customer)
        effects = Effects(puts=_changed(action, command, customer, product), externals=_external(action, command))
    fact = case.event(
        "ActionPerformed",
        contact,
        case.actor.id,
        action=action.id,
        risk=action.risk.value,
        amount_minor=command.amount_minor,
        currency=command.currency if action.amount else None,
        product=command.product_id,
        delegation=command.delegation_id,
    )
    fact = msgspec.structs.replace(fact, customer_id=customer.id)
    return msgspec.structs.replace(effects, events=(fact, *effects.events))


def _check_args(action: Action, command: PerformAction, case: Case) -> None:
    unknown = sorted(command.args.keys() - set(action.args))
    if unknown:
        refuse("unknown_argument", name=unknown[0])
    wrong = sorted(name for name, value in command.args.items() if not right(name, value))
    if wrong:
        raise Stop(Refusal(key=wanted_form(wrong[0]), args={"name": wrong[0]}))
    for name, value in sorted(command.args.items()):
        key = out_of_time(name, value, case.now)
        if key:
            raise Stop(Refusal(key=key, args={"name": name}))


def _check_amount(action: Action, command: PerformAction) -> None:
    amount = command.amount_minor
    if action.amount and (amount is None or amount <= 0):
        refuse("amount_needed")
    if not action.amount and amount:
        refuse("no_amount")
    if action.amount and command.currency != CURRENCY:
        refuse("other_currency", currency=CURRENCY)


def _product(action: Action, command: PerformAction, customer: Customer) -> Product | None:
    if command.product_id is None and action.subject != "product":
        return None
    product = next((p for p in customer.products if p.id == command.product_id), None)
    if product is None:
        refuse("product_needed")
    if action.product and product.kind not in action.product:
        refuse("wrong_product", number=product.number)
    allowed = NEEDS_STATUS.get(action.id)
    if product.status == "closed" or (allowed is not None and product.status not in allowed):
        stale(f"product_is_{product.status}", number=product.number)
    return product


def _changed(
    action: Action, command: PerformAction, customer: Customer, product: Product | None
) -> tuple[Entity, ...]:
    if action.id == "change_mobile":
        mobile = command.args.get("mobile", "")
        if not 8 <= len(digits_of(mobile)) <= 15:
            refuse("mobile_needed")
        return (msgspec.structs.replace(customer, phone=mask_phone(mobile)),)
    status = SETS_STATUS.get(action.id)
    if status is None or product is None:
        return ()
    changed = msgspec.structs.replace(product, status=status)
    products = tuple(changed if p.id == product.id else p for p in customer.products)
    return (msgspec.structs.replace(customer, products=products),)


def _external(action: Action, command: PerformAction) -> tuple[External, ...]:
    if action.external is None:
        return ()
    args: dict[str, str | int | None] = {**command.args, "product_id": command.product_id}
    if action.amount:
        args |= {"amount_minor": command.amount_minor, "currency": command.currency}
    return (External(port=action.external, operation=action.id, customer_id=command.customer_id, args=args),)


def _on_complaint(action: Action, command: PerformAction, case: Case) -> Effects:
    ticket = case.state.get(Ticket, command.ticket_id) if command.ticket_id else None
    if ticket is None or ticket.kind is not TicketKind.COMPLAINT:
        refuse("complaint_needed")
    if ticket.customer_id != command.customer_id:
        refuse("not_that_customer")
    if ticket.state is TicketState.CLOSED:
        stale(f"ticket_is_{ticket.state.value}", number=ticket.number)
    if action.id == "close_complaint":
        if elsewhere(ticket, case.agent()) and ticket.owner_id != case.actor.id:
            in_hand(ticket, case)
        return moved(ticket, TicketState.CLOSED, case.clean(command.reason), case)
    to = command.args.get("level", "")
    lowers = action.id != "escalate_complaint"
    if lowers and ticket.owner_id == case.actor.id:
        refuse("owner_downgrades", number=ticket.number)
    if lowers and ticket.handler_id == case.actor.id:
        refuse("handler_downgrades", number=ticket.number)
    wrong = wrong_level(action.id, to, ticket)
    if wrong:
        raise Stop(Refusal(key=wrong))
    if not lowers:
        return raised(ticket, to, case.clean(command.reason), case)
    lowered = msgspec.structs.replace(ticket, complaint_level=to)
    return Effects(puts=(clocked(lowered, case.state.get(Group, ticket.group)),))
