"""Effects on other systems whose outcome nobody knows, by keys: the list, one of them, and what a person found out."""

from __future__ import annotations

from collections.abc import Sequence

from agent_tui.desk.effect_views import Effects, EffectView
from agent_tui.domain.commands import Command, MoveTicket, ResolveEffect
from agent_tui.domain.ticket import TicketState
from agent_tui.tui.authenticate import always
from agent_tui.tui.dialogs.approval import LivePick
from agent_tui.tui.dialogs.fields import Field
from agent_tui.tui.dialogs.form import Form
from agent_tui.tui.dialogs.keyed_page import KeyedPage
from agent_tui.tui.dialogs.pick import Item
from agent_tui.tui.line import EMPTY, Line, folded, piece
from agent_tui.tui.perform import send, stands
from agent_tui.tui.screens.station import Station
from agent_tui.tui.words import Words, speaking

own = speaking("effect")

DONE, NOT_DONE = "f9", "f7"


def what(words: Words, view: EffectView) -> str:
    """The act in a few words: action, amount, customer (masked)."""
    amount = f"{words.money(view.amount_minor)} CNY" if view.amount_minor else ""
    label = words.label(f"action.{view.ticket.effect}")
    return " ".join(filter(None, (label, amount, view.ticket.name)))


async def open_list(station: Station) -> None:
    """What waits to be found out, and what was lately."""
    words = station.words
    while _items(station):
        keys = own(words, "keys.list")
        chosen = await station.ask(
            LivePick(words, station.painter, own(words, "title"), lambda: _items(station), keys)
        )
        if chosen is None:
            return
        await open_one(station, chosen)
    station.say(own(words, "nothing"), "ok")


def _known(station: Station, id: str = "") -> tuple[EffectView, ...]:
    return station.door.view(Effects(id=id))


def _items(station: Station) -> Sequence[Item[str]]:
    words = station.words
    return [
        Item(
            view.ticket.id,
            f"{state_of(words, view)}  {what(words, view)}",
            f"{words.clock(view.ticket.opened_at, seconds=False)}  {view.maker}  {view.ticket.number}",
        )
        for view in _known(station)
    ]


def state_of(words: Words, view: EffectView) -> str:
    """With its mark."""
    if not view.open:
        return f"+ {own(words, 'settled')}"
    return f"? {own(words, 'unknown')}" if view.unknown else f"x {own(words, 'refused')}"


async def open_one(station: Station, id: str) -> None:
    """Read one; say what was found out."""
    words = station.words
    view = next(iter(_known(station, id)), None)
    if view is None:
        return
    shown, title = view, own(words, "title")
    page = KeyedPage(words, station.painter, title, lambda width: _page(words, shown, width), _keys(words, view))
    pressed = await station.ask(page)
    if pressed is not None:
        await _settle(station, view, pressed)


def _keys(words: Words, view: EffectView) -> dict[str, str]:
    if not view.open:
        return {}
    if not view.unknown:
        return {DONE: own(words, "keys.close")}
    # Whoever caused it does not judge it; the server would say the same.
    return {} if view.mine else {DONE: own(words, "keys.done"), NOT_DONE: own(words, "keys.not_done")}


def _page(words: Words, view: EffectView, width: int) -> list[Line]:
    ticket = view.ticket
    rows = [
        ("what", what(words, view), "strong"),
        ("state", state_of(words, view), "warn" if view.open else "ok"),
        ("maker", view.maker, "text"),
        ("at", words.day(ticket.opened_at), "text"),
        ("ticket", ticket.number, "text"),
        ("found", ticket.text, "text"),
    ]
    lines: list[Line] = [EMPTY]
    for name, text, role in rows:
        if text:
            lines += folded(text, width, role, (piece(f" {own(words, f'page.{name}')}  ", "accent"),))
    if not view.open:
        return [*lines, EMPTY]
    key = "refused" if not view.unknown else "mine" if view.mine else "yours"
    return [*lines, EMPTY, *folded(own(words, f"how.{key}"), width, "warn", ((" ! ", "warn"),)), EMPTY]


async def _settle(station: Station, view: EffectView, pressed: str) -> None:
    words, ticket = station.words, view.ticket
    doing = "close" if not view.unknown else "done" if pressed == DONE else "not_done"
    key = f"effect:{ticket.id}"
    field = Field(name="text", label=own(words, "reason"), required=True, value=station.door.draft(key), draft=key)
    title = f"{own(words, f'keys.{doing}')}  {what(words, view)}"
    said = always([(own(words, f"final.{doing}"), "warn")])
    form = Form(words, station.painter, title, [field], live=said, keep=station.door.keep_draft, go="confirm")
    values = await station.ask(form)
    if values is None:
        return
    command: Command = ResolveEffect(ticket_id=ticket.id, outcome=doing, reason=values["text"])
    if doing == "close":
        command = MoveTicket(ticket_id=ticket.id, state=TicketState.CLOSED, text=values["text"])
    outcome = await send(station, command, title, quiet=True)
    if stands(outcome):
        station.door.drop_draft(key)
        station.say(own(words, f"told.{doing}", what=what(words, view)), "ok")
