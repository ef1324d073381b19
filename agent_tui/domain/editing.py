"""Editing what others edit too: which row a command changes, which of its fields matter to whoever decided on them, and
how two images of it differ.

Notes, messages and work orders only add; nobody's words overwrite another's there. What asks the switch for something
carries no version either: its events say what became of it.
"""

from __future__ import annotations

from enum import Enum
from typing import Any

import msgspec

from agent_tui.domain.actions import ACTIONS
from agent_tui.domain.commands import (
    Command,
    PerformAction,
    PublishArticle,
    PublishBulletin,
    act_in,
    target,
)
from agent_tui.domain.rows import NAMES, Entity

MATTERS: dict[str, tuple[str, ...]] = {
    "contact": ("group", "category", "agent_id", "customer_id", "verified", "result"),
    "ticket": ("state", "group", "owner_id", "handler_id", "title", "text", "answer", "complaint_level", "due_at"),
    "customer": (
        *("tier", "phone", "email", "address", "id_number", "sensitivity", "frozen", "marketing_consent"),
        *("entitlements", "products"),
    ),
    "bulletin": ("pages", "to", "acknowledge", "valid_to", "withdrawn_at"),
    "article": ("pages", "people", "categories", "valid_to", "retired_at"),
}
"""Entity → fields people decide on, in the order they are shown. What the line, the clock or the queue changes in the
meantime is no reason to ask anybody again. Of an entity that does not stand here every field matters."""
_NEVER = frozenset({"id", "version", "updated_at"})


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One field of a row as it was seen and as it is."""

    field: str
    was: str
    now: str


def edited(command: Command) -> str | None:
    """`entity:id` of the row whose version goes with the command (`if_match`): what it changes, which need not be the
    contact in which it is done."""
    act = act_in(command)
    if not isinstance(act, PerformAction):
        return target(act)
    known = ACTIONS.get(act.action)
    if known is not None and known.subject == "ticket" and act.ticket_id:
        return f"ticket:{act.ticket_id}"
    return f"customer:{act.customer_id}"


def differences(seen: Entity, now: Entity) -> tuple[Difference, ...]:
    """What a person must know before they decide again; empty when nothing that matters is different."""
    names = MATTERS.get(NAMES[type(seen)], tuple(f for f in seen.__struct_fields__ if f not in _NEVER))
    return tuple(
        Difference(field=name, was=was, now=is_)
        for name in names
        for was, is_ in _apart(getattr(seen, name), getattr(now, name))
    )


def rebased(command: Command, seen: Entity, now: Entity) -> Command:
    """The command once more on a newer row. What is published replaces the whole row, so that whatever its author left as it
    was (a language, the people to call) is as others have made it meanwhile; any other command says only what it changes."""
    if not isinstance(command, PublishArticle | PublishBulletin):
        return command
    mine = {name: getattr(command, name) for name in command.__struct_fields__ if hasattr(seen, name)}
    merged = {name: _merged(value, getattr(seen, name), getattr(now, name)) for name, value in mine.items()}
    return msgspec.structs.replace(command, **merged)


def _merged(mine: Any, was: Any, theirs: Any) -> Any:
    if isinstance(mine, dict) and isinstance(was, dict) and isinstance(theirs, dict):
        names = [*mine, *(name for name in theirs if name not in mine)]
        kept = {name: _merged(mine.get(name), was.get(name), theirs.get(name)) for name in names}
        return {name: value for name, value in kept.items() if value is not None}
    return theirs if mine == was else mine


def _apart(was: Any, now: Any) -> list[tuple[str, str]]:
    """The parts of a value that differ, as plain text; of products, those that changed."""
    if was == now:
        return []
    if isinstance(was, dict) and isinstance(now, dict):
        return [(_entries(was, now), _entries(now, was))]
    if isinstance(was, tuple) and isinstance(now, tuple):
        gone = [_text(one) for one in was if one not in now]
        new = [_text(one) for one in now if one not in was]
        return [(", ".join(gone), ", ".join(new))]
    return [(_text(was), _text(now))]


def _entries(these: dict[str, Any], those: dict[str, Any]) -> str:
    """What stands in one table and not so in the other."""
    return " ".join(f"{name}: {_text(one)}" for name, one in these.items() if those.get(name) != one)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, msgspec.Struct):
        parts = (getattr(value, name) for name in value.__struct_fields__ if name not in _NEVER)
        return " ".join(filter(None, map(_text, parts)))
    if isinstance(value, tuple):
        return " ".join(map(_text, value))
    if isinstance(value, dict):
        return " ".join(f"{name}={one}" for name, one in value.items())
    return str(value)
