"""Which category a customer's first words point to (M2): the words of each category, counted, with the words that decided.

The longer a word, the more it says; a Latin word must stand alone, a Chinese or Japanese one may stand anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

import msgspec

from agent_tui.domain.centre import Category
from agent_tui.domain.text import fold


class Guess(msgspec.Struct, frozen=True, kw_only=True):
    """The category and group that the words point to; both None when none does."""

    category: str | None = None
    group: str | None = None
    words: tuple[str, ...] = ()
    """The words that decided, as the category spells them."""


@lru_cache(maxsize=4_096)
def _pattern(word: str) -> re.Pattern[str]:
    plain = re.escape(fold(word).casefold())
    return re.compile(rf"(?<![a-z0-9]){plain}(?:s|es|ed|ing)?(?![a-z0-9])" if word.isascii() else plain)


def triage(text: str, categories: Iterable[Category], language: str = "") -> Guess:
    """The best match of `text`; ties go to the category whose word stands first, then to the smaller id.

    Words of every language are tried, since people mix them; `language` only breaks a tie.
    """
    plain = fold(text).casefold()[:4_000]
    best: tuple[tuple[int, int, int, str], Guess] | None = None
    for category in categories:
        hits = [(m.start(), word) for word in category.words if word and (m := _pattern(word).search(plain))]
        if not hits:
            continue
        weight = sum(len(word.encode()) for _, word in hits)
        native = sum(word.isascii() == (language == "en") for _, word in hits)
        rank = (-weight, -native, min(start for start, _ in hits), category.id)
        if best is None or rank < best[0]:
            guess = Guess(category=category.id, group=category.group, words=tuple(word for _, word in sorted(hits)))
            best = (rank, guess)
    return best[1] if best else Guess()
