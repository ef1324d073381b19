"""How well an entry answers a query, and what in it does: pure, explained, the same on every desk.

A piece of the query counts by what it says (rare pairs of characters say more) times where it is found: in a title
more than in a word the owner gave, in that more than in a text; as a phrase more than as scattered pairs; as written
more than by another name, by its sound, or with typing errors forgiven. What fits the contact in hand, is still in force
and recent comes before its equals.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from agent_tui.search import sound
from agent_tui.search.entry import TEXT, TITLE, WORDS, Entry, Field
from agent_tui.search.fold import is_kana
from agent_tui.search.query import Concept, Piece, Query

PLACE = {TITLE: 1.0, WORDS: 0.92, TEXT: 0.42}
EXACT, BEGINS, PHRASE, SCATTERED = 1.3, 1.1, 1.0, 0.72
SAME, SOUND, INITIALS, TYPO = 0.85, 0.8, 0.7, 0.7
LEAST_SHARE = 0.3
"""Of a piece's pairs, below which scattered ones are chance."""
LONELY = 0.3
"""A single character says little beside others."""
LEAST_OF_KANA = 0.6
"""Pairs of kana stand in every Japanese text."""
ELSEWHERE = 0.06
"""For every further place in which a piece is found."""
MOST_TIMES = 4
"""Further places that still count where letters may stand for many words."""
TOGETHER = 0.15
"""The whole query stands as one in a title or word."""
NAMED = 0.3
"""Several words of the query are together another name of it; the whole query counts in full, a part as its share."""
POINTED, POINTED_TOO = 0.55, 0.2
"""What the centre's own words for a reason of contact point to: found by itself, and ahead of its equals."""
FITS, EXPIRED, URGENT, FRESH = 1.2, 0.4, 1.1, 0.12
DAY_S = 86_400.0
FRESH_DAYS = 45.0
KIND = {"blueprint": 1.03, "bulletin": 1.0, "article": 1.0, "ticket": 0.62}
FAINT = 0.22
"""Of the best score, below which a hit is noise beside it."""
NUMBER = 3.0
"""What a number finds comes before anything."""


class Sought(msgspec.Struct, frozen=True, kw_only=True):
    """A query with what the index knows about its words, and for whom it is asked."""

    query: Query
    weights: Mapping[str, float] = {}
    """Pair or stem → how much it says; 1 where nothing is known."""
    meant: Mapping[str, tuple[str, ...]] = {}
    """Word nobody wrote → words it may have been meant to be."""
    category: str | None = None
    """Of the contact in hand."""
    pointed: str | None = None
    """The reason of contact that the words point to, as a customer's first words do."""
    pointed_by: tuple[str, ...] = ()
    """Those words."""
    language: str = "zh"
    now: float = 0.0


class Reason(msgspec.Struct, frozen=True, kw_only=True):
    """What in an entry answered, as it is shown."""

    how: str
    """`written`, `same`, `sound`, `initials`, `typo`, `number` or `category`."""
    place: str
    language: str
    text: str
    start: int = 0
    end: int = 0
    """Characters of `text` to mark; equal for none."""


class Hit(msgspec.Struct, frozen=True, kw_only=True):
    entry: Entry
    score: float
    reasons: tuple[Reason, ...]
    """The best first, at most one for each place."""
    expired: bool = False


class _Match(msgspec.Struct, frozen=True):
    score: float
    how: str
    field: Field
    start: int
    end: int


_NONE = 0.0


def rank(sought: Sought, entries: Sequence[Entry], most: int = 20) -> list[Hit]:
    """The entries that answer, the best first."""
    hits = [hit for entry in entries if (hit := judge(sought, entry)) is not None]
    hits.sort(key=lambda hit: (-hit.score, -hit.entry.at, hit.entry.id))
    # Of a blueprint's versions the one in force scores highest.
    once = {(hit.entry.kind, hit.entry.id): hit for hit in reversed(hits)}
    best = hits[0].score if hits else 0.0
    return [hit for hit in hits if hit.score >= best * FAINT and once[hit.entry.kind, hit.entry.id] is hit][:most]


def judge(sought: Sought, entry: Entry) -> Hit | None:
    """How well one entry answers; None when it does not."""
    by_number = _by_number(sought.query, entry)
    score, matches = _by_words(sought, entry)
    heard, how = _by_sound(sought.query, entry)
    if heard > score:
        score, matches = heard, [how] if how else []
    pointed = sought.pointed is not None and sought.pointed in entry.categories
    if pointed:
        score = max(score, POINTED) + POINTED_TOO
    if by_number is not None:
        score += NUMBER
    if score <= 0.12:
        return None
    expired = bool(entry.valid_to) and entry.valid_to <= sought.now
    reasons = ((by_number,) if by_number else ()) + _reasons(matches, sought.language)
    if pointed:
        told = Reason(how="category", place=WORDS, language=sought.language, text=" ".join(sought.pointed_by))
        reasons = (
            (*reasons, told) if matches and max(match.score for match in matches) > POINTED else (told, *reasons)
        )
    return Hit(entry=entry, score=score * _standing(entry, sought, expired), reasons=reasons, expired=expired)


def _standing(entry: Entry, sought: Sought, expired: bool) -> float:
    """What speaks for an entry before any word of it is read."""
    factor = KIND.get(entry.kind, 1.0)
    if sought.category and sought.category in entry.categories:
        factor *= FITS
    if expired or entry.valid_from > sought.now:
        factor *= EXPIRED
    if entry.urgent:
        factor *= URGENT
    if entry.at and entry.kind in ("bulletin", "ticket"):
        days = max(sought.now - entry.at, 0.0) / DAY_S
        factor *= 1.0 + FRESH * max(0.0, 1.0 - days / FRESH_DAYS)
    return factor


# ---- by what is written --------------------------------------------------------------------------------------------


def _by_words(sought: Sought, entry: Entry) -> tuple[float, list[_Match]]:
    query, matches = sought.query, []
    total = reached = 0.0
    named, together = _named(query.concepts, entry, sought.language)
    for at, piece in enumerate(query.pieces):
        weight = sum(sought.weights.get(gram, 1.0) for gram in piece.grams)
        if len(piece.text) == 1:
            weight *= LONELY
        total += weight
        best, others = _best(piece, entry, sought)
        concept = named.get(at)
        if concept is not None and (best is None or concept.score > best.score):
            best = concept
        if best is None:
            continue
        reached += weight * (best.score + ELSEWHERE * max(others - 1, 0))
        matches.append(best)
    if not total:
        return 0.0, []
    score = reached / total + NAMED * together / len(query.pieces)
    if len(query.pieces) > 1 and any(query.text in one.folded for one in entry.fields if one.place != TEXT):
        score += TOGETHER
    return score, matches


def _best(piece: Piece, entry: Entry, sought: Sought) -> tuple[_Match | None, int]:
    """The best place for a piece, and in how many places it is."""
    best: _Match | None = None
    places = set()
    for one in entry.fields:
        found = _in_run(piece, one, sought.weights) if piece.cjk else _in_words(piece, one, sought.meant)
        if found is None:
            continue
        places.add(one.place)
        if best is None or _key(found, sought.language) > _key(best, sought.language):
            best = found
    return best, len(places)


def _in_run(piece: Piece, one: Field, weights: Mapping[str, float]) -> _Match | None:
    at = one.folded.find(piece.text)
    if at >= 0:
        return _phrase(piece.text, at, one, "written", 1.0)
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
    return _Match(PLACE[one.place] * SCATTERED * share, "written", one, start, start + 2)


def _phrase(text: str, at: int, one: Field, how: str, factor: float) -> _Match:
    """A phrase found at `at`: better as a whole title or word, or at its beginning."""
    end = at + len(text)
    quality = PHRASE
    if one.place != TEXT and one.folded[at - 1] == "\n":
        quality = EXACT if one.folded[end] == "\n" else BEGINS
    return _Match(PLACE[one.place] * quality * factor, how, one, at, end)


def _in_words(piece: Piece, one: Field, meant: Mapping[str, tuple[str, ...]]) -> _Match | None:
    at = word_at(one.folded, piece.grams[0])
    if at >= 0:
        return _phrase(
            piece.text if one.folded.startswith(piece.text, at) else piece.grams[0], at, one, "written", 1.0
        )
    for other in meant.get(piece.grams[0], ()):
        at = word_at(one.folded, other)
        if at >= 0:
            return _phrase(other, at, one, "typo", TYPO)
    return None


def word_at(folded: str, beginning: str) -> int:
    """Where a word with this beginning starts; -1 for nowhere."""
    at = folded.find(beginning)
    while at > 0:
        before = folded[at - 1]
        if not (before.isascii() and before.isalnum()):
            return at
        at = folded.find(beginning, at + 1)
    return at


def _key(match: _Match, language: str) -> tuple[float, bool]:
    """The better match is greater; among equals the one in the reader's language."""
    return round(match.score, 6), match.field.language == language


def _named(concepts: Sequence[Concept], entry: Entry, language: str) -> tuple[dict[int, _Match], int]:
    """Piece → where the entry calls it by another name, and how many pieces are one name together."""
    found: dict[int, _Match] = {}
    together = 0
    for concept in concepts:
        best: _Match | None = None
        here = [name for name in concept.others if name in entry.named]
        for one in entry.fields if here else ():
            for name in here:
                at = word_at(one.folded, name) if name.isascii() else one.folded.find(name)
                if at >= 0:
                    match = _phrase(name, at, one, concept.how, TYPO if concept.how == "typo" else SAME)
                    best = match if best is None or _key(match, language) > _key(best, language) else best
        if best is not None:
            if len(concept.pieces) > 1 and concept.how == "same":
                together = max(together, len(concept.pieces))
            for at in concept.pieces:
                if at not in found or best.score > found[at].score:
                    found[at] = best
    return found, together


# ---- by sound and by number ------------------------------------------------------------------------------------------


def _by_sound(query: Query, entry: Entry) -> tuple[float, _Match | None]:
    for syllables in query.sounds:
        if len(syllables) < 2 and len(syllables[0]) < 2:
            continue
        at = entry.spoken.find("|" + "|".join(syllables))
        if at >= 0:
            found = _sounding(entry, syllables)
            if found is not None:
                return found.score * SOUND, found
    if query.romaji and any(heard.startswith(query.romaji) for heard in entry.romaji):
        found = _in_kana(entry, query.romaji)
        if found is not None:
            return found.score * SOUND, found
    if len(query.initials) > 1:
        found = _sounding(entry, tuple(query.initials))
        if found is not None:
            return found.score * INITIALS * min(1.0, 0.7 + 0.1 * len(query.initials)), found
    return 0.0, None


def _sounding(entry: Entry, sounds: Sequence[str]) -> _Match | None:
    """The best title or word with characters whose syllables begin so, one after another."""
    best: _Match | None = None
    times = 0
    known = sound.syllables_of()
    how = "initials" if all(len(one) == 1 for one in sounds) else "sound"
    for one in entry.fields:
        if one.place == TEXT or one.language not in ("zh", ""):
            continue
        for at in range(len(one.folded) - len(sounds)):
            if not _heard(one.folded, at, sounds, known):
                continue
            found = _phrase(one.folded[at : at + len(sounds)], at, one, how, 1.0)
            times += 1
            if best is None or found.score > best.score:
                best = found
    if best is None:
        return None
    return msgspec.structs.replace(best, score=best.score * (1.0 + ELSEWHERE * min(times - 1, MOST_TIMES)))


def _heard(folded: str, at: int, sounds: Sequence[str], known: Mapping[str, tuple[str, ...]]) -> bool:
    last = len(sounds) - 1
    for n, sought in enumerate(sounds):
        readings = known.get(folded[at + n], ())
        whole = n < last and len(sought) > 1
        if not any(reading == sought if whole else reading.startswith(sought) for reading in readings):
            return False
    return True


def _in_kana(entry: Entry, romaji: str) -> _Match | None:
    for one in entry.fields:
        if one.place == TEXT:
            continue
        for run in sound.kana_runs(one.folded):
            if sound.romaji(run).startswith(romaji):
                return _phrase(run, one.folded.find(run), one, "sound", 1.0)
    return None


def _by_number(query: Query, entry: Entry) -> Reason | None:
    plain = "".join(char for char in entry.number.lower() if char.isalnum())
    text = ""
    for number in query.numbers:
        if plain and (plain.startswith(number) or plain.endswith(number)):
            return Reason(how="number", place=TITLE, language="", text=entry.number)
        for one in entry.fields:
            at = one.folded.find(number)
            if at >= 0:
                text = one.text
                return Reason(
                    how="number",
                    place=one.place,
                    language=one.language,
                    text=text,
                    start=at - 1,
                    end=at - 1 + len(number),
                )
    return None


def _reasons(matches: Sequence[_Match], language: str) -> tuple[Reason, ...]:
    """What answered, for people: the best of each place."""
    found: dict[tuple[str, str], Reason] = {}
    for match in sorted(matches, key=lambda match: (-match.score, match.field.language != language)):
        one = match.field
        line = one.text.rfind("\n", 0, match.start - 1) + 1
        until = one.text.find("\n", line)
        text = one.text[line : until if until >= 0 else len(one.text)]
        start = match.start - 1 - line
        reason = Reason(
            how=match.how,
            place=one.place,
            language=one.language,
            text=text,
            start=start,
            end=start + match.end - match.start,
        )
        found.setdefault((one.place, text), reason)
    return tuple(found.values())[:3]
