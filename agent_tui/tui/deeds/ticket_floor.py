"""What a supervisor does about the work orders and complaints of the floor: the list of those that are open, in whose hands
and since when, and putting one into the hands of a colleague."""

from __future__ import annotations

from datetime import datetime

from agent_tui.desk.found import TicketView
from agent_tui.desk.views import People, QueueRow, QueueRows, StatusOf
from agent_tui.domain.agent import Agent, AgentState
from agent_tui.domain.hands_rules import off_shift, unfit
from agent_tui.domain.ticket import TAKEN_UP, Ticket
from agent_tui.domain.ticket_commands import AssignTicket
from agent_tui.tui.dialogs.fields import Field
from agent_tui.tui.dialogs.form import Form
from agent_tui.tui.dialogs.pick import Item, Pick
from agent_tui.tui.perform import send, stands
from agent_tui.tui.screens.station import Station
from agent_tui.tui.words import speaking

_own = speaking("ticket")

AT_MOST = 300
"""Rows of the list: those that are due first; whoever looks for another one searches for its number."""


async def tickets(station: Station) -> None:
    """The list, until it is left or empty; Enter reads one, with the keys of what may be done to it."""
    from agent_tui.tui.deeds.knowledge import read_ticket

    words = station.words
    while True:
        items = _items(station)
        if not items:
            station.say(_own(words, "no_open"), "ok")
            return
        chosen = await station.ask(Pick(words, station.painter, _own(words, "open_title"), items))
        if chosen is None:
            return
        await read_ticket(station, chosen)


def _items(station: Station) -> list[Item[str]]:
    now = station.door.view(StatusOf()).now
    page = station.door.view(QueueRows(kind="tickets", limit=AT_MOST))
    off = {agent.id for agent in station.door.view(People()) if off_shift(agent)}
    return [_item(station, row, now, row.handler_id in off) for row in page.rows if row.channel in TAKEN_UP]


def _item(station: Station, row: QueueRow, now: datetime, off: bool) -> Item[str]:
    """What it is and in whose hands; what is late and a colleague who went home with it are marked."""
    words = station.words
    kind = words.of("complaint_level", row.level) if row.level else ""
    label = " ".join(filter(None, (kind, words.of("ticket_kind", row.channel), row.subject)))
    whose = words("in_hand", who=f"{row.handler} {_own(words, 'off_shift')}" if off else row.handler)
    whose = whose if row.handler else words.of("ticket_state", row.state)
    due = _own(words, "due", at=words.when(row.due, now)) if row.due else ""
    due = f"! {due}" if row.due and row.due <= now else due
    return Item(row.id, label, "  ".join(filter(None, (due, whose))), words=f"{row.caller} {row.group}")


# ---- to a colleague ---------------------------------------------------------------------------------------------------


async def assign(station: Station, view: TicketView) -> None:
    """Into the hands of a colleague of its group who could take it up; those at work are offered first."""
    ticket, words = view.ticket, station.words
    people = able(station, ticket)
    if not people:
        station.say(_own(words, "nobody_able", number=ticket.number), "warn")
        return
    off = _own(words, "off_shift")
    items = tuple(Item(a.id, f"{a.name} {off}" if off_shift(a) else a.name, words=a.id) for a in people)
    draft = f"assign:{ticket.id}"
    fields = [
        Field(name="assignee", kind="choice", label=_own(words, "assignee"), items=items, required=True),
        Field(name="text", label=_own(words, "assign_note"), hint=_own(words, "optional"),
              value=station.door.draft(draft), draft=draft),
    ]  # fmt: skip
    title = f"{_own(words, 'assign')} {ticket.number}"
    values = await station.ask(
        Form(words, station.painter, title, fields, go="confirm", keep=station.door.keep_draft)
    )
    if values is None:
        return
    command = AssignTicket(ticket_id=ticket.id, assignee_id=values["assignee"], text=values.get("text", ""))
    if stands(await send(station, command, title)):
        station.door.drop_draft(draft)


def able(station: Station, ticket: Ticket) -> list[Agent]:
    """Who of its group could have it in hand and does not: those at work first."""
    now = station.door.view(StatusOf()).now
    people = (a for a in station.door.view(People()) if ticket.group in a.groups and a.id != ticket.handler_id)
    fit = [agent for agent in people if not unfit(agent, ticket, now)]
    return sorted(fit, key=lambda agent: (agent.state is AgentState.LOGGED_OFF, agent.name))
