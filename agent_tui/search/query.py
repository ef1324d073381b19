"""What was typed, read: the pieces that carry meaning, what else they are called, and how they may sound."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import msgspec

from agent_tui.search import sound
from agent_tui.search.fold import fold, is_cjk, pairs, parts, shown, stem

LONGEST = 80
"""Characters of a query that are read."""
_NUMBER = re.compile(r"^(?=.*\d)[a-z]{0,4}\d[\da-z]*$")
LEAST_NUMBER = 4


class Lexicon(msgspec.Struct, frozen=True):
    """Reviewed words: what means the same, and what means nothing in a question. All folded."""

    same: tuple[tuple[str, ...], ...] = ()
    empty: tuple[str, ...] = ()
    """Of Chinese and Japanese, the longest first; of other languages whole words."""

    @classmethod
    def of(cls, same: Iterable[Sequence[str]], empty: Iterable[str]) -> Lexicon:
        """From words as people write them."""
        groups = tuple(tuple(" ".join(parts(fold(shown(word)))) for word in group) for group in same)
        return cls(groups, tuple(sorted({fold(shown(word)).strip() for word in empty}, key=len, reverse=True)))


class Piece(msgspec.Struct, frozen=True, kw_only=True):
    """A run of Chinese or Japanese, or a word."""

    text: str
    grams: tuple[str, ...]
    """Pairs of characters; of a word its stem."""
    cjk: bool
    whole: bool = True
    """False for the word being typed: its beginning is enough."""


class Concept(msgspec.Struct, frozen=True, kw_only=True):
    """Part of a query that has other names."""

    pieces: tuple[int, ...]
    """Which pieces it is in."""
    name: str
    share: float
    """How much of those pieces it is."""
    others: tuple[str, ...]


class Query(msgspec.Struct, frozen=True, kw_only=True):
    text: str
    """All of it, folded, empty words included."""
    pieces: tuple[Piece, ...]
    concepts: tuple[Concept, ...] = ()
    sounds: tuple[tuple[str, ...], ...] = ()
    """Ways to read it as pinyin; empty where it cannot be."""
    initials: str = ""
    """Letters that may be the initials of a word."""
    romaji: str = ""
    numbers: tuple[str, ...] = ()
    """What may be a ticket's, an order's or a terminal's number, or the end of one."""

    @property
    def empty(self) -> bool:
        return not self.pieces and not self.numbers


NOTHING = Query(text="", pieces=())


def read(typed: str, lexicon: Lexicon) -> Query:
    """The query of what was typed."""
    folded = fold(shown(typed[:LONGEST])).replace("\n", " ")
    found = parts(folded)
    if not found:
        return NOTHING
    pieces = _pieces(found, folded, lexicon)
    latin = all(not is_cjk(part[0]) for part in found)
    letters = "".join(found)
    spelt = latin and letters.isascii() and letters.isalpha() and len(letters) > 1
    return Query(
        text=" ".join(found),
        pieces=pieces,
        concepts=_concepts(pieces, " ".join(found), lexicon),
        sounds=sound.splits(letters) if spelt and _in_syllables(found) else (),
        initials=letters if spelt and len(letters) <= 8 else "",
        romaji=sound.regular(letters) if spelt and len(letters) > 2 else "",
        numbers=_numbers(typed),
    )


def _in_syllables(words: Sequence[str]) -> bool:
    """Where people divided what they typed, they did so between syllables."""
    return all(sound.splits(word) for word in words)


def _numbers(typed: str) -> tuple[str, ...]:
    """Numbers as they are kept: letters and digits, hyphens dropped."""
    found = []
    for word in shown(typed).lower().split():
        plain = "".join(char for char in word if char.isascii() and char.isalnum())
        if len(plain) >= LEAST_NUMBER and _NUMBER.match(plain):
            found.append(plain)
    return tuple(found)


def _pieces(found: Sequence[str], folded: str, lexicon: Lexicon) -> tuple[Piece, ...]:
    """The runs and words without those that mean nothing; all of them if nothing else is left."""
    empty_words = frozenset(lexicon.empty)
    kept: list[str] = []
    for part in found:
        if is_cjk(part[0]):
            kept += _meant(part, lexicon.empty)
        elif part not in empty_words:
            kept.append(part)
    typing = bool(folded) and folded[-1] != " "
    chosen = kept or list(found)
    last = len(chosen) - 1
    return tuple(
        _piece(text, whole=at != last or not typing or chosen[at] != found[-1]) for at, text in enumerate(chosen)
    )


def _piece(text: str, *, whole: bool) -> Piece:
    if is_cjk(text[0]):
        return Piece(text=text, grams=tuple(dict.fromkeys(pairs(text))), cjk=True, whole=whole)
    return Piece(text=text, grams=(stem(text) if whole or len(text) > 4 else text,), cjk=False, whole=whole)


def _meant(run: str, empty: Sequence[str]) -> list[str]:
    """What is left of a run once the empty words are out, the longest taken first."""
    left = [run]
    for word in empty:
        if word and is_cjk(word[0]) and word in run:
            left = [piece for part in left for piece in part.split(word)]
    return [piece for piece in left if piece]


def _concepts(pieces: Sequence[Piece], text: str, lexicon: Lexicon) -> tuple[Concept, ...]:
    """The longest known word of every group that the query holds."""
    found = []
    meant = " ".join(piece.text for piece in pieces)
    for group in lexicon.same:
        held = [word for word in group if _holds(text, word) or _holds(meant, word)]
        if not held:
            continue
        name = max(held, key=len)
        covered = tuple(at for at, piece in enumerate(pieces) if _overlap(piece.text, name))
        if covered:
            length = sum(len(pieces[at].text) for at in covered)
            others = tuple(word for word in group if word != name)
            share = min(1.0, len(name.replace(" ", "")) / length)
            found.append(Concept(pieces=covered, name=name, share=share, others=others))
    return tuple(found)


def _holds(text: str, word: str) -> bool:
    if is_cjk(word[0]):
        return word in text
    return f" {word} " in f" {text} "


def _overlap(piece: str, name: str) -> bool:
    """Whether a piece and the name of a concept are about the same characters or words."""
    if is_cjk(piece[0]):
        return piece in name or name in piece or any(pair in name for pair in pairs(piece) if len(pair) > 1)
    return piece in name.split()
