"""What a trained triage looks at in a text: words and pairs of words, and runs of characters, each counted.

Latin letters stand in words; of Chinese and Japanese every sign is a word of its own, so that a pair of signs is a
pair of words. Numbers are one and the same word: what a customer's number is must never be learned.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator

LONGEST = 2_000
"""Characters of a text that are read."""
WORD_RUN = 2
CHARACTER_RUNS = range(2, 6)
SIGN_RUNS = range(1, 5)
_TOKEN = re.compile(r"[a-z]+(?:'[a-z]+)?|0|[!?]|[^\W_a-z0]")
_NUMBER = re.compile(r"\d[\d.,:/-]*")
_QUOTES = str.maketrans("’‘`", "'''")


def normal(text: str) -> str:
    """Half-width, small letters without accents; every number a single 0."""
    folded = unicodedata.normalize("NFKC", text[:LONGEST]).casefold().translate(_QUOTES)
    if not folded.isascii():
        apart = unicodedata.normalize("NFD", folded)
        folded = unicodedata.normalize("NFC", "".join(ch for ch in apart if not "\u0300" <= ch <= "\u036f"))
    return _NUMBER.sub("0", folded)


def tokens(text: str) -> list[str]:
    """The words of `text`, in order; a Chinese or Japanese sign is one."""
    return _TOKEN.findall(normal(text))


def words(listed: list[str]) -> Counter[str]:
    """Words, and runs of words."""
    found = Counter(listed)
    for size in range(2, WORD_RUN + 1):
        found.update(" ".join(listed[at : at + size]) for at in range(len(listed) - size + 1))
    return found


def _runs(word: str) -> Iterator[str]:
    """The runs of a Latin word between its blanks, or of a stretch of signs."""
    sizes, padded = (CHARACTER_RUNS, f" {word} ") if word.isascii() else (SIGN_RUNS, word)
    for size in sizes:
        for at in range(len(padded) - size + 1):
            yield padded[at : at + size]


def stretches(listed: list[str]) -> list[str]:
    """Words as written: neighbouring signs of Chinese or Japanese are one stretch."""
    joined: list[str] = []
    for token in listed:
        if joined and not token.isascii() and not joined[-1].isascii():
            joined[-1] += token
        else:
            joined.append(token)
    return joined


def characters(listed: list[str]) -> Counter[str]:
    """Runs of characters inside words."""
    found: Counter[str] = Counter()
    for stretch in stretches(listed):
        found.update(_runs(stretch))
    return found


BLOCKS = (words, characters)
"""Each block is weighted and brought to length one for itself."""


def grams(text: str) -> tuple[Counter[str], ...]:
    """The counts of each block."""
    listed = tokens(text)
    return tuple(block(listed) for block in BLOCKS)
