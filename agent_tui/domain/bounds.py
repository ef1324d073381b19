"""How long the texts of a command may be: generous for anybody who types, an end for what would fill the database."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from agent_tui.domain.case import refuse
from agent_tui.domain.commands import Command

TEXT = 4_000
"""Characters of a note, message or reason."""
SHORT = 200
"""Characters of a title, an id and whatever else is named, not told."""
MANY = 500
"""Entries of a list or table."""
FILE = 200_000
"""Characters of an author's file; a blueprint has about ten thousand."""
LONG_FIELDS = frozenset(
    {"text", "note", "reason", "purpose", "deviations", "said", "noted", "found", "answer", "deviation"}
)
FILE_FIELDS = frozenset({"source", "wording"})


def check_lengths(command: Command) -> None:
    """Refuse a command of a person with a text that is too long or a list with no end; nothing is cut silently. What a
    command carries inside it, as a request for a co-sign does, is held to the same."""
    for name, text in _texts(command):
        most = FILE if name in FILE_FIELDS else TEXT if name in LONG_FIELDS else SHORT
        if len(text) <= most:
            continue
        if name == "title":
            refuse("title_too_long", length=len(text), most=most)
        refuse("text_too_long", length=len(text), most=most)


def _texts(part: msgspec.Struct) -> Iterator[tuple[str, str]]:
    for name in part.__struct_fields__:
        yield from _inside(name, getattr(part, name))


def _inside(name: str, value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield name, value
    elif isinstance(value, msgspec.Struct):
        yield from _texts(value)
    elif isinstance(value, tuple | list | dict | frozenset):
        if len(value) > MANY:
            refuse("too_many_items", count=len(value), most=MANY)
        items = (*value, *value.values()) if isinstance(value, dict) else value
        for item in items:
            yield from _inside(name, item)
