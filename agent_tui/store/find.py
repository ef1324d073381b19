"""Looking things up in the index: which entries are worth ranking, and what the index knows about the words asked for.

Guides are few and wanted ranked: every word counts, the best candidates are read. Of tickets there may be a million: all
words must be in them, and the newest are met first.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise

from agent_tui.domain.rows import decode
from agent_tui.domain.ticket import Ticket
from agent_tui.search import sound, typo
from agent_tui.search.entry import Entry, category_token
from agent_tui.search.fold import is_cjk, pairs, stem, tokens
from agent_tui.search.query import Piece, Query
from agent_tui.store import index
from agent_tui.store.cache import Cache
from agent_tui.store.entries import of_ticket
from agent_tui.store.index import BACKWARDS

GUIDES, TICKETS, OF_CATEGORY = 40, 24, 12
"""Candidates that are read and ranked."""
LEAST_OF_TICKETS = 3
"""Letters of a word from which its beginning is looked for among tickets."""
SEAM = 0.3
RARE = 2
OFTEN = 20
COMMON = 6
"""What stands in more than one of so many guides is no way to find one, unless nothing else was asked."""
TEXTS = 16
_AFTER = "\U0010ffff"


class Known:
    """What the index says of the words of one query."""

    def __init__(self, cache: Cache, query: Query) -> None:
        self.cache = cache
        self.guides = index.count(cache)
        self.weights: dict[str, float] = {}
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
        row = self.cache.first("guide_word", gram)
        found = int(row[0]) if row else 0
        if not piece.cjk and not found:
            found, near = self._beginning(gram, piece.text)
            if near:
                self.meant[gram] = near
        # A pair that no guide holds is mostly the seam between two words.
        self.weights[gram] = SEAM if piece.cjk and not found else weight(found, self.guides)

    def telling(self) -> frozenset[str]:
        """The pairs and words that are worth looking for: the rarer ones, all if there is none."""
        common = weight(self.guides // COMMON, self.guides)
        rarer = frozenset(gram for gram, says in self.weights.items() if says > common)
        return rarer or frozenset(self.weights)

    def _beginning(self, beginning: str, word: str) -> tuple[int, tuple[str, ...]]:
        """In how many known words it is the beginning; where that is rare, those that may have been meant."""
        known = guide_words(self.cache)
        count = bisect_left(known, (beginning + _AFTER, 0)) - bisect_left(known, (beginning, 0))
        if count > RARE or word in (other for other, _ in known[bisect_left(known, (word, 0)) :][:1]):
            return count, ()
        return count, tuple(dict.fromkeys(stem(other) for other in typo.meant(word, known)))


def weight(found: int, of: int) -> float:
    """How much a word says that stands in `found` of `of` guides: the logarithm of Robertson and Spärck Jones, its root
    taken, since one rare word must not outvote the subject of a question."""
    return math.sqrt(max(0.2, math.log(1.0 + (of - found + 0.5) / (found + 0.5))))


def guide_words(cache: Cache) -> tuple[tuple[str, int], ...]:
    """Latin words of guides in order, with their letters, remembered until a guide changes."""
    if cache.guide_words is None:
        words = (word for (word,) in cache.all("guide_words") if word.isalpha() and word.isascii())
        cache.guide_words = tuple((word, typo.letters(word)) for word in words)
    return cache.guide_words


# ---- guides ---------------------------------------------------------------------------------------------------------


def guides(cache: Cache, query: Query, known: Known, category: str | None = None) -> list[Entry]:
    """Prepared entries that may answer: by their titles and words, by whole pieces in their texts, and some of the
    reason of contact that the words point to."""
    asked, in_text = _any(query, known), _pieces_in_text(query)
    numbers = dict.fromkeys(n for (n,) in cache.all("guides_found", asked, GUIDES)) if asked else {}
    if in_text:
        numbers |= dict.fromkeys(n for (n,) in cache.all("texts_found", in_text, TEXTS))
    if category:
        numbers |= dict.fromkeys(n for (n,) in cache.all("guides_of", _quoted(category_token(category)), OF_CATEGORY))
    found = (index.entry(cache, n) for n in numbers)
    return [entry for entry in found if entry is not None]


def _any(query: Query, known: Known) -> str:
    """Everything that may point to a guide, joined by OR; what most guides hold only if nothing rarer was asked."""
    terms: dict[str, None] = {}
    telling = known.telling()
    for piece in query.pieces:
        for gram, term in zip(piece.grams, _terms(piece), strict=True):
            if gram in telling:
                terms[term] = None
            terms |= dict.fromkeys(f"{_quoted(other)}*" for other in known.meant.get(gram, ()))
    for concept in query.concepts:
        terms |= dict.fromkeys(_all(name) for name in concept.others if _used(known.cache, name))
    terms |= dict.fromkeys(_sounds(query))
    if len(query.initials) > 1:
        terms[" AND ".join(_quoted(f"{sound.INITIALS}{a}{b}") for a, b in pairwise(query.initials))] = None
    if len(query.romaji) > 1:
        terms[_quoted(sound.ROMAJI + query.romaji) + "*"] = None
    return " OR ".join(f"({term})" for term in terms)


def _pieces_in_text(query: Query) -> str:
    """Pieces of which every pair or word must be in a text; single characters say too little there."""
    written = (_written(piece) for piece in query.pieces if len(piece.text) > 1)
    return " OR ".join(f"({piece})" for piece in written if piece)


def _terms(piece: Piece) -> list[str]:
    if piece.cjk and len(piece.text) > 1:
        return [_quoted(gram) for gram in piece.grams]
    return [_quoted(piece.grams[0]) + "*"]


def _all(name: str) -> str:
    """A name in which every word or pair of characters must be."""
    found = [pair for pair in tokens(name) if not is_cjk(pair[0]) or len(pair) > 1]
    return " AND ".join(_quoted(token) for token in dict.fromkeys(found))


def _used(cache: Cache, name: str) -> bool:
    """Whether any guide may be called so; most other names are nobody's, and a long question is a slow one."""
    found = cache.names.get(name)
    if found is None:
        asked = _all(name)
        found = cache.names[name] = bool(asked and cache.first("guide_called", asked))
    return found


def _sounds(query: Query) -> list[str]:
    """Each way to read the query as pinyin: all neighbouring syllables, the last perhaps not typed to its end."""
    found = []
    for syllables in query.sounds:
        if len(syllables) == 1:
            if len(syllables[0]) > 1:
                found.append(_quoted(sound.PINYIN + syllables[0]) + "*")
            continue
        couples = [_quoted(f"{sound.PINYIN}{a}{b}") for a, b in pairwise(syllables)]
        found.append(" AND ".join([*couples[:-1], couples[-1] + "*"]))
    return found


def _quoted(token: str) -> str:
    return '"' + token.replace('"', "") + '"'


# ---- tickets --------------------------------------------------------------------------------------------------------


def tickets(cache: Cache, query: Query) -> list[Entry]:
    """The newest tickets that hold every piece, those with the number asked for first."""
    found: dict[str, Ticket] = {}
    for number in query.numbers:
        for form in (number, BACKWARDS + number[::-1]):
            _read(found, cache.all("numbers_found", form, form + _AFTER, TICKETS))
    asked = _every(query)
    if asked:
        _read(found, cache.all("tickets_found", asked, TICKETS))
    return [of_ticket(ticket) for ticket in found.values()]


def _read(found: dict[str, Ticket], rows: Sequence[tuple[bytes]]) -> None:
    for (body,) in rows:
        ticket = decode("ticket", body)
        if isinstance(ticket, Ticket):
            found.setdefault(ticket.id, ticket)


def _every(query: Query) -> str:
    """All pieces as written, or the whole as pinyin; empty where too little was typed to say anything."""
    written = [_written(piece) for piece in query.pieces]
    ways = [" AND ".join(f"({one})" for one in written if one)] if written and all(written) else []
    ways += [way for way, syllables in zip(_sounds(query), query.sounds, strict=False) if len(syllables) > 1]
    return " OR ".join(f"({way})" for way in ways)


def _written(piece: Piece) -> str:
    if piece.cjk:
        return " AND ".join(_quoted(pair) for pair in pairs(piece.text)) if len(piece.text) > 1 else ""
    if len(piece.text) < LEAST_OF_TICKETS:
        return _quoted(piece.text) if piece.whole else ""
    return _quoted(piece.grams[0]) + "*"
