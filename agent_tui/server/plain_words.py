"""Words and ids in commands: what a client that skips the desk put in their place is refused before any row, audit or log
has it. They are kept in clear, so nothing personal may stand there."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from agent_tui.domain.commands import Command
from agent_tui.domain.scrub import scrub
from agent_tui.server import problems

WORDS = frozenset(
    {
        *("action", "actions", "category", "complaint", "currency", "decision", "degree", "event", "group", "groups"),
        *("language", "outcome", "party", "result", "state", "to_kind"),
    }
)
"""Fields of which the centre, the policy or the program has a list."""
_WORD = re.compile(r"[A-Za-z0-9_.:-]{0,80}")
_ID = re.compile(r"[\w.:@/|~-]{0,200}", re.ASCII)
_NUMBERS_OF_PEOPLE = re.compile(r"[0-9]{11,}[Xx]?")
"""A phone, ID or card number alone. A bank's own number of a customer or product may look so, and is looked up."""
_MACHINE_MADE = re.compile(r"[a-z0-9-]+:[0-9a-f]{64}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""A digest or a UUID: one in a few hundred has digits in a row that could be those of a card."""
_BANKS_OWN = frozenset({"customer_id", "product_id"})


def check_plain(command: Command) -> None:
    """bad-request for a word or id that cannot be one; the value is not repeated."""
    for name, text in _plain(command):
        if not _right(name, text):
            raise problems.fail("bad-request", key="server.refusal.bad_word", args={"field": name})


def _right(name: str, text: str) -> bool:
    form = _WORD if name in WORDS else _ID
    if form.fullmatch(text) is None:
        return False
    typed = _MACHINE_MADE.sub("", text)
    return name in _BANKS_OWN or not (_NUMBERS_OF_PEOPLE.fullmatch(typed) or scrub(typed).found)


def _plain(command: msgspec.Struct) -> Iterator[tuple[str, str]]:
    for name in command.__struct_fields__:
        value = getattr(command, name)
        if isinstance(value, msgspec.Struct):
            yield from _plain(value)
        elif name in WORDS or name.endswith(("_id", "_hash")):
            texts = value if isinstance(value, tuple) else (value,)
            yield from ((name, text) for text in texts if isinstance(text, str))
