"""A query as it was read: its pieces, what else they are called, and how they may sound."""

from __future__ import annotations

import msgspec


class Piece(msgspec.Struct, frozen=True, kw_only=True):
    """A run of Chinese or Japanese, or a word."""

    text: str
    grams: tuple[str, ...]
    """Pairs of characters; of a word its stem."""
    cjk: bool
    whole: bool = True
    """False for the word being typed: its beginning is enough."""
    start: int = 0
    """Where it stands in what was typed."""

    @property
    def end(self) -> int:
        return self.start + len(self.text)


class Concept(msgspec.Struct, frozen=True, kw_only=True):
    """Part of a query that has other names."""

    pieces: tuple[int, ...]
    """Which pieces it is in."""
    name: str
    """As it was typed."""
    others: tuple[str, ...]
    how: str = "same"
    """What it is compared by: its meaning (`same`), the words it is `near` to, its `sound` or `initials`, or with a `typo`."""
    share: float = 1.0
    """Of its pieces that it speaks for, from 0 to 1."""
    one: bool = False
    """Several words of the query are this one thing."""


class Spelt(msgspec.Struct, frozen=True, kw_only=True):
    """Letters beside characters that may be pinyin."""

    pieces: tuple[int, ...]
    """Which pieces they are."""
    ways: tuple[tuple[str, ...], ...]
    """Ways to read them as syllables."""


class Query(msgspec.Struct, frozen=True, kw_only=True):
    text: str
    """All of it, folded, empty words included."""
    pieces: tuple[Piece, ...]
    concepts: tuple[Concept, ...] = ()
    sounds: tuple[tuple[str, ...], ...] = ()
    """Ways to read it as pinyin; empty where it cannot be."""
    spelt: tuple[Spelt, ...] = ()
    """Parts of it that may be pinyin, where others are characters."""
    initials: str = ""
    """Letters that may be the initials of a word."""
    romaji: str = ""
    visible: str = ""
    """As it was typed."""
    folded: str = ""
    """That, folded, of the same length."""
    numbers: tuple[str, ...] = ()
    """What may be a ticket's, an order's or a terminal's number, or the end of one; the longest first."""

    @property
    def empty(self) -> bool:
        return not self.pieces and not self.numbers

    def as_typed(self, part: str) -> str:
        """A folded part of it as people wrote it."""
        at = self.folded.find(part)
        return self.visible[at : at + len(part)] if at >= 0 else part


NOTHING = Query(text="", pieces=())
