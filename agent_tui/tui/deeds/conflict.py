"""Somebody was quicker: what they changed, who and when, beside what I decided. One key puts mine on top, one leaves theirs
and keeps my words as a draft; nothing is decided by leaving."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import NamedTuple

from agent_tui.desk.door import NotSubmitted, Submitted
from agent_tui.desk.views import Pending, PendingWork, People
from agent_tui.domain.centre import Edit
from agent_tui.domain.editing import Difference
from agent_tui.i18n.catalog import say
from agent_tui.tui.dialogs.keyed_page import KeyedPage
from agent_tui.tui.line import EMPTY, Line, folded
from agent_tui.tui.screens.station import Station
from agent_tui.tui.words import Words, speaking

_own = speaking("conflict")

TOP, THEIRS = "f9", "f8"
NEWER_S, LOOK_S = 3.0, 0.1
"""How long the newer row is waited for before the page is shown without it, and how often it is looked for."""
NAMED = {
    "contact.verified": "verified",
    "contact.result": "result",
    "ticket.state": "ticket_state",
    "ticket.complaint_level": "complaint_level",
    "customer.tier": "tier",
}
"""Field → table of `tui` that has a word for its values."""


class Met(NamedTuple):
    """What became of a conflict. Neither: it stays to be looked at."""

    again: Submitted | NotSubmitted | None = None
    """Mine, sent once more."""
    left: bool = False
    """Theirs stands, and that was said."""


async def meet(station: Station, command_id: str, what: str) -> Met:
    """The command once more where that is right: at once if nothing that matters is different, otherwise if the person
    wants it."""
    item = await _with_newer(station, command_id)
    if item is None or not item.row:
        return Met()
    if item.differs == ():
        return Met(again=station.door.on_top(command_id))
    return await decide(station, item, what)


async def decide(station: Station, item: Pending, what: str = "") -> Met:
    """Show the conflict and do what the person chooses. `what`: the act in words, where they just did it."""
    words, id = station.words, item.id
    title = f"{words.of('pending', 'conflict')}  {words.msg(item.summary)}"
    keys = {TOP: _own(words, "top"), THEIRS: _own(words, "theirs")}
    pressed = await station.ask(
        KeyedPage(
            words, station.painter, title, lambda width: page(station, find(station, id) or item, what, width), keys
        )
    )
    if pressed == TOP:
        return Met(again=station.door.on_top(id))
    if pressed == THEIRS:
        from agent_tui.tui.deeds.unsettled import take_back

        take_back(station, find(station, id) or item)
        station.say(_own(words, "kept" if item.text else "left"), "ok")
        return Met(left=True)
    return Met()


def find(station: Station, command_id: str) -> Pending | None:
    """The command as the journal has it now."""
    work = station.door.view(PendingWork())
    return next((item for item in work if item.id == command_id), None)


async def _with_newer(station: Station, command_id: str) -> Pending | None:
    """The conflict once what others made of the row has come too, which takes as long as a page of the feed."""
    item = find(station, command_id)
    for _ in range(round(NEWER_S / LOOK_S)):
        if item is None or not item.row or item.differs is not None:
            break
        await asyncio.sleep(LOOK_S)
        item = find(station, command_id)
    return item


# ---- the page --------------------------------------------------------------------------------------------------------


def page(station: Station, item: Pending, what: str, width: int) -> list[Line]:
    """Who, when and what; what is different; what I decided."""
    words, margin = station.words, ((" ", "text"),)
    lines: list[Line] = [EMPTY]
    people = station.door.view(People())
    names = {agent.id: agent.name for agent in people}
    for edit in item.edits:
        lines += folded(_deed(words, edit, names), width, "warn", margin)
    if not item.edits:
        lines += folded(_own(words, "somebody"), width, "warn", margin)
    lines.append(EMPTY)
    if item.differs is None:
        lines += folded(_own(words, "coming"), width, "muted", margin)
    elif not item.differs:
        lines += folded(_own(words, "nothing"), width, "text", margin)
    for one in item.differs or ():
        lines += folded(_difference(station, item, one, names), width, "strong", margin)
    lines += [EMPTY, *folded(_own(words, "mine", what=what or words.msg(item.summary)), width, "accent", margin)]
    for paragraph in item.text.splitlines():
        lines += folded(paragraph, width, "text", ((" | ", "muted"),)) if paragraph else [EMPTY]
    return [*lines, EMPTY]


def _deed(words: Words, edit: Edit, names: dict[str, str]) -> str:
    who = names.get(edit.by) or _own(words, "centre")
    key = f"audit.act.{edit.type}"
    act = say(key, words.language)
    what = _own(words, "acted") if edit.type == "PerformAction" or act == key else act
    return _own(words, "by", who=who, at=words.clock(edit.at), what=what)


def _difference(station: Station, item: Pending, one: Difference, names: dict[str, str]) -> str:
    words = station.words
    field = f"{item.row.partition(':')[0]}.{one.field}"
    label = say(f"conflict.field.{field}", words.language)
    if label == f"conflict.field.{field}":
        return _own(words, "other")
    was, now = (_value(station, field, text, names) for text in (one.was, one.now))
    return _own(words, "differs", field=label, was=was, now=now)


def _value(station: Station, field: str, text: str, names: dict[str, str]) -> str:
    words = station.words
    if not text:
        return _own(words, "none")
    if field.endswith(("_at", "_to")) and (moment := _moment(text)) is not None:
        return words.day(moment)
    if field in NAMED:
        return words.of(NAMED[field], text)
    if text in ("True", "False"):
        return _own(words, text.lower())
    seat = getattr(station, "seat", None)
    called: dict[str, str] = {**seat.groups, **seat.categories} if seat is not None else {}
    return names.get(text) or called.get(text) or text


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
