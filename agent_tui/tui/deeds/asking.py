"""Asking others to sign what is above one's own authority, and breaking the glass when nobody is there to ask."""

from __future__ import annotations

import msgspec

from agent_tui.desk.views import Approvals
from agent_tui.domain.commands import BreakGlass, PerformAction, RequestApproval
from agent_tui.tui.cosign_watch import fitting
from agent_tui.tui.deeds.deal import Deal, Needs, approvers, asks_them
from agent_tui.tui.dialogs.form import Values
from agent_tui.tui.facts import Wanted
from agent_tui.tui.keymap import shown
from agent_tui.tui.panes.approval_lines import online, own
from agent_tui.tui.perform import refusal, send, stands
from agent_tui.tui.screens.attending import Attending
from agent_tui.wire.command import Outcome


def offer_to_ask(desk: Attending, deal: Deal, values: Values, outcome: Outcome) -> None:
    """The server knew more than this desk: say what would help, and keep it for F8."""
    needs = Needs(outcome.needs_level or 0)
    desk.to_ask = Wanted(deal.action.id, deal.customer.id, {**values, "needs_level": needs.level})
    why = refusal(desk, outcome.id)
    desk.say(f"{why} {asks_them(desk, needs)}".strip(), "bad")


async def ask_others(desk: Attending, deal: Deal, values: Values, act: PerformAction) -> Outcome | None:
    """Send the request; what was typed is kept until it stands."""
    words, reason = desk.words, values.get("reason", "")
    inner = msgspec.structs.replace(act, reason="")
    command = (
        BreakGlass(command=inner, reason=reason) if deal.glass else RequestApproval(command=inner, reason=reason)
    )
    what = deal.what(values)
    label = own(words, "glass.title" if deal.glass else "ask.title")
    outcome = await send(desk, command, f"{label} {what}", quiet=True)
    if not stands(outcome):
        return outcome
    desk.door.drop_draft(f"form:{deal.action.id}:{deal.customer.id}")
    if outcome is not None and outcome.outcome == "awaiting_approval":
        needs = deal.needs(values)
        _say_sent(desk, deal, what, _level(desk, outcome, needs))
    return outcome


def _level(desk: Attending, outcome: Outcome, needs: Needs | None) -> int:
    """The level the server asks for, when its row is here already."""
    found = desk.door.view(Approvals(id=outcome.id))
    return found[0].approval.level if found else needs.level if needs else 0


def _say_sent(desk: Attending, deal: Deal, what: str, level: int) -> None:
    words, key = desk.words, shown("cosign.watch" if desk.mode == "monitor" else "cosign.open")
    if deal.glass:
        desk.say(fitting(desk, own(words, "told.sent_glass", what=what, level=level, key=key)), "warn")
        return
    able = online(words, approvers(desk, level))
    desk.say(fitting(desk, own(words, "told.sent", what=what, online=able, key=key)), "warn")
