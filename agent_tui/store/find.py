"""Looking guides up in the index: which are worth ranking, and what the index knows about the words asked for.

They are few and wanted ranked: every word counts, the best candidates are read.
"""

from __future__ import annotations

import math
import time
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, pairwise

from agent_tui.search import sound, typo
from agent_tui.search.asked import Piece, Query
from agent_tui.search.entry import Entry, category_token, guide_token
from agent_tui.search.fold import is_cjk, pairs, stem, tokens
from agent_tui.search.query import LEAST_OF_NUMBERS, LEAST_OF_WORDS
from agent_tui.store import index
from agent_tui.store.cache import Cache, GuideWords

GUIDES, OF_CATEGORY, OF_GUIDE = 40, 12, 4
"""Candidates that are read and ranked."""
SEAM = 0.3
RARE = 2
OFTEN = 20
COMMON = 6
"""What stands in more than one of so many guides is no way to find one, unless nothing else was asked."""
MOST_WEIGHED = 500
"""Guides that are weighed against each other by their words; beyond that the newest are taken."""
MOST_COUNTED = 5_000
"""Tokens whose number of guides is remembered."""
TEXTS = 16
LEAST_HALF = 2
"""Letters of each of two words that were run together."""
AFTER = "\U0010ffff"
"""Behind every character."""


class Known:
    """What the index says of the words of one query."""

    def __init__(self, cache: Cache, query: Query) -> None:
        self.cache = cache
        self.guides = index.count(cache)
        self.weights: dict[str, float] = {}
        self.reach: dict[str, int] = {}
        """Pair or beginning of a word → how many guides it finds, at most."""
        self.meant: dict[str, tuple[str, ...]] = {}
        for piece in query.pieces:
            for gram in piece.grams:
                self._learn(piece, gram)
        # What has other names says something, whether or not a guide calls it so.
        named = weight(self.guides // OFTEN, self.guides)
        for concept in query.concepts:
            for gram in (gram for at in concept.pieces for gram in query.pieces[at].grams):
                self.weights[gram] = max(self.weights[gram], named)

    def _learn(self, piece: Piece, gram: str) -> None:
        if gram in self.weights:
            return
        found = reach = held(self.cache, gram)
        if not piece.cjk:
            words = guide_words(self.cache)
            start, end = _begun(words, gram)
            reach = max(found, min(self.guides, words.upto[end] - words.upto[start]))
            if not found:
                found, near = reach, self._near(words, piece, end - start)
                if near:
                    self.meant[gram] = near
        self.reach[gram] = reach
        # A pair that no guide holds is mostly the seam between two words.
        self.weights[gram] = SEAM if piece.cjk and not found else weight(found, self.guides)

    def telling(self) -> frozenset[str]:
        """The pairs and words that are worth looking for: the rarer ones, all if there is none, or few guides."""
        if self.guides <= MOST_WEIGHED:
            return frozenset(self.weights)
        common = weight(self.guides // COMMON, self.guides)
        rarer = frozenset(gram for gram, says in self.weights.items() if says > common)
        return rarer or frozenset(self.weights)

    def _near(self, words: GuideWords, piece: Piece, begun: int) -> tuple[str, ...]:
        """Words that may have been meant where what was typed begins few known ones: near ones, two run together,
        or one that nearly begins so."""
        if begun > RARE or _is_known(words, piece.text):
            return ()
        near = typo.meant(piece.text, words.known)
        found = tuple(dict.fromkeys(stem(other) for other in near)) or _run_together(words, piece.text)
        return found or typo.begun(piece.text, words.known)


def _begun(words: GuideWords, beginning: str) -> tuple[int, int]:
    """From where to where the known words begin so."""
    return bisect_left(words.known, (beginning, 0)), bisect_left(words.known, (beginning + AFTER, 0))


def _is_known(words: GuideWords, word: str) -> bool:
    at = bisect_left(words.known, (word, 0))
    return words.known[at : at + 1] != () and words.known[at][0] == word


def _run_together(words: GuideWords, word: str) -> tuple[str, ...]:
    """`latefee` → `late fee`; nothing where the halves are no known words."""
    return tuple(f"{a} {b}" for a, b in halves(word) if _is_known(words, a) and _is_known(words, b))[:1]


def halves(word: str) -> Iterator[tuple[str, str]]:
    """The words that may have been run together: `topup`, `applepay`."""
    return ((word[:at], word[at:]) for at in range(LEAST_HALF, len(word) - LEAST_HALF + 1))


def held(cache: Cache, token: str) -> int:
    """How many guides hold a token, remembered until one changes."""
    found = cache.counts.get(token)
    if found is None:
        row = cache.first("guide_word", token)
        if len(cache.counts) >= MOST_COUNTED:
            cache.counts.clear()
        found = cache.counts[token] = int(row[0]) if row else 0
    return found


def weight(found: int, of: int) -> float:
    """How much a word says that stands in `found` of `of` guides: the logarithm of Robertson and Spärck Jones, its root
    taken, since one rare word must not outvote the subject of a question."""
    return math.sqrt(max(0.2, math.log(1.0 + (of - found + 0.5) / (found + 0.5))))


def guide_words(cache: Cache) -> GuideWords:
    """Latin words of guides, remembered until a guide changes."""
    if cache.guide_words is None:
        rows = [(word, docs) for word, docs in cache.all("guide_words") if word.isalpha() and word.isascii()]
        known = tuple((word, typo.letters(word)) for word, _ in rows)
        cache.guide_words = GuideWords(known, tuple(accumulate((docs for _, docs in rows), initial=0)))
    return cache.guide_words


# ---- guides ---------------------------------------------------------------------------------------------------------


def guides(
    cache: Cache, query: Query, known: Known, category: str | None = None, also: Sequence[str] = ()
) -> list[Entry]:
    """Prepared entries that may answer: by their titles and words, by whole pieces in their texts, and some of the
    reason of contact that the words point to; those with these ids too, in every version."""
    numbers = dict.fromkeys(_named(cache, _terms_of(query, known)))
    in_text = _pieces_in_text(query)
    if in_text:
        numbers |= dict.fromkeys(n for (n,) in cache.all("texts_found", in_text, TEXTS))
    if category:
        numbers |= dict.fromkeys(_newest(cache, quoted(category_token(category)), OF_CATEGORY))
    for id in also:
        numbers |= dict.fromkeys(_newest(cache, quoted(guide_token(id)), OF_GUIDE))
    found = (index.entry(cache, n) for n in numbers)
    return [entry for entry in found if entry is not None]


def _named(cache: Cache, terms: dict[str, int]) -> list[int]:
    """Guides with any of these in their titles and words: the best of them, or the newest where even the rarest
    term is in too many to weigh them all while somebody types."""
    chosen: list[str] = []
    reached = 0
    for term in sorted(terms, key=terms.__getitem__):
        if chosen and reached + terms[term] > MOST_WEIGHED:
            break
        chosen.append(f"({term})")
        reached += terms[term]
    if not chosen:
        return []
    if reached <= MOST_WEIGHED:
        return [n for (n,) in cache.all("guides_found", " OR ".join(chosen), GUIDES)]
    titled = _newest(cache, f"{{title}} : {chosen[0]}", GUIDES)
    return titled if len(titled) == GUIDES else [*titled, *_newest(cache, chosen[0], GUIDES - len(titled))]


def _newest(cache: Cache, asked: str, most: int) -> list[int]:
    return [n for (n,) in cache.all("guides_newest", asked, most)]


def _terms_of(query: Query, known: Known) -> dict[str, int]:
    """Everything that may point to a guide → how many guides it finds at most; what most guides hold only if nothing
    rarer was asked."""
    terms: dict[str, int] = {}
    telling, cache = known.telling(), known.cache
    for piece in query.pieces:
        for gram, term in zip(piece.grams, _terms(piece), strict=True):
            if gram in telling:
                terms[term] = known.reach[gram]
            for other in known.meant.get(gram, ()):
                terms[every_token(other) + "*"] = _fewest(cache, tokens(other))
    for name in (name for concept in query.concepts for name in concept.others if _used(cache, name)):
        terms[every_token(name)] = _fewest(cache, _telling_tokens(name))
    terms |= _sounds_of(query, cache)
    return terms


def _sounds_of(query: Query, cache: Cache) -> dict[str, int]:
    """The ways it may sound → how many guides each finds at most; what is not typed to its end is taken for rare."""
    terms: dict[str, int] = {}
    ways = [*query.sounds, *(way for spelt in query.spelt for way in spelt.ways if len(way) > 1)]
    for syllables in (way for way in ways if len("".join(way)) > 1):
        terms[sounding(syllables)] = _fewest(cache, [f"{sound.PINYIN}{a}{b}" for a, b in pairwise(syllables)][:-1])
    if len(query.initials) > 1:
        couples = [f"{sound.INITIALS}{a}{b}" for a, b in pairwise(query.initials)]
        terms[" AND ".join(map(quoted, couples))] = _fewest(cache, couples)
    if len(query.romaji) > 1:
        terms[quoted(sound.ROMAJI + query.romaji) + "*"] = 0
    return terms


def _fewest(cache: Cache, all_of: Iterable[str]) -> int:
    """How many guides can hold all of these tokens at most; 0 for none."""
    return min((held(cache, token) for token in all_of), default=0)


def _pieces_in_text(query: Query) -> str:
    """Pieces of which every pair or word must be in a text; single characters say too little there."""
    written = (as_written(piece) or quoted(piece.text) for piece in query.pieces if len(piece.text) > 1)
    return " OR ".join(f"({piece})" for piece in written)


def _terms(piece: Piece) -> list[str]:
    if piece.cjk and len(piece.text) > 1:
        return [quoted(gram) for gram in piece.grams]
    return [quoted(piece.grams[0]) + "*"]


def every_token(name: str) -> str:
    """A name in which every word or pair of characters must be."""
    return " AND ".join(quoted(token) for token in _telling_tokens(name))


def _telling_tokens(name: str) -> list[str]:
    """Its words and pairs of characters; single characters say too little."""
    return list(dict.fromkeys(token for token in tokens(name) if not is_cjk(token[0]) or len(token) > 1))


def _used(cache: Cache, name: str) -> bool:
    """Whether any guide may be called so; most other names are nobody's, and a long question is a slow one."""
    found = cache.names.get(name)
    if found is None:
        asked = every_token(name)
        found = cache.names[name] = bool(asked and cache.first("guide_called", asked))
    return found


def learn_names(cache: Cache, names: Iterable[str], seconds: float) -> bool:
    """Look up for about so long (real seconds) which of these any guide may be called; True when more is left."""
    until = time.monotonic() + seconds
    for name in names:
        if name not in cache.names:
            _used(cache, name)
            if time.monotonic() > until:
                return True
    return False


def sounding(syllables: Sequence[str]) -> str:
    """What is read as pinyin: all neighbouring syllables, the last perhaps not typed to its end."""
    if len(syllables) == 1:
        return quoted(sound.PINYIN + syllables[0]) + "*"
    couples = [quoted(f"{sound.PINYIN}{a}{b}") for a, b in pairwise(syllables)]
    return " AND ".join([*couples[:-1], couples[-1] + "*"])


def as_written(piece: Piece) -> str:
    """A piece as its pairs, or as the beginning of a word; empty for a lone character."""
    if piece.cjk:
        return every_pair(piece.text) if len(piece.text) > 1 else ""
    if len(piece.text) < least_of(piece):
        return quoted(piece.text)
    return quoted(piece.grams[0]) + "*"


def every_pair(run: str) -> str:
    """A run of characters of which every pair of neighbours must be there."""
    return " AND ".join(map(quoted, pairs(run)))


def least_of(piece: Piece) -> int:
    """Letters from which the beginning of a word is looked for."""
    return LEAST_OF_NUMBERS if any(map(str.isdigit, piece.text)) else LEAST_OF_WORDS


def quoted(token: str) -> str:
    """A token as the index is asked for it."""
    return '"' + token.replace('"', "") + '"'
