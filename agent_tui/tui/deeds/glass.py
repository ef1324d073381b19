"""Break-glass: its own command, a plain warning, a customer, and an action that others would have to sign."""

from __future__ import annotations

from agent_tui.desk.views import ActionRow, ActionRows
from agent_tui.domain.actions import ACTIONS
from agent_tui.policy.decision import Deny, NeedsCosign
from agent_tui.tui.deeds.deal import ours
from agent_tui.tui.deeds.lookup import look_up
from agent_tui.tui.dialogs.confirm import Confirm
from agent_tui.tui.dialogs.pick import Item, Pick
from agent_tui.tui.panes.approval_lines import own
from agent_tui.tui.screens.attending import Attending


async def break_glass(desk: Attending) -> None:
    """Warn, look the customer up if none is open, choose the action, fill its form, send it for the second person."""
    words = desk.words
    warning = [
        (own(words, "glass.warning"), "bad"),
        (own(words, "glass.two", level=desk.facts.status.glass_level), "warn"),
        (own(words, "glass.review"), "warn"),
    ]
    title = own(words, "glass.title")
    if not await desk.ask(Confirm(words, desk.painter, title, warning)):
        return
    if desk.shows_customer and desk.facts.customer_id:
        await _for_customer(desk)
        return
    found = await look_up(desk, f"{title}  {words.label('view.find')}")
    if found:
        desk.open(None, found)
        await _for_customer(desk)


async def _for_customer(desk: Attending) -> None:
    """Choose what others would have to sign, and ask for it under the glass."""
    from agent_tui.tui.deeds.action import carry_out

    words = desk.words
    if desk.seat.read_card() is None:
        desk.say(words("not.no_customer"), "warn")
        return
    customer_id = desk.facts.customer_id
    contact_id = ours(desk, customer_id or "")
    desk.action_rows = desk.door.view(ActionRows(customer_id=customer_id, contact_id=contact_id))
    items = [Item(row.action, words.label(f"action.{row.action}")) for row in desk.action_rows if _behind_glass(row)]
    if not items:
        desk.say(_why_nothing(desk), "warn")
        return
    action = await desk.ask(Pick(words, desk.painter, own(words, "glass.pick"), items))
    if action:
        await carry_out(desk, action, {"glass": True})


def _why_nothing(desk: Attending) -> str:
    """Nothing needs others; or all of it is refused whoever signs, and then the rule is what helps."""
    words = desk.words
    refused = [row.decision for row in desk.action_rows if isinstance(row.decision, Deny)]
    if refused and len(refused) == len(desk.action_rows) and refused[0].reasons:
        return words.sentence(refused[0].reasons[0].sentences)
    return own(words, "glass.nothing")


def _behind_glass(row: ActionRow) -> bool:
    """Whether others have to sign it, or would from some amount on."""
    return isinstance(row.decision, NeedsCosign) or (
        ACTIONS[row.action].amount and not isinstance(row.decision, Deny)
    )
