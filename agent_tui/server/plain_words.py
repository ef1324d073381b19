"""Words, ids and moments in commands: what a client that skips the desk put in their place is refused before any row, audit
or log has it. They are kept in clear, so nothing personal may stand there."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from agent_tui.domain import id_form
from agent_tui.domain.commands import Command
from agent_tui.server import problems

WORDS = frozenset(
    {
        *("action", "actions", "args", "categories", "category", "complaint", "currency", "decision", "degree"),
        *("department", "event", "group", "groups", "language", "outcome", "party", "result", "state", "to_kind"),
    }
)
"""Fields of which the centre, the policy or the program has a list; of arguments, their names."""
MOMENTS = frozenset({"call_back_at", "valid_from", "valid_to"})
TEXTS = frozenset(
    {
        *("caller", "checks", "deviations", "file", "guess", "note", "pages", "people", "proposal", "purpose"),
        *("reason", "source", "text", "title"),
        *("answer", "blanks", "deviation", "done", "found", "noted", "said"),
    }
)
"""What people write, which is scrubbed, sealed or published; what they saw of a blueprint; and `guess` and `proposal`, which
the server itself fills in. Every other text of a command is a word, a moment or an id."""
_WORD = re.compile(r"[A-Za-z0-9_.:-]{0,80}")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[Tt ][0-9:.]{5,15}(?:[Zz]|[+-][0-9:]{4,6})?)?")


def check_plain(command: Command) -> None:
    """bad-request for a word, moment or id that cannot be one; the value is not repeated."""
    for name, text in plain(command):
        if not _right(name, text):
            raise problems.fail("bad-request", key="server.refusal.bad_word", args={"field": name})


def _right(name: str, text: str) -> bool:
    if name in MOMENTS:
        return not text or _MOMENT.fullmatch(text) is not None
    return id_form.fit(text) and (name not in WORDS or _WORD.fullmatch(text) is not None)


def plain(command: msgspec.Struct) -> Iterator[tuple[str, str]]:
    """Field and text of whatever in a command is neither a number nor something that people write."""
    for name in command.__struct_fields__:
        if name not in TEXTS:
            yield from _within(name, getattr(command, name))


def _within(name: str, value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, msgspec.Struct):
        yield from plain(value)
    elif isinstance(value, tuple | dict):
        for one in value:
            yield from _within(name, one)
    elif isinstance(value, str):
        yield name, value
