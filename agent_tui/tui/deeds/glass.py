"""Break-glass: its own command, a plain warning, and an action that others would have to sign."""

from __future__ import annotations

from agent_tui.domain.actions import ACTIONS
from agent_tui.policy.decision import Deny, NeedsCosign
from agent_tui.tui.dialogs.confirm import Confirm
from agent_tui.tui.dialogs.pick import Item, Pick
from agent_tui.tui.panes.approval_lines import own
from agent_tui.tui.screens.desk import DeskScreen

LEVEL = 3
"""The least level of both people as the centres we know have it; the server says if theirs is another."""


async def break_glass(desk: DeskScreen) -> None:
    """Warn, choose the action, fill its form, send it for the second person to sign."""
    from agent_tui.tui.deeds.action import carry_out

    words = desk.words
    warning = [
        (own(words, "glass.warning"), "bad"),
        (own(words, "glass.two", level=LEVEL), "warn"),
        (own(words, "glass.review"), "warn"),
    ]
    if not await desk.ask(Confirm(words, desk.painter, own(words, "glass.title"), warning)):
        return
    items = [
        Item(row.action, words.label(f"action.{row.action}"))
        for row in desk.action_rows
        if isinstance(row.decision, NeedsCosign)
        or (ACTIONS[row.action].amount and not isinstance(row.decision, Deny))
    ]
    if not items:
        desk.say(own(words, "glass.nothing"), "warn")
        return
    action = await desk.ask(Pick(words, desk.painter, own(words, "glass.pick"), items))
    if action:
        await carry_out(desk, action, {"glass": True})
