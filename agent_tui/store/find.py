"""Looking things up in the index: which entries are worth ranking, and what the index knows about the words asked for.

Guides are few and wanted ranked: every word counts, the best candidates are read. Of tickets there may be a million: all
words must be in them, and the newest are met first.
"""

from __future__ import annotations

import math
import time
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import accumulate, pairwise

from agent_tui.domain.rows import decode
from agent_tui.domain.ticket import Ticket
from agent_tui.search import sound, typo
from agent_tui.search.asked import Piece, Query
from agent_tui.search.entry import Entry, category_token, guide_token
from agent_tui.search.fold import is_cjk, pairs, stem, tokens
from agent_tui.store import index
from agent_tui.store.cache import Cache, GuideWords
from agent_tui.store.entries import of_ticket
from agent_tui.store.index import BACKWARDS

GUIDES, TICKETS, OF_CATEGORY, OF_GUIDE = 40, 24, 12, 4
"""Candidates that are read and ranked."""
LEAST_OF_TICKETS, LEAST_OF_NUMBERS = 3, 5
"""Letters of a word, and of one with digits, from which its beginning is looked for among tickets' texts: every terminal
and order has a number, so the beginning of one stands in too many."""
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
LEAST_HALF = 3
"""Letters of each of two words that were run together."""
_AFTER = "\U0010ffff"


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
                found, near = reach, self._near(words, piece.text, end - start)
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

    def _near(self, words: GuideWords, word: str, begun: int) -> tuple[str, ...]:
        """Words that may have been meant where what was typed begins few known ones: near ones, or two run together."""
        if begun > RARE or _is_known(words, word):
            return ()
        near = typo.meant(word, words.known)
        return tuple(dict.fromkeys(stem(other) for other in near)) or _run_together(words, word)


def _begun(words: GuideWords, beginning: str) -> tuple[int, int]:
    """From where to where the known words begin so."""
    return bisect_left(words.known, (beginning, 0)), bisect_left(words.known, (beginning + _AFTER, 0))


def _is_known(words: GuideWords, word: str) -> bool:
    at = bisect_left(words.known, (word, 0))
    return words.known[at : at + 1] != () and words.known[at][0] == word


def _run_together(words: GuideWords, word: str) -> tuple[str, ...]:
    """`latefee` → `late fee`; nothing where the halves are no known words."""
    halves = ((word[:at], word[at:]) for at in range(LEAST_HALF, len(word) - LEAST_HALF + 1))
    return tuple(f"{a} {b}" for a, b in halves if _is_known(words, a) and _is_known(words, b))[:1]


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
        numbers |= dict.fromkeys(_newest(cache, _quoted(category_token(category)), OF_CATEGORY))
    for id in also:
        numbers |= dict.fromkeys(_newest(cache, _quoted(guide_token(id)), OF_GUIDE))
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
                terms[_all(other) + "*"] = _fewest(cache, tokens(other))
    for name in (name for concept in query.concepts for name in concept.others if _used(cache, name)):
        terms[_all(name)] = _fewest(cache, _telling_tokens(name))
    terms |= _sounds_of(query, cache)
    return terms


def _sounds_of(query: Query, cache: Cache) -> dict[str, int]:
    """The ways it may sound → how many guides each finds at most; what is not typed to its end is taken for rare."""
    terms: dict[str, int] = {}
    for way, syllables in zip(_sounds(query), query.sounds, strict=False):
        terms[way] = _fewest(cache, [f"{sound.PINYIN}{a}{b}" for a, b in pairwise(syllables)][:-1])
    if len(query.initials) > 1:
        couples = [f"{sound.INITIALS}{a}{b}" for a, b in pairwise(query.initials)]
        terms[" AND ".join(map(_quoted, couples))] = _fewest(cache, couples)
    if len(query.romaji) > 1:
        terms[_quoted(sound.ROMAJI + query.romaji) + "*"] = 0
    return terms


def _fewest(cache: Cache, all_of: Iterable[str]) -> int:
    """How many guides can hold all of these tokens at most; 0 for none."""
    return min((held(cache, token) for token in all_of), default=0)


def _pieces_in_text(query: Query) -> str:
    """Pieces of which every pair or word must be in a text; single characters say too little there."""
    written = (_written(piece) or _quoted(piece.text) for piece in query.pieces if len(piece.text) > 1)
    return " OR ".join(f"({piece})" for piece in written)


def _terms(piece: Piece) -> list[str]:
    if piece.cjk and len(piece.text) > 1:
        return [_quoted(gram) for gram in piece.grams]
    return [_quoted(piece.grams[0]) + "*"]


def _all(name: str) -> str:
    """A name in which every word or pair of characters must be."""
    return " AND ".join(_quoted(token) for token in _telling_tokens(name))


def _telling_tokens(name: str) -> list[str]:
    """Its words and pairs of characters; single characters say too little."""
    return list(dict.fromkeys(token for token in tokens(name) if not is_cjk(token[0]) or len(token) > 1))


def _used(cache: Cache, name: str) -> bool:
    """Whether any guide may be called so; most other names are nobody's, and a long question is a slow one."""
    found = cache.names.get(name)
    if found is None:
        asked = _all(name)
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
    """All pieces as written, or the whole as pinyin; empty where too little was typed to say anything.

    A lone character between longer words, as in 结算 未 到账, is held by too many to be asked for.
    """
    written = [one for one in map(_written, query.pieces) if one]
    ways = [" AND ".join(f"({one})" for one in written)] if written else []
    if query.text.isascii():
        ways += [way for way, syllables in zip(_sounds(query), query.sounds, strict=False) if len(syllables) > 1]
    return " OR ".join(f"({way})" for way in ways)


def _written(piece: Piece) -> str:
    if piece.cjk:
        return " AND ".join(_quoted(pair) for pair in pairs(piece.text)) if len(piece.text) > 1 else ""
    least = LEAST_OF_NUMBERS if any(map(str.isdigit, piece.text)) else LEAST_OF_TICKETS
    if len(piece.text) < least:
        return _quoted(piece.text) if piece.whole else ""
    return _quoted(piece.grams[0]) + "*"
