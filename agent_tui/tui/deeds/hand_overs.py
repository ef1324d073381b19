"""What is left undone on the floor: for a supervisor whose desk holds unsent work and since when, and for them and the
colleagues of its group what was handed over at the end of a shift, to be read, taken and closed."""

from __future__ import annotations

from agent_tui.desk.hand_over_views import HandOverBoard, HandOvers
from agent_tui.desk.views import People
from agent_tui.domain.agent import Agent
from agent_tui.domain.commands import MoveTicket
from agent_tui.domain.hand_over import giver
from agent_tui.domain.ticket import Ticket, TicketState
from agent_tui.i18n.catalog import say
from agent_tui.tui.dialogs.keyed_page import KeyedPage
from agent_tui.tui.dialogs.page import Page
from agent_tui.tui.dialogs.pick import Item, Pick
from agent_tui.tui.line import EMPTY, Line, folded
from agent_tui.tui.perform import send
from agent_tui.tui.screens.station import Station
from agent_tui.tui.words import Words, speaking

_own = speaking("handover")

TAKE, CLOSE = "f9", "f8"


async def hand_overs(station: Station) -> None:
    """The list, until it is left or empty."""
    words = station.words
    while True:
        found = station.door.view(HandOvers())
        if not (found.tickets or found.holders):
            station.say(_own(words, "nothing"), "ok")
            return
        chosen = await station.ask(Pick(words, station.painter, _own(words, "title"), _items(station, found)))
        if chosen is None:
            return
        kind, _, id = chosen.partition(":")
        if kind == "ticket":
            await _read(station, id)
        else:
            agent = next(agent for agent in found.holders if agent.id == id)
            await station.ask(Page(words, station.painter, agent.name, lambda width: _held(words, agent, width)))  # noqa: B023


def _items(station: Station, found: HandOverBoard) -> list[Item[str]]:
    words, names = station.words, _names(station)
    handed = [
        Item(f"ticket:{t.id}", f"{_state(words, t, names)}  {t.title}", words.clock(t.opened_at, seconds=False))
        for t in found.tickets
    ]
    held = [
        Item(
            f"agent:{agent.id}",
            _own(words, "holds", who=agent.name, count=agent.unsent),
            _own(words, "since", at=words.day(agent.unsent_since)) if agent.unsent_since else "",
        )
        for agent in found.holders
    ]
    return [*handed, *held]


def _names(station: Station) -> dict[str, str]:
    people = station.door.view(People())
    return {agent.id: agent.name for agent in people}


def _state(words: Words, ticket: Ticket, names: dict[str, str]) -> str:
    if ticket.state is TicketState.OPEN:
        return _own(words, "open", who=names.get(giver(ticket), giver(ticket)))
    return _own(words, "taken", who=names.get(ticket.owner_id or "", ticket.owner_id or ""))


def _held(words: Words, agent: Agent, width: int) -> list[Line]:
    """What a desk holds: types and since when, nothing of what it says."""
    margin = ((" ", "text"),)
    said = _own(words, "holds", who=agent.name, count=agent.unsent)
    lines: list[Line] = [EMPTY, *folded(said, width, "strong", margin)]
    if agent.unsent_since:
        lines += folded(_own(words, "since", at=words.day(agent.unsent_since)), width, "warn", margin)
    for kind in agent.unsent_kinds:
        key = f"audit.act.{kind}"
        act = say(key, words.language)
        plain = _own(words, "action") if "{" in act or act == key else act
        lines += folded(plain, width, "text", ((" - ", "muted"),))
    return [*lines, EMPTY, *folded(_own(words, "kept_there"), width, "muted", margin), EMPTY]


# ---- one of them -----------------------------------------------------------------------------------------------------


async def _read(station: Station, id: str) -> None:
    """One of the list, as whoever watches the floor reads it: theirs to take and to close."""
    found = station.door.view(HandOvers())
    ticket = next((one for one in found.tickets if one.id == id), None)
    if ticket is not None:
        await read_hand_over(station, ticket, take=True, close=True)


async def read_hand_over(station: Station, ticket: Ticket, *, take: bool, close: bool) -> None:
    """Its page. Who may take it does so with F9 while nobody has; who may close it does with F8, until it is closed."""
    words, keys = station.words, {}
    if take and ticket.state is TicketState.OPEN:
        keys[TAKE] = _own(words, "take")
    if close and ticket.state is not TicketState.CLOSED:
        keys[CLOSE] = _own(words, "close")
    page = KeyedPage(words, station.painter, ticket.number, lambda width: _page(station, ticket, width), keys)
    pressed = await station.ask(page)
    if pressed is None:
        return
    to = TicketState.IN_PROGRESS if pressed == TAKE else TicketState.CLOSED
    await send(station, MoveTicket(ticket_id=ticket.id, state=to), f"{keys[pressed]} {ticket.number}", seen=ticket)


def _page(station: Station, ticket: Ticket, width: int) -> list[Line]:
    words, margin = station.words, ((" ", "text"),)
    lines: list[Line] = [EMPTY, *folded(ticket.title, width, "strong", margin)]
    lines += folded(f"{_state(words, ticket, _names(station))}  {words.day(ticket.opened_at)}", width, "warn", margin)
    if ticket.name:
        lines += folded(ticket.name, width, "text", margin)
    lines.append(EMPTY)
    for paragraph in ticket.text.splitlines():
        lines += folded(paragraph, width, "text", margin) if paragraph else [EMPTY]
    return [*lines, EMPTY]
