"""What was typed and not sent: a list, from which one goes on writing, reads it whole, or discards it. Nothing else
discards a draft."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

import msgspec

from agent_tui.desk.views import ContactDetail, ContactView, Customer360, CustomerCard, Draft, Drafts
from agent_tui.tui.dialogs.confirm import Confirm
from agent_tui.tui.dialogs.page import Page
from agent_tui.tui.dialogs.pick import Item, Pick
from agent_tui.tui.line import EMPTY, Line, folded
from agent_tui.tui.perform import perform
from agent_tui.tui.screens.desk import DeskScreen
from agent_tui.tui.screens.station import Station
from agent_tui.tui.words import Words, speaking

_own = speaking("vault.drafts")

PARTS = {"form": 3, "bulletin": 1, "find": 1}
"""Kind → parts of the key that name the whole; other kinds have two. What follows names a field."""
UNTYPED = frozenset({"run"})
"""Kinds that keep where one stands, not what was typed."""
KINDS = (
    "message",
    "note",
    "wrap_up",
    "work_order",
    "form",
    "answer",
    "verify",
    "find",
    "cosign",
    "lend",
    "notice",
    "bulletin",
    "correction",
    "article",
    "release",
)


class Unsent(msgspec.Struct, frozen=True):
    """The drafts of one form or place to write."""

    key: str
    kind: str
    about: str
    """Id of the contact, customer or request; empty for none."""
    texts: tuple[str, ...]
    at: Draft
    """The one that was changed last."""


def unsent(drafts: Sequence[Draft]) -> list[Unsent]:
    """What was typed, those of one form together, the latest first."""
    found: dict[str, list[Draft]] = {}
    for draft in drafts:
        parts = draft.key.split(":")
        if draft.text.strip() and parts[0] not in UNTYPED:
            found.setdefault(":".join(parts[: PARTS.get(parts[0], 2)]), []).append(draft)
    return [
        Unsent(key, key.partition(":")[0], key.rpartition(":")[2], tuple(d.text for d in group), group[0])
        for key, group in found.items()
    ]


async def drafts(station: Station) -> None:
    """The list, until it is left or empty."""
    words = station.words
    while True:
        left = unsent(station.door.view(Drafts()))
        if not left:
            station.say(_own(words, "none"), "ok")
            return
        items = [Item(one, _label(station, one), _detail(words, one), words=one.kind) for one in left]
        chosen = await station.ask(Pick(words, station.painter, _own(words, "title", count=len(left)), items))
        if chosen is None or await _do(station, chosen):
            return


async def _do(station: Station, one: Unsent) -> bool:
    """Ask what is to become of a draft and do it; whether the list is left for it."""
    words = station.words
    on = _way_on(station, one)
    ways = [Item("on", _own(words, "on"))] if on else []
    ways += [Item("read", _own(words, "read")), Item("discard", _own(words, "discard"))]
    way = await station.ask(Pick(words, station.painter, _label(station, one), ways))
    if way == "on" and on is not None:
        await on()
        return True
    if way == "read":
        await station.ask(Page(words, station.painter, _label(station, one), lambda width: _whole(one, width)))
    elif way == "discard":
        asked = Confirm(words, station.painter, _own(words, "discard"), [(one.texts[0], "text")])
        if await station.ask(asked):
            station.door.drop_draft(one.key)
    return False


def _whole(one: Unsent, width: int) -> list[Line]:
    lines: list[Line] = []
    for text in one.texts:
        for paragraph in text.splitlines():
            lines += folded(paragraph, width, "text", ((" ", "text"),)) if paragraph else [EMPTY]
        lines.append(EMPTY)
    return lines


# ---- words -----------------------------------------------------------------------------------------------------------


def _label(station: Station, one: Unsent) -> str:
    words = station.words
    if one.kind == "form":
        kind = words.label(f"action.{one.key.split(':')[1]}")
    else:
        kind = _own(words, f"kind.{one.kind if one.kind in KINDS else 'other'}")
    who = _who(station, one)
    return f"{kind}  {who}" if who else kind


def _detail(words: Words, one: Unsent) -> str:
    text = " ".join(" ".join(one.texts).split())
    return f"{words.clock(one.at.updated_at, seconds=False)}  {text}"


def _who(station: Station, one: Unsent) -> str:
    contact, customer = _contact(station, one), _customer(station, one)
    if customer is not None:
        return customer.customer.name
    return (contact.contact.name or contact.contact.caller) if contact is not None else ""


def _contact(station: Station, one: Unsent) -> ContactView | None:
    return station.door.view(ContactDetail(contact_id=one.about))


def _customer(station: Station, one: Unsent) -> Customer360 | None:
    contact = _contact(station, one)
    id = contact.contact.customer_id if contact else one.about
    return station.door.view(CustomerCard(customer_id=id)) if id else None


# ---- going on --------------------------------------------------------------------------------------------------------

_OF_CONTACT = {"wrap_up": "contact.wrap_up", "verify": "contact.verify", "note": "contact.note"}
_OF_CUSTOMER = {"work_order": "action.raise_work_order", "note": "contact.note"}
_OF_NOBODY = {
    "find": "view.find",
    "cosign": "cosign.open",
    "lend": "cosign.lend",
    "effect": "cosign.effects",
    "notice": "monitor.notice",
    "bulletin": "knowledge.publish",
    "correction": "knowledge.bulletins",
    "article": "knowledge.write",
    "release": "monitor.releases",
}


def _way_on(station: Station, one: Unsent) -> Callable[[], Awaitable[None]] | None:
    """To where the draft belongs; None where that is no more."""
    if one.kind in _OF_NOBODY:
        return lambda: perform(station, _OF_NOBODY[one.kind])
    if not isinstance(station, DeskScreen):
        return None
    if _contact(station, one) is not None:
        return lambda: _at_contact(station, one)
    if _customer(station, one) is not None:
        return lambda: _at_customer(station, one)
    return None


async def _at_contact(desk: DeskScreen, one: Unsent) -> None:
    desk.open(one.about, None)
    if one.kind in ("message", "answer"):
        desk.turn_to("thread" if one.kind == "message" else "blueprint")
    elif one.kind in _OF_CONTACT:
        await perform(desk, _OF_CONTACT[one.kind])


async def _at_customer(desk: DeskScreen, one: Unsent) -> None:
    desk.open(None, one.about)
    command = f"action.{one.key.split(':')[1]}" if one.kind == "form" else _OF_CUSTOMER.get(one.kind, "")
    if command:
        await perform(desk, command)
