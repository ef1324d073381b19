"""What a supervisor does on the wall: turn to a pane, call people back from break, write a line to the floor."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from agent_tui.domain.agent import Agent, AgentState
from agent_tui.domain.commands import RecallFromBreak, SendNotice
from agent_tui.tui.deeds.hand_overs import hand_overs
from agent_tui.tui.deeds.release import releases
from agent_tui.tui.deeds.ticket_floor import tickets
from agent_tui.tui.dialogs.confirm import Confirm
from agent_tui.tui.dialogs.fields import Field
from agent_tui.tui.dialogs.form import Form
from agent_tui.tui.dialogs.pick import Item, Pick
from agent_tui.tui.panes.wall_lines import own
from agent_tui.tui.perform import send, stands
from agent_tui.tui.screens.monitor import MonitorScreen

Deed = Callable[[MonitorScreen], Awaitable[None]]

_ON_BREAK = ("break", "meal")
"""Reasons of not ready from which a person can be called back (M14)."""


def _turn(pane: str) -> Deed:
    async def turn(monitor: MonitorScreen) -> None:
        monitor.turn_to(pane)

    return turn


def on_break(monitor: MonitorScreen) -> list[Agent]:
    """Who is on a break, the longest first."""
    tiles = [t for t in monitor.wall.agents if t.agent.state == AgentState.NOT_READY and t.agent.reason in _ON_BREAK]
    return [tile.agent for tile in sorted(tiles, key=lambda tile: -tile.in_state_s)]


async def recall(monitor: MonitorScreen) -> None:
    """All who are on break, or one of them."""
    words, people = monitor.words, on_break(monitor)
    if not people:
        monitor.say(own(words, "nobody_on_break"), "muted")
        return
    everybody = Item("", own(words, "recall_all", count=len(people)))
    one = [Item(a.id, a.name, words.of("reason", a.reason)) for a in people]
    chosen = await monitor.ask(Pick(words, monitor.painter, words.label("monitor.recall"), [everybody, *one]))
    if chosen is None:
        return
    agents = (chosen,) if chosen else tuple(a.id for a in people)
    asked = [(own(words, "recall_ask", count=len(agents)), "text")]
    if not await monitor.ask(Confirm(words, monitor.painter, words.label("monitor.recall"), asked)):
        return
    outcome = await send(monitor, RecallFromBreak(agents=agents), words.label("monitor.recall"), quiet=True)
    if outcome is not None and outcome.outcome == "applied":
        monitor.say(own(words, "recalled", count=len(agents)), "ok")


async def notice(monitor: MonitorScreen) -> None:
    """One line that every desk shows."""
    words = monitor.words
    field = Field(
        name="text",
        label=own(words, "notice_ask"),
        required=True,
        value=monitor.door.draft("notice:floor"),
        draft="notice:floor",
    )
    form = Form(
        words, monitor.painter, words.label("monitor.notice"), [field], go="send", keep=monitor.door.keep_draft
    )
    values = await monitor.ask(form)
    if values is None:
        return
    outcome = await send(monitor, SendNotice(text=values["text"]), words.label("monitor.notice"), quiet=True)
    if stands(outcome):
        monitor.door.drop_draft("notice:floor")
        monitor.say(own(words, "notice_sent"), "ok")


DEEDS: dict[str, Deed] = {
    "monitor.floor": _turn("floor"),
    "monitor.people": _turn("people"),
    "monitor.day": _turn("day"),
    "monitor.figures": _turn("figures"),
    "monitor.recall": recall,
    "monitor.notice": notice,
    "monitor.tickets": tickets,
    "monitor.hand_overs": hand_overs,
    "monitor.releases": releases,
}
