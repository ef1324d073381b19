"""The thread's lines: what was written in a text channel, who wrote it and when. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from agent_tui.domain.contact import Message
from agent_tui.tui.line import Line, cell, folded
from agent_tui.tui.words import Words

_AUTHOR = {"customer": ("<", "accent"), "agent": (">", "ok"), "system": ("-", "muted")}
_CELLS = {"zh": 6, "ja": 10, "en": 9}


def thread_lines(messages: Sequence[Message], words: Words, width: int) -> list[Line]:
    """Oldest first; each message folded behind its time and author."""
    lines: list[Line] = []
    cells = _CELLS.get(words.language, 9)
    for message in messages:
        mark, role = _AUTHOR.get(message.author, ("-", "muted"))
        first = (
            (words.clock(message.at, seconds=False) + " ", "muted"),
            (mark + " ", role),
            cell(words.of("author", message.author), cells, role),
        )
        lines += folded(message.text, width - 1, "text", first)
    return lines
