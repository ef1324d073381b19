"""What was refused, ran into somebody else's change, or came too late: why, how it stands now and by whom, and the words
that were typed, which nobody loses."""

from __future__ import annotations

from agent_tui.desk.views import ContactDetail, Pending, People
from agent_tui.tui.deeds import pages
from agent_tui.tui.deeds.conflict import decide
from agent_tui.tui.dialogs.page import Page
from agent_tui.tui.dialogs.pick import Item, Pick
from agent_tui.tui.line import EMPTY, Line, folded
from agent_tui.tui.perform import follow
from agent_tui.tui.screens.station import Station
from agent_tui.tui.words import speaking

_own = speaking("vault.unsettled")

OVER = ("refused", "conflict", "expired")
"""States in which nothing more comes of a command by itself."""
PLACES = {
    "WrapUpContact": "wrap_up",
    "SendMessage": "message",
    "MoveTicket": "answer",
    "RecordFinding": "review",
    "FollowFinding": "follow",
    "CloseFinding": "close",
    "AnswerFinding": "answer",
}
"""Command → where its words are written; everything else becomes a note."""


async def look_at(station: Station, item: Pending) -> None:
    """Read it, take the words back, or mark it as read; of a conflict, decide again."""
    if item.state == "conflict" and item.row:
        met = await decide(station, item)
        if met.again is not None:
            await follow(station, met.again, station.words.msg(item.summary))
        return
    words = station.words
    ways = [Item("read", _own(words, "read"))]
    if item.text:
        ways.append(Item("back", _own(words, "back")))
    ways.append(Item("done", _own(words, "done")))
    title = f"{words.of('pending', item.state)}  {words.msg(item.summary)}"
    way = await station.ask(Pick(words, station.painter, title, ways))
    if way == "read":
        await station.ask(Page(words, station.painter, title, lambda width: _page(station, item, width)))
    elif way == "back":
        take_back(station, item)
        station.say(_own(words, "taken"), "ok")
    elif way == "done":
        station.door.dismiss(item.id)


def take_back(station: Station, item: Pending) -> None:
    """The words become a draft again, after whatever stands there; only then the command is done with."""
    if item.pages:
        _take_pages_back(station, item)
        return
    key = f"{PLACES.get(item.type, 'note')}:{(item.target or '').rpartition(':')[2]}"
    before = station.door.draft(key)
    if item.text and item.text not in before:
        station.door.keep_draft(key, f"{before}\n{item.text}" if before else item.text)
    station.door.dismiss(item.id)


def _take_pages_back(station: Station, item: Pending) -> None:
    """Each title and text to its field of the form in which it was written, unless it was written anew there."""
    kind, _, id = item.row.partition(":")
    form = pages.draft_of(kind, id)
    for language, page in item.pages.items():
        for part in pages.PARTS:
            key = f"{form}:{part}_{language}"
            if not station.door.draft(key):
                station.door.keep_draft(key, getattr(page, part))
    station.door.dismiss(item.id)


def _page(station: Station, item: Pending, width: int) -> list[Line]:
    words, margin = station.words, ((" ", "text"),)
    lines: list[Line] = [EMPTY]
    for reason in filter(None, (words.sentence(reason) for reason in item.reasons)):
        lines += folded(reason, width, "bad", margin)
    now = _now(station, item)
    if now:
        lines += [EMPTY, *folded(now, width, "warn", margin)]
    if item.text:
        lines += [EMPTY, *folded(_own(words, "typed"), width, "accent", margin)]
        for paragraph in item.text.splitlines():
            lines += folded(paragraph, width, "text", margin) if paragraph else [EMPTY]
    return [*lines, EMPTY]


def _now(station: Station, item: Pending) -> str:
    """How the contact stands at this desk now, who has it, and how many times it changed."""
    kind, _, id = (item.target or "").partition(":")
    view = station.door.view(ContactDetail(contact_id=id)) if kind == "contact" else None
    if view is None:
        return ""
    people = station.door.view(People())
    contact, words = view.contact, station.words
    who = next((agent.name for agent in people if agent.id == contact.agent_id), _own(words, "nobody"))
    moment = contact.closed_at or contact.cleared_at or contact.established_at or contact.queued_at
    state = words.of("contact_state", contact.state)
    return _own(words, "now", state=state, who=who, at=words.clock(moment), version=contact.version)
