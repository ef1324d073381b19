"""Before somebody signs off: what this desk still holds, each thing one key away. A shift does not end over work that
would be lost sight of; what was typed and not sent is kept and named."""

from __future__ import annotations

import msgspec

from agent_tui.desk.views import ContactView, Drafts, MyContacts, Pending, PendingWork
from agent_tui.domain.commands import HandOver
from agent_tui.tui import marks
from agent_tui.tui.deeds.drafts import unsent
from agent_tui.tui.deeds.unsettled import OVER
from agent_tui.tui.dialogs.pick import Item, Pick
from agent_tui.tui.perform import perform, send
from agent_tui.tui.screens.desk import DeskScreen
from agent_tui.tui.screens.station import Station
from agent_tui.tui.words import Words, speaking

_own = speaking("vault.hand_over")
_left = speaking("handover")

SETTLED = frozenset({"applied"})
"""States of a command that only waits for its own row to come back."""
GO, GIVE = "go", "give"


class Held(msgspec.Struct, frozen=True):
    """What a desk holds."""

    contacts: tuple[ContactView, ...]
    work: tuple[Pending, ...]
    """Not sent, not answered, waiting for others, refused and not looked at."""
    drafts: int

    @property
    def over(self) -> tuple[Pending, ...]:
        """Of which nothing more comes by itself: somebody else may take it up."""
        return tuple(item for item in self.work if item.state in OVER)

    @property
    def matters(self) -> bool:
        """Whether a shift may not end over it."""
        return bool(self.contacts or any(item.state != "awaiting_approval" for item in self.work))


def held(station: Station) -> Held:
    """Everything at this desk that is not done with."""
    contacts = station.door.view(MyContacts())
    work = station.door.view(PendingWork())
    open_work = tuple(item for item in work if item.state not in SETTLED)
    return Held(contacts, open_work, len(unsent(station.door.view(Drafts()))))


async def may_sign_off(desk: DeskScreen) -> bool:
    """Show what is held until nothing that matters is left and the person wants to go; False when they stay."""
    while True:
        now = held(desk)
        if not (now.contacts or now.work or now.drafts):
            return True
        title = _own(desk.words, "first" if now.matters else "kept")
        chosen = await desk.ask(Pick(desk.words, desk.painter, title, _items(desk, now)))
        if chosen == GO:
            return True
        if chosen == GIVE:
            await _give(desk, now)
            continue
        if chosen is None:
            return False
        kind, _, id = chosen.partition(":")
        if kind == "contact":
            desk.open(id, None)
            return False
        await perform(desk, "view.pending" if kind == "work" else "view.drafts")


def _items(desk: DeskScreen, now: Held) -> list[Item[str]]:
    words = desk.words
    items = [
        Item(f"contact:{view.contact.id}", _contact(words, view), _own(words, "contact")) for view in now.contacts
    ]
    for item in now.work:
        mark = marks.PENDING.get(item.state, ("?", ""))[0]
        label = f"{mark} {words.of('pending', item.state)}  {words.msg(item.summary)}"
        items.append(Item(f"work:{item.id}", label, words.clock(item.made_at)))
    if now.drafts:
        items.append(Item("drafts:", _own(words, "drafts", count=now.drafts), _own(words, "drafts_kept")))
    if now.over:
        items.append(Item(GIVE, _left(words, "give", count=len(now.over)), _left(words, "give_hint")))
    if not now.matters:
        items.append(Item(GO, _own(words, "go")))
    return items


async def _give(desk: DeskScreen, now: Held) -> None:
    """Hand what was refused, in conflict or too late over to whoever takes it; each leaves this desk once the server has
    it."""
    words = desk.words
    for item in now.over:
        why = [words.sentence(reason) for reason in item.reasons]
        state, text = words.of("pending", item.state), item.text
        kind, _, id = (item.target or "").partition(":")
        command = HandOver(
            title=words.msg(item.summary),
            text="\n".join(filter(None, (f"{state}  {words.day(item.made_at)}", *why, text))),
            contact_id=id if kind == "contact" else None,
        )
        outcome = await send(desk, command, words.msg(item.summary))
        if outcome is None or outcome.outcome != "applied":
            return
        desk.door.dismiss(item.id)
    desk.say(_left(words, "given", count=len(now.over)), "ok")


def _contact(words: Words, view: ContactView) -> str:
    contact = view.contact
    mark = marks.CONTACT.get(contact.state, (" ", ""))[0]
    return f"{mark} {words.of('contact_state', contact.state)}  {contact.name or contact.caller}"


def leaving(station: Station) -> list[str]:
    """One sentence for each kind of thing that stays here when the program ends."""
    now = held(station)
    counts = {"contacts": len(now.contacts), "work": len(now.work), "typed": now.drafts}
    return [_own(station.words, f"leave.{name}", count=count) for name, count in counts.items() if count]
