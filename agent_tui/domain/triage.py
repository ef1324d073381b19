"""Which category a customer's first words point to (M2): the words of each category, counted, with the words that decided.

The longer a word, the more it says; a Latin word must stand alone, a Chinese or Japanese one may stand anywhere. Between
the words of a Latin phrase up to two others may stand ("lost card" finds "lost my new card"), and "…" in any word stands
for up to twelve characters of the same sentence ("额度…提").
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

import msgspec

from agent_tui.domain.centre import Category
from agent_tui.domain.text import fold

LONGEST = 2_000
"""Characters of the first words that are read."""
_GAP = "[^。！？；.!?;\n]{0,12}?"
_BETWEEN = r"(?:[^\S\n]+[\w'-]+){0,2}?[^\S\n]+"
_QUOTES = str.maketrans("’‘", "''")


class Guess(msgspec.Struct, frozen=True, kw_only=True):
    """The category and group that the words point to; both None when none does."""

    category: str | None = None
    group: str | None = None
    words: tuple[str, ...] = ()
    """The words that decided, as the category spells them."""
    permille: int | None = None
    """How sure a trained model is, in thousandths (commands hold no fractions); None when words were counted."""

    @property
    def confidence(self) -> float | None:
        """How sure a trained model is, 0 to 1; None when words were counted."""
        return None if self.permille is None else self.permille / 1000


def plain(text: str) -> str:
    """`text` as words are looked for in it: half-width, small letters, straight apostrophes."""
    return fold(text[:LONGEST]).casefold().translate(_QUOTES)


@lru_cache(maxsize=4_096)
def _pattern(word: str) -> tuple[str, re.Pattern[str]]:
    """The longest part of a word, which must stand in a text as it is, and the pattern of the whole."""
    pieces = [piece.split() for piece in plain(word).split("…")]
    longest = max((part for piece in pieces for part in piece), key=len, default="")
    found = _GAP.join(_BETWEEN.join(map(re.escape, piece)) for piece in pieces)
    whole = rf"(?<![a-z0-9]){found}(?:s|es|ed|ing)?(?![a-z0-9])" if word.isascii() else found
    return longest, re.compile(whole)


def _place(word: str, said: str) -> int | None:
    """Where the word first stands in a text. Most stand in none: looking for a part costs far less than the pattern."""
    part, pattern = _pattern(word)
    found = pattern.search(said) if part in said else None
    return found.start() if found else None


def _weight(word: str) -> int:
    return len(word.replace("…", "").encode())


def fits(category: Category, kind: str) -> bool:
    """Whether a category is about customers of this kind; an unknown kind (empty) speaks against none."""
    return not (kind and category.serves) or category.serves == kind


def triage(text: str, categories: Iterable[Category], language: str = "", kind: str = "") -> Guess:
    """The best match of `text`; ties go to the category whose word stands first, then to the smaller id.

    Words of every language are tried, since people mix them; `language` only breaks a tie. `kind`: of the customer,
    where it is known.
    """
    said = plain(text)
    best: tuple[tuple[int, int, int, str], Guess] | None = None
    for category in categories:
        hits = [(at, word) for word in category.words if word and (at := _place(word, said)) is not None]
        if not hits:
            continue
        native = sum(word.isascii() == (language == "en") for _, word in hits)
        weight = sum(_weight(word) for _, word in hits) * (2 if fits(category, kind) else 1)
        rank = (-weight, -native, min(hits)[0], category.id)
        if best is None or rank < best[0]:
            guess = Guess(category=category.id, group=category.group, words=tuple(word for _, word in sorted(hits)))
            best = (rank, guess)
    return best[1] if best else Guess()
