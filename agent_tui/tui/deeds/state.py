"""Ready, break, log off."""

from __future__ import annotations

from agent_tui.domain.agent import BREAK_REASONS
from agent_tui.domain.commands import SetAgentState
from agent_tui.tui.deeds.hand_over import may_sign_off
from agent_tui.tui.dialogs.confirm import Confirm
from agent_tui.tui.dialogs.pick import Item, Pick
from agent_tui.tui.perform import send
from agent_tui.tui.screens.desk import DeskScreen


async def ready(desk: DeskScreen) -> None:
    await send(desk, SetAgentState(state="ready"), desk.words.label("state.ready"))


async def take_break(desk: DeskScreen) -> None:
    """Not ready, with a reason code."""
    words = desk.words
    reasons = [reason for reason in BREAK_REASONS if reason != "recalled"]
    items = [Item(reason, words.of("reason", reason), words=reason) for reason in reasons]
    reason = await desk.ask(Pick(words, desk.painter, words("pick.break"), items))
    if reason:
        said = words("state_because", state=words.of("state", "not_ready"), reason=words.of("reason", reason))
        await send(desk, SetAgentState(state="not_ready", reason=reason), said)


async def log_off(desk: DeskScreen) -> None:
    words = desk.words
    label = words.label("state.log_off")
    if not await may_sign_off(desk):
        return
    if await desk.ask(Confirm(words, desk.painter, label, [(words("ask.log_off"), "text")])):
        await send(desk, SetAgentState(state="logged_off"), label)


DEEDS = {"state.ready": ready, "state.break": take_break, "state.log_off": log_off}
