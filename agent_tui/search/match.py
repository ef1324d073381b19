"""Where an entry holds a piece of a query, and how well: as written, inside what was written, by another name.

A phrase counts more than scattered pairs of characters, a whole title or word more than a part of one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

import msgspec

from agent_tui.search.asked import Concept, Piece
from agent_tui.search.entry import TEXT, TITLE, WORDS, Entry, Field
from agent_tui.search.fold import is_cjk, is_kana

PLACE = {TITLE: 1.0, WORDS: 0.92, TEXT: 0.42}
EXACT, BEGINS, PHRASE, SCATTERED = 1.3, 1.1, 1.0, 0.72
SAME, SOUND, INITIALS, TYPO, NEAR = 0.85, 0.8, 0.7, 0.7, 0.6
FACTOR = {"written": 1.0, "same": SAME, "sound": SOUND, "initials": INITIALS, "typo": TYPO, "near": NEAR}
LEAST_SHARE = 0.3
"""Of a piece's pairs, below which scattered ones are chance."""
LEAST_OF_KANA = 0.6
"""Pairs of kana stand in every Japanese text."""
LEAST_KEYWORD, LEAST_KANA_KEYWORD = 2, 3
"""Characters of a guide's own word that is looked for inside what was typed."""


LEAST_APART = 3
"""Letters of a word that is found in two parts, in texts of no stated language: those of tickets, which are short."""


class Match(msgspec.Struct, frozen=True):
    score: float
    how: str
    field: Field
    start: int
    end: int
    asked: str = ""
    """What of the query it answers, where that is not what is marked."""


def better(match: Match, than: Match | None, language: str) -> bool:
    """The greater score; among equals the one in the reader's language."""
    return than is None or _key(match, language) > _key(than, language)


def _key(match: Match, language: str) -> tuple[float, bool]:
    return round(match.score, 6), match.field.language == language


def phrase(text: str, at: int, one: Field, how: str, factor: float, asked: str = "") -> Match:
    """A phrase found at `at`: better as a whole title or word, or at its beginning."""
    end = at + len(text)
    quality = PHRASE
    if one.place != TEXT and one.folded[at - 1] == "\n":
        quality = EXACT if one.folded[end] == "\n" else BEGINS
    return Match(PLACE[one.place] * quality * factor, how, one, at, end, asked)


def best_of(
    piece: Piece, entry: Entry, weights: Mapping[str, float], meant: Mapping[str, tuple[str, ...]], language: str
) -> tuple[Match | None, int]:
    """The best place for a piece, and in how many places it is."""
    best: Match | None = None
    places = set()
    for one in entry.fields:
        found = _in_run(piece, one, weights) if piece.cjk else _in_words(piece, one, meant)
        if found is None:
            continue
        places.add(one.place)
        if better(found, best, language):
            best = found
    return best, len(places)


def _in_run(piece: Piece, one: Field, weights: Mapping[str, float]) -> Match | None:
    at = one.folded.find(piece.text)
    if at >= 0:
        return phrase(piece.text, at, one, "written", 1.0)
    if len(piece.grams) < 2:
        return None
    whole = got = 0.0
    start = -1
    for gram in piece.grams:
        weight = weights.get(gram, 1.0)
        whole += weight
        place = one.folded.find(gram)
        if place >= 0:
            got += weight
            start = place if start < 0 else start
    share = got / whole
    if share < (LEAST_OF_KANA if all(map(is_kana, piece.text)) else LEAST_SHARE):
        return None
    return Match(PLACE[one.place] * SCATTERED * share, "written", one, start, start + 2)


def _in_words(piece: Piece, one: Field, meant: Mapping[str, tuple[str, ...]]) -> Match | None:
    at = word_at(one.folded, piece.grams[0])
    if at >= 0:
        written = piece.text if one.folded.startswith(piece.text, at) else piece.grams[0]
        return phrase(written, at, one, "written", 1.0)
    for other in meant.get(piece.grams[0], ()):
        at = word_at(one.folded, other)
        if at >= 0:
            return phrase(other, at, one, "typo", TYPO)
    apart = _apart(piece.text).search(one.folded) if len(piece.text) >= LEAST_APART and not one.language else None
    return phrase(apart.group(), apart.start(), one, "written", 1.0) if apart else None


@lru_cache(maxsize=64)
def _apart(word: str) -> re.Pattern[str]:
    """A word with a gap somewhere in it: `wi fi` for `wifi`."""
    return re.compile(rf"(?<![a-z0-9]){' ?'.join(word)}(?![a-z0-9])")


def word_at(folded: str, beginning: str) -> int:
    """Where a word with this beginning starts; -1 for nowhere."""
    at = folded.find(beginning)
    while at > 0:
        before = folded[at - 1]
        if not (before.isascii() and before.isalnum()):
            return at
        at = folded.find(beginning, at + 1)
    return at


# ---- a guide's own words inside what was typed -------------------------------------------------------------------


def contained(
    pieces: Sequence[Piece], text: str, entry: Entry, weights: Mapping[str, float], language: str
) -> dict[int, Match]:
    """Piece → the word of the entry that stands whole in the query and covers most of the piece."""
    found: dict[int, Match] = {}
    joined = text.replace(" ", "")
    for one in entry.fields:
        if one.place == TEXT:
            continue
        for word in _keywords(one.folded):
            if word not in joined:
                continue
            for at, piece in enumerate(pieces):
                share = _share(piece, word, weights)
                if share:
                    match = phrase(word, one.folded.find(word), one, "written", share**0.5)
                    if better(match, found.get(at), language):
                        found[at] = match
    return found


@lru_cache(maxsize=20_000)
def _keywords(folded: str) -> tuple[str, ...]:
    """Chinese and Japanese words of a title or of keywords that are long enough to say something."""
    words = dict.fromkeys(word for word in folded.split() if is_cjk(word[-1]))
    return tuple(
        word for word in words if len(word) >= (LEAST_KANA_KEYWORD if all(map(is_kana, word)) else LEAST_KEYWORD)
    )


def _share(piece: Piece, word: str, weights: Mapping[str, float]) -> float:
    """How much of a piece a word covers."""
    if not piece.cjk or len(piece.text) < LEAST_KEYWORD:
        return 1.0 if piece.text in word else 0.0
    whole = sum(weights.get(gram, 1.0) for gram in piece.grams)
    return sum(weights.get(gram, 1.0) for gram in piece.grams if gram in word) / whole


# ---- by another name ------------------------------------------------------------------------------------------------


def named(concepts: Sequence[Concept], entry: Entry, language: str) -> tuple[dict[int, Match], float]:
    """Piece → where the entry calls it by another name, and how many pieces are one name together."""
    found: dict[int, Match] = {}
    together = 0.0
    for concept in concepts:
        best = _called(concept, entry, language)
        if best is None:
            continue
        if concept.one and concept.how == "same":
            together = max(together, len(concept.pieces) * concept.share**0.5)
        for at in concept.pieces:
            if at not in found or best.score > found[at].score:
                found[at] = best
    return found, together


def _called(concept: Concept, entry: Entry, language: str) -> Match | None:
    """The best place of any of its other names."""
    best: Match | None = None
    here = [name for name in concept.others if name in entry.named]
    for one in entry.fields if here else ():
        for name in here:
            at = word_at(one.folded, name) if name.isascii() else one.folded.find(name)
            if at < 0:
                continue
            how = "written" if name == concept.name else concept.how
            match = phrase(name, at, one, how, FACTOR[how] * concept.share**0.5, concept.name)
            if better(match, best, language):
                best = match
    return best
