"""One form for what people write in different ways: full width, case, accents, traditional and Japanese characters, kana.

Folding keeps the length of the text it is given (`shown` first), so that a place in the folded text is the same place in
what is shown.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

CJK = "぀-ヿㇰ-ㇿ㐀-鿿豈-﫿々〆"
PART = re.compile(rf"[{CJK}]+|[^\W_{CJK}]+")
"""A run of Chinese or Japanese characters, or a word of another script."""
_NO_WORD = re.compile(r"[^\w\n]|_")
_KATAKANA, _HIRAGANA, _KANA = 0x30A1, 0x3041, 0x56
_ACCENTED = range(0xC0, 0x250)


def table(name: str) -> Iterator[str]:
    """The lines of one of the tables in `tables/`."""
    text = files("agent_tui.search").joinpath("tables", name).read_text("utf-8")
    return iter(text.splitlines())


@cache
def _same() -> dict[int, str]:
    """Character → the one it counts as."""
    found = {ord(other): line[0] for line in table("folds.txt") for other in line[1:]}
    found |= {_KATAKANA + n: chr(_HIRAGANA + n) for n in range(_KANA)}
    for code in _ACCENTED:
        plain = unicodedata.normalize("NFD", chr(code))[0].lower()
        if plain.isascii():
            found[code] = plain
    return found


def shown(text: str) -> str:
    """Text as it is folded and marked: half-width kana and full-width letters in their usual form."""
    return unicodedata.normalize("NFKC", text)


def fold(text: str) -> str:
    """The folded form of a `shown` text, of the same length; what is no letter or digit is a space, lines stay."""
    lower = text.lower()
    if len(lower) != len(text):
        lower = "".join(char.lower()[0] for char in text)
    return _NO_WORD.sub(" ", lower.translate(_same()))


def folded(text: str) -> str:
    """`fold` of any text."""
    return fold(shown(text))


def is_cjk(char: str) -> bool:
    """Whether words of it are not divided by spaces."""
    return "぀" <= char <= "ヿ" or "㐀" <= char <= "鿿" or char in "々〆" or "豈" <= char <= "﫿"


def is_kana(char: str) -> bool:
    """Folded kana."""
    return "ぁ" <= char <= "ゖ" or char == "ー"


def parts(folded_text: str) -> list[str]:
    """Runs of Chinese and Japanese characters, and words of other scripts, in order."""
    return PART.findall(folded_text)


def pairs(run: str) -> list[str]:
    """Pairs of neighbours in a run of characters; a single one stands for itself."""
    return [run[at : at + 2] for at in range(len(run) - 1)] or [run]


def tokens(folded_text: str) -> list[str]:
    """What the index keeps of a folded text: words, pairs of characters, and the last character of every run."""
    found: list[str] = []
    for part in parts(folded_text):
        if is_cjk(part[0]):
            found += pairs(part)
            if len(part) > 1:
                found.append(part[-1])
        else:
            found.append(part)
    return found


def stem(word: str) -> str:
    """The beginning that the forms of an English word share: `disputes`, `disputed`, `disputing` → `disput`."""
    for ending, least in (("ies", 5), ("ing", 6), ("ion", 7), ("ions", 8), ("ed", 5), ("es", 5), ("s", 4), ("e", 5)):
        if word.endswith(ending) and len(word) >= least and word.isascii() and word.isalpha():
            return word.removesuffix(ending)
    return word
