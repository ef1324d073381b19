"""What a search found, as lines: what it is, and why it was found with the place marked. Pure."""

from __future__ import annotations

from agent_tui.desk.found import Found, FoundItem
from agent_tui.search.rank import Reason
from agent_tui.tui.line import EMPTY, Line, cell, crop, folded, length, piece, spread
from agent_tui.tui.text import cut
from agent_tui.tui.text import width as cells_of
from agent_tui.tui.words import Words, speaking

own = speaking("knowledge")

LINES_EACH = 2
BEFORE = 14
"""Cells of text in front of what is marked."""
MOST_ASKED = 20
"""Cells of what was typed in front of what it means."""
LEAST_ROOM = 12
"""Cells that a further reason must have to be worth showing."""
_KIND = {"zh": 5, "en": 9, "ja": 11}


def found_lines(found: Found, typed: str, words: Words, width: int) -> list[Line]:
    """Two lines for each, below what is wrong with a ticket number; what to type while nothing is, what else to try
    when nothing fits."""
    wrong = _misheard(found.misheard, words, width) if found.misheard else []
    if wrong or found.items:
        return [*wrong, *(line for item in found.items for line in _item(item, words, width))]
    said = own(words, "search.nothing" if typed.strip() else "search.hint")
    return [EMPTY, *folded(said, width - 4, "muted", (("  ", "text"),))]


def _misheard(number: str, words: Words, width: int) -> list[Line]:
    return [*folded(own(words, "search.misheard", number=number), width - 4, "warn", (("  ", "text"),)), EMPTY]


def _item(item: FoundItem, words: Words, width: int) -> list[Line]:
    kind_cells = _KIND.get(words.language, 9)
    marks: Line = ()
    if item.unread:
        marks = (*marks, piece(f" ! {own(words, 'unread')}", "warn"))
    if item.expired:
        marks = (*marks, piece(f" x {own(words, 'expired')}", "bad"))
    number: Line = (piece(f"{item.number} ", "key"),) if item.number else ()
    left: Line = (
        ("   ", "text"),
        cell(own(words, f"kind.{item.kind}"), kind_cells, "accent"),
        *number,
        piece(item.title, "strong"),
        *marks,
    )
    right: Line = (piece(item.owner, "muted"), (" ", "text")) if item.owner else ()
    reason: Line = (
        ("   ", "text"),
        (" " * kind_cells, "text"),
        *_reason(item.reasons, words, width - kind_cells - 4),
    )
    return [spread(left, right, width), reason]


def _reason(reasons: tuple[Reason, ...], words: Words, width: int) -> Line:
    """The best reasons, as many as fit: the place, how it matched unless as written, and the text around it."""
    line: Line = ()
    for reason in reasons:
        head: Line = (piece(_said(reason, words), "muted"),)
        room = width - length(line) - length(head) - (2 if line else 0)
        if line and room < LEAST_ROOM:
            break
        gap: Line = (("  ", "text"),) if line else ()
        line = (*line, *gap, *head, *marked(reason, room))
    return crop(line, width)


def _said(reason: Reason, words: Words) -> str:
    if reason.how in ("category", "number", "asked"):
        return own(words, f"how.{reason.how}") + words("colon")
    place = own(words, f"place.{reason.place}")
    if reason.how == "written":
        return place + words("colon")
    said = f"{place} · {own(words, f'how.{reason.how}')}"
    return f"{said} {cut(reason.asked, MOST_ASKED)} = " if reason.asked else said + words("colon")


def marked(reason: Reason, width: int) -> Line:
    """The text of a reason with what answered in another ink and between brackets, so that colour never speaks alone."""
    text, start, end = reason.text, reason.start, reason.end
    if end <= start:
        return (piece(text, "text"),)
    before = text[:start]
    room = max(width - cells_of(text[start:end]) - 4, 0)
    keep = min(BEFORE, room) if cells_of(text) > width else cells_of(before)
    while before and cells_of(before) > keep:
        before = before[1:]
    cut = ("..", "muted") if before != text[:start] else ("", "muted")
    return (cut, piece(before, "muted"), piece(f"[{text[start:end]}]", "warn"), piece(text[end:], "muted"))
