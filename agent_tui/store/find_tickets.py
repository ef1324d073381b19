"""Finding tickets: of a million, the newest that hold everything that was typed, however it was written.

First as written. Only where no ticket holds that: with what people mistype, run together, divide or type by its sound;
and last without the words that no ticket holds at all, so that a word in the making takes nothing away.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise, product

from agent_tui.domain.rows import decode
from agent_tui.domain.ticket import Ticket
from agent_tui.search import sound, typo
from agent_tui.search.asked import Piece, Query
from agent_tui.search.entry import Entry
from agent_tui.search.fold import is_cjk, pairs
from agent_tui.search.query import LEAST_OF_WORDS
from agent_tui.store.cache import Cache
from agent_tui.store.entries import of_ticket
from agent_tui.store.find import AFTER, Known, as_written, every_pair, every_token, halves, least_of, quoted, sounding
from agent_tui.store.index import BACKWARDS

TICKETS = 24
LEAST_LOOSE = 4
"""Characters of a run that may be words in another order, or written with others of the same sound."""
LONGEST_ALIKE = 8
MOST_ROWS = 100_000
"""Up to so many rows single syllables and near words are looked for: both mean to read every word with a beginning."""
LONG_MARK = "ー"
BEGUN_ALIKE, MOST_ALIKE = 2, 3_000
"""Letters in which no error is looked for; words that are compared."""
LEAST_HALVED, LONGEST_HALVED = 5, 20
"""Letters of a word that may be two."""

Meant = Mapping[str, tuple[str, ...]]
"""Word nobody wrote → words it may have been meant to be."""


def tickets(cache: Cache, query: Query, known: Known) -> list[Entry]:
    """The newest tickets that hold every piece, those with the number asked for first. What a word may have been meant to
    be in them is added to what is known of the query."""
    found = _numbered(cache, query)
    for asked in _ways(cache, query, known):
        rows = cache.all("tickets_found", asked, TICKETS)
        _read(found, rows)
        if rows:
            break
    return [of_ticket(ticket) for ticket in found.values()]


def _numbered(cache: Cache, query: Query) -> dict[str, Ticket]:
    """By numbers, the longest first; what is a part of one that was found is not looked for by itself."""
    found: dict[str, Ticket] = {}
    reached: list[str] = []
    for number in query.numbers:
        if any(number in longer for longer in reached):
            continue
        before = len(found)
        for form in (number, BACKWARDS + number[::-1]):
            _read(found, cache.all("numbers_found", form, form + AFTER, TICKETS))
        if len(found) > before:
            reached.append(number)
    return found


def _read(found: dict[str, Ticket], rows: Sequence[tuple[bytes]]) -> None:
    for (body,) in rows:
        ticket = decode("ticket", body)
        if isinstance(ticket, Ticket):
            found.setdefault(ticket.id, ticket)


def _ways(cache: Cache, query: Query, known: Known) -> Iterator[str]:
    """What to ask the index for, one after another until something is found."""
    asked = _strictly(query)
    if asked:
        yield asked
    few = _few(cache)
    if few:
        known.meant.update(_near(cache, query, known.meant))
    loose = _loosely(query, known.meant, least_syllables=1 if few else 2)
    whole = list(_whole(query, least_syllables=1 if few else 2))
    if loose or whole:
        yield _or([*([_and(loose)] if loose else []), *whole])
    if len(loose) > 1:
        held = [one for one in loose if cache.first("tickets_hold", one)]
        if 0 < len(held) < len(loose):
            yield _and(held)


def _few(cache: Cache) -> bool:
    """Whether there are so few rows that every word with the same beginning can be met while somebody types."""
    (last,) = cache.first("row_last") or (0,)
    return (last or 0) <= MOST_ROWS


def _or(terms: Sequence[str]) -> str:
    return " OR ".join(f"({term})" for term in dict.fromkeys(terms))


def _and(terms: Sequence[str]) -> str:
    return " AND ".join(f"({term})" for term in dict.fromkeys(terms))


# ---- as written -----------------------------------------------------------------------------------------------------


def _strictly(query: Query) -> str:
    """All pieces as written, or the whole as pinyin; empty where too little was typed to say anything.

    A lone character between longer words, as in 结算 未 到账, is held by too many to be asked for.
    """
    written = [one for one in map(as_written, query.pieces) if one]
    if not written:
        written = [every_pair(run) for run in query.text.split() if is_cjk(run[0]) and len(run) > 1]
    ways = [_and(written)] if written else []
    if query.text.isascii():
        ways += [sounding(syllables) for syllables in query.sounds if len(syllables) > 1]
    return _or(ways)


# ---- as people mistype it -------------------------------------------------------------------------------------------


def _loosely(query: Query, meant: Meant, least_syllables: int = 1) -> list[str]:
    """For each piece that says something every way it may be kept."""
    heard = dict(_by_sound(query, least_syllables))
    joined = dict(_joined(query.pieces))
    found = []
    for at, piece in enumerate(query.pieces):
        unsaid = len(piece.text) == 1 if piece.cjk else not piece.whole and len(piece.text) < least_of(piece)
        if unsaid and len(query.pieces) > 1:
            continue
        others = [*_otherwise(piece, meant), *heard.get(at, ()), *joined.get(at, ())]
        ways = [one for one in (as_written(piece), *others) if one]
        if ways:
            found.append(_or(ways))
    return found


def _near(cache: Cache, query: Query, meant: Meant) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Word → the words of tickets that are nearest to it. They are looked for among those that begin alike: nobody waits
    until all words of a million tickets are compared."""
    for piece in query.pieces:
        if piece.cjk or piece.grams[0] in meant or len(piece.text) < typo.LEAST or not piece.text.isalpha():
            continue
        begun = piece.text[:BEGUN_ALIKE]
        those = [word for (word,) in cache.all("ticket_words", f"{begun}a", f"{begun}{{", MOST_ALIKE)]
        among = [] if piece.text in those else [(word, typo.letters(word)) for word in those]
        near = typo.meant(piece.text, among) or typo.begun(piece.text, among)
        if near:
            yield piece.grams[0], near


def _otherwise(piece: Piece, meant: Meant) -> Iterator[str]:
    if not piece.cjk:
        yield from (every_token(other) + "*" for other in meant.get(piece.grams[0], ()))
        if LEAST_HALVED <= len(piece.text) <= LONGEST_HALVED:
            yield from (_and([quoted(one), quoted(other)]) for one, other in halves(piece.text))
        return
    run = piece.text.rstrip(LONG_MARK)
    if len(run) >= LEAST_LOOSE or run != piece.text:
        yield _in_any_order(run)
    yield _alike(piece.text)


def _in_any_order(run: str) -> str:
    """Every character with one of its neighbours: words that stand elsewhere in another order, 打印卡纸 for 卡纸打印. The
    mark of a long vowel is left out as people please."""
    couples = pairs(run)
    if len(couples) < 2:
        return every_pair(run) if len(run) > 1 else ""
    terms = []
    for at, char in enumerate(run):
        if char != LONG_MARK:
            terms.append(_or([quoted(one) for one in couples[max(at - 1, 0) : at + 1]]))
    return _and(terms)


def _alike(run: str) -> str:
    """Characters of the same sound, which an input method offers side by side."""
    known = sound.syllables_of()
    if not 1 < len(run) <= LONGEST_ALIKE or not all(char in known for char in run):
        return ""
    said = [product(known[one], known[other]) for one, other in pairwise(run)]
    return _and([_or([quoted(f"{sound.PINYIN}{a}{b}") for a, b in couples]) for couples in said])


def _by_sound(query: Query, least_syllables: int) -> Iterator[tuple[int, list[str]]]:
    """Piece → the pinyin it may be, alone or with its neighbours."""
    for spelt in query.spelt:
        ways = [sounding(syllables) for syllables in spelt.ways if len(syllables) >= least_syllables]
        yield from ((at, ways) for at in spelt.pieces)


def _joined(pieces: Sequence[Piece]) -> Iterator[tuple[int, list[str]]]:
    """Piece → the words it makes with a neighbour: `wi-fi` is written `wifi` elsewhere."""
    made: dict[int, list[str]] = {}
    for at, (one, other) in enumerate(pairwise(pieces)):
        if not one.cjk and not other.cjk and other.start == one.end + 1:
            for touched in (at, at + 1):
                made.setdefault(touched, []).append(quoted(one.text + other.text))
    yield from made.items()


def _whole(query: Query, least_syllables: int) -> Iterator[str]:
    """All that was typed as the initials of a title, as a syllable of it, or as the sound of its kana."""
    if len(query.initials) > 1:
        yield _and([quoted(f"{sound.INITIALS}{a}{b}") for a, b in pairwise(query.initials)])
    for syllables in query.sounds:
        if least_syllables <= len(syllables) == 1 and len(query.text) >= LEAST_OF_WORDS:
            yield sounding(syllables)
    if query.romaji:
        yield quoted(sound.ROMAJI + query.romaji) + "*"
