"""The one gate between text that people typed and the screen: cleaned, measured in cells, folded, never parsed.

`clean` takes out what a terminal would act on, `literal` makes it content for a stock widget, `fit` cuts it to a
number of cells and `fold_cjk` breaks it into lines by the rules of Chinese and Japanese typesetting (kinsoku,
JIS X 4051 in its plainest form).
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from rich.cells import cell_len, get_character_cell_size
from textual.content import Content

NOT_AT_START = frozenset(
    "、。，．・：；？！）］｝〕〉》」』】〗〙”’%‰℃°′″ーァィゥェォッャュョヮヵヶ々ぁぃぅぇぉっゃゅょゎ,.:;?!)]}~…￥"
)
NOT_AT_END = frozenset("（［｛〔〈《「『【〖〘“‘([{￥$＄#＃@")
TAB = "    "
CUT = "~"
"""Stands where text was cut: one cell in every terminal, unlike the ellipsis."""

_SINGLE = (0x00AD, 0x034F, 0x061C, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180E, 0x3164, 0xFEFF, 0xFFA0)
_RANGES = ((0x200B, 0x2010), (0x2028, 0x202F), (0x2060, 0x2070), (0xFFF0, 0xFFFC), (0xFE00, 0xFE10))
_INVISIBLE = frozenset(_SINGLE).union(*(range(*ends) for ends in _RANGES))
_LIMIT = 20_000
"""Longer texts are cut before anything looks at them; a screen holds a fraction of it."""


def _kept(char: str) -> str:
    if char == "\t":
        return TAB
    if char == "\n":
        return char
    code = ord(char)
    if code in _INVISIBLE or code >= 0xE0000 or unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp"):
        return ""
    return char


@lru_cache(maxsize=4096)
def _clean(text: str) -> str:
    return "".join(map(_kept, text.replace("\r\n", "\n").replace("\r", "\n")))


def clean(text: str) -> str:
    """`text` without control characters (C0, C1), bidirectional controls and zero-width characters; new lines stay."""
    text = text[:_LIMIT]
    if text.isascii() and text.isprintable():
        return text
    return _clean(text)


def one_line(text: str) -> str:
    """Cleaned, with every run of white space as one space: for lists and bars."""
    return " ".join(clean(text).split())


def literal(text: str) -> Content:
    """What a stock widget may be given: the text as it stands, markup never parsed."""
    return Content(clean(text))


def width(text: str) -> int:
    """Cells that `text` takes on the screen."""
    return len(text) if text.isascii() else cell_len(text)


def cut(text: str, cells: int) -> str:
    """At most `cells` wide; `CUT` stands at the end of what was shortened."""
    if width(text) <= cells:
        return text
    if cells <= 0:
        return ""
    if text.isascii():
        return text[: cells - 1] + CUT
    room, kept = cells - 1, []
    for char in text:
        room -= get_character_cell_size(char)
        if room < 0:
            break
        kept.append(char)
    return "".join(kept) + CUT


def fit(text: str, cells: int, align: str = "left") -> str:
    """Exactly `cells` wide: cut or padded with spaces. `align` is `left` or `right`."""
    cells = max(0, cells)
    short = cut(text, cells)
    gap = " " * (cells - width(short))
    return gap + short if align == "right" else short + gap


def _is_wide(char: str) -> bool:
    return get_character_cell_size(char) == 2


def _may_break(before: str, after: str) -> bool:
    """Whether a line may end between two neighbouring characters."""
    if after == " ":
        return False
    if after in NOT_AT_START or before in NOT_AT_END:
        return False
    if before == " ":
        return True
    return _is_wide(before) or _is_wide(after)


def _break_at(text: str, start: int, cells: int) -> int:
    """Index after the last character of the line that begins at `start` (always beyond `start`)."""
    room, at, good = cells, start, 0
    while at < len(text):
        room -= get_character_cell_size(text[at])
        if room < 0:
            break
        at += 1
        if at < len(text) and at > start and _may_break(text[at - 1], text[at]):
            good = at
    if at == len(text) or (at < len(text) and text[at] == " "):
        return max(at, start + 1)
    return max(good or at, start + 1)


def _fold_paragraph(text: str, cells: int) -> list[str]:
    lines, start = [], 0
    while start < len(text):
        end = _break_at(text, start, cells)
        lines.append(text[start:end].rstrip())
        start = end
        while start < len(text) and text[start] == " ":
            start += 1
    return lines or [""]


def fold_cjk(text: str, cells: int) -> list[str]:
    """`text` as lines of at most `cells` cells (a lone wide character may exceed a width of 1).

    Breaks at spaces and between ideographs; 。，、）」 never begin a line and （「 never end one, unless nothing else
    fits. An ordinary word longer than the line is cut.
    """
    cells = max(2, cells)
    return [line for paragraph in clean(text).split("\n") for line in _fold_paragraph(paragraph.strip(" "), cells)]
