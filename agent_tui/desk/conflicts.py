"""When somebody else was quicker: what a command was decided on, what is different now, and the same once more on top.

A version says that a row changed, not that it matters. What the line, the clock or I changed myself since is taken as
seen: only where a field differs that people decide on (`editing.MATTERS`) does the version of old go with the command.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from agent_tui.desk.door import NotSubmitted, Submitted
from agent_tui.desk.sight import Sight
from agent_tui.domain.contact import Contact
from agent_tui.domain.customer import Customer
from agent_tui.domain.editing import Difference, differences, edited, rebased
from agent_tui.domain.knowledge import Pages
from agent_tui.domain.rows import NAMES, Entity, decode, encode
from agent_tui.i18n.message import msg
from agent_tui.store import read
from agent_tui.store.journal import Item, Journal, NewItem

if TYPE_CHECKING:
    from agent_tui.desk.desk import Desk


def decided_on(sight: Sight, new: NewItem, seen: Entity) -> NewItem:
    """The command with the version it goes with, and the row it was decided on. A row that the command does not
    change, or one this desk may not see any more, is no condition."""
    if edited(new.command) != f"{NAMES[type(seen)]}:{seen.id}":
        return new
    now = read.get(sight.cache, type(seen), seen.id)
    if now is not None and not differences(seen, now):
        seen = now
    return msgspec.structs.replace(new, if_match=seen.version, seen=encode(_unnamed(seen)))


def _unnamed(row: Entity) -> Entity:
    """A verified caller's name stands in clear on the screen, and nowhere on the disk."""
    return msgspec.structs.replace(row, name="") if isinstance(row, Contact | Customer) else row


def row_of(item: Item) -> str:
    """`entity:id` of the row a command was decided on; empty for none."""
    return (edited(item.command) or "") if item.seen else ""


def differs(sight: Sight, item: Item) -> tuple[Difference, ...] | None:
    """What is different from what was seen; None while the newer row has not come, or where none was seen."""
    seen, now = _seen(item), _now(sight, item)
    if seen is None or now is None or now.version <= seen.version:
        return None
    return differences(seen, now)


def written(item: Item) -> Pages:
    """The pages of what would be published that its author wrote, language by language."""
    pages: Pages = getattr(item.command, "pages", {})
    if not pages:
        return {}
    before = getattr(_seen(item), "pages", {})
    return {language: page for language, page in pages.items() if page != before.get(language)}


def on_top(desk: Desk, journal: Journal, command_id: str) -> Submitted | NotSubmitted:
    """The same command under an id of its own, decided on the row as it is now; the old one is done with once the new
    one is on disk."""
    item = journal.item(command_id)
    if item is None:
        return NotSubmitted(why=msg("conflict.gone"))
    seen, now = _seen(item), _now(desk.sight, item)
    command = rebased(item.command, seen, now) if seen is not None and now is not None else item.command
    submitted = desk.submit(command, seen=now)
    if isinstance(submitted, Submitted):
        journal.drop((command_id,))
    return submitted


def _seen(item: Item) -> Entity | None:
    return decode(row_of(item).partition(":")[0], item.seen) if item.seen else None


def _now(sight: Sight, item: Item) -> Entity | None:
    seen = _seen(item)
    return read.get(sight.cache, type(seen), seen.id) if seen is not None else None
