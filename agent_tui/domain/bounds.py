"""How long the texts of a command may be: generous for anybody who types, an end for what would fill the database."""

from __future__ import annotations

from collections.abc import Iterator

from agent_tui.domain.case import refuse
from agent_tui.domain.commands import Command

TEXT = 4_000
"""Characters of a note, message or reason."""
SHORT = 200
"""Characters of a title, an id and whatever else is named, not told."""
FILE = 200_000
"""Characters of an author's file; a blueprint has about ten thousand."""
LONG_FIELDS = frozenset({"text", "note", "reason", "purpose", "deviations"})


def check_lengths(command: Command) -> None:
    """Refuse a command of a person with a text that is too long; nothing is cut silently."""
    for name, text in _texts(command):
        most = FILE if name == "source" else TEXT if name in LONG_FIELDS else SHORT
        if len(text) <= most:
            continue
        if name == "title":
            refuse("title_too_long", length=len(text), most=most)
        refuse("text_too_long", length=len(text), most=most)


def _texts(command: Command) -> Iterator[tuple[str, str]]:
    for name in command.__struct_fields__:
        value = getattr(command, name)
        if isinstance(value, str):
            yield name, value
        elif isinstance(value, tuple):
            yield from ((name, item) for item in value if isinstance(item, str))
        elif isinstance(value, dict):
            yield from ((name, item) for item in value.values() if isinstance(item, str))
