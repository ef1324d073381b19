"""Business actions under authority: ask the policy, fill the form, show the exact effect, step up, submit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agent_tui.desk.commands import ACTION_LETTERS
from agent_tui.domain.actions import ACTIONS
from agent_tui.domain.commands import PerformAction, RevealField
from agent_tui.domain.customer import Secret
from agent_tui.policy.decision import Decision, Deny, StepUp
from agent_tui.tui.authenticate import authenticate
from agent_tui.tui.deeds.asking import ask_others, offer_to_ask
from agent_tui.tui.deeds.deal import Deal, needed
from agent_tui.tui.deeds.deal_fields import choice, deal_fields, extras
from agent_tui.tui.deeds.work_order import raise_order
from agent_tui.tui.dialogs.deal_form import DealForm
from agent_tui.tui.dialogs.form import Form, Values
from agent_tui.tui.dialogs.pick import Item
from agent_tui.tui.panes.action_lines import reasons_of
from agent_tui.tui.panes.customer_lines import fact
from agent_tui.tui.perform import Deed, send, stands
from agent_tui.tui.screens.attending import Attending
from agent_tui.wire.command import Outcome


async def carry_out(desk: Attending, action: str, given: Mapping[str, Any] | None = None) -> Outcome | None:
    """The form of an action, filled with what is given, and what became of it. None if it was left or waits."""
    card = desk.seat.read_card()
    if card is None:
        desk.say(desk.words("not.no_customer"), "warn")
        return None
    if action == "raise_work_order":
        return await raise_order(desk, given or {})
    if action == "reveal_field":
        return await _reveal(desk, given or {})
    deal = Deal(desk, ACTIONS[action], card.customer, given or {})
    fields = deal_fields(deal)
    decision = deal.decide({field.name: field.value for field in fields})
    # What is still to be chosen may change a no: only a no that stands whatever is chosen spares the form.
    chosen = all(field.value or not field.items for field in fields if field.kind == "choice")
    if isinstance(decision, Deny) and chosen and not ACTIONS[action].amount:
        desk.refused_level = needed(decision)
        desk.say(" ".join(text for text, _ in deal.verdict(decision)), "bad")
        desk.app.bell()
        return Outcome(id="", outcome="refused")
    values = await desk.ask(DealForm(desk, deal, f"{deal.label}  {card.customer.name}", fields))
    if values is None:
        return None
    if not await step_up(desk, deal.decide(values)):
        return None
    if deal.needs(values) is not None:
        return await ask_others(desk, deal, values, _command(deal, values))
    return await _submit(desk, deal, values)


async def _submit(desk: Attending, deal: Deal, values: Values) -> Outcome | None:
    what = f"{deal.label} {desk.words.money(deal.amount(values))}".strip()
    outside = deal.action.external is not None
    outcome = await send(desk, _command(deal, values), what, seen=deal.changes(values), quiet=outside)
    if outside and outcome is not None and outcome.outcome == "applied":
        desk.say(desk.words("said.handed_on", what=what), "ok")
    elif outcome is not None and outcome.outcome == "applied" and (told := _asked(deal, values)):
        desk.say(told, "ok")
    if stands(outcome):
        desk.door.drop_draft(f"form:{deal.action.id}:{deal.customer.id}")
    elif outcome is not None and outcome.problem == "limit-exceeded" and outcome.needs_level:
        offer_to_ask(desk, deal, values, outcome)
    return outcome


def _asked(deal: Deal, values: Values) -> str:
    """What the customer asked to hear of a product; empty for actions that tell nothing."""
    product, words = deal.product(values), deal.words
    if product is None:
        return ""
    told = [fact(words, name, product.facts[name]) for name in deal.action.asks if name in product.facts]
    return "  ".join((words.of("product", product.kind), product.number, *told)) if told else ""


def _command(deal: Deal, values: Values) -> PerformAction:
    under = deal.under(values)
    return PerformAction(
        action=deal.action.id,
        customer_id=deal.customer.id,
        contact_id=deal.contact_id,
        product_id=values.get("product") or None,
        ticket_id=values.get("ticket") or None,
        amount_minor=deal.amount(values),
        reason=values.get("reason", ""),
        args=_args(deal, values),
        delegation_id=under.delegation.id if under is not None else None,
    )


def _args(deal: Deal, values: Values) -> dict[str, str]:
    """What was typed, and what the blueprint asked that the form does not."""
    given = {name: str(deal.given[name]) for name in deal.action.args if deal.given.get(name)}
    return given | {name: values[name] for name in extras(deal.action)}


async def step_up(desk: Attending, decision: Decision) -> bool:
    """Authenticate again if the policy asks for it, be it beside a co-sign; True when it need not or was right."""
    asked = isinstance(decision, StepUp) or any(reason.outcome == "step_up" for reason in reasons_of(decision))
    return not asked or await authenticate(desk)


async def _reveal(desk: Attending, given: Mapping[str, Any]) -> Outcome | None:
    """One field, one purpose, 60 s."""
    card = desk.seat.card
    if card is None:
        return None
    words = desk.words
    deal = Deal(desk, ACTIONS["reveal_field"], card.customer, given)
    fields = [
        choice("field", words("form.field"), tuple(Item(s, words.of("secret", s), words=s) for s in Secret)),
        choice(
            "reason",
            words("form.purpose"),
            tuple(Item(p, words.of("purpose", p), words=p) for p in deal.action.reasons),
        ),
    ]
    form = Form(
        words,
        desk.painter,
        f"{deal.label}  {card.customer.name}",
        fields,
        go="confirm",
        check=deal.check,
        live=lambda values: [*deal.live(values), (words("form.effect_reveal"), "muted")],
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


def _deed(action: str) -> Deed:
    async def do(desk: Attending) -> None:
        await carry_out(desk, action)

    return do


DEEDS = {f"action.{action}": _deed(action) for action in ACTION_LETTERS}
