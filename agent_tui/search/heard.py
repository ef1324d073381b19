"""How well an entry answers what was typed by its sound: pinyin, initials, romaji, characters that sound the same."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

import msgspec

from agent_tui.search import sound
from agent_tui.search.asked import Query
from agent_tui.search.entry import TEXT, Entry
from agent_tui.search.match import INITIALS, SOUND, Match, phrase

ELSEWHERE = 0.06
"""For every further place in which a piece is found."""
MOST_TIMES = 4
"""Further places that still count where letters may stand for many words."""


def by_sound(query: Query, entry: Entry) -> tuple[float, Match | None]:
    """(how well, where); (0, None) for not at all."""
    for syllables in query.sounds:
        if len(syllables) < 2 and len(syllables[0]) < 2:
            continue
        found = _said(entry, syllables)
        if found is not None:
            return found.score, found
    if query.romaji and any(heard.startswith(query.romaji) for heard in entry.romaji):
        found = _in_kana(entry, query.romaji)
        if found is not None:
            return found.score * SOUND, found
    if len(query.initials) > 1 and (not entry.spoken or _initial(query.initials).search(entry.spoken)):
        found = _sounding(entry, tuple(query.initials))
        if found is not None:
            return found.score * INITIALS * min(1.0, 0.7 + 0.1 * len(query.initials)), found
    return 0.0, None


def spelt(query: Query, entry: Entry) -> dict[int, Match]:
    """Piece → where the entry says what its letters may be the pinyin of. One syllable alone is in every guide."""
    found: dict[int, Match] = {}
    for one in query.spelt:
        ways = (way for way in one.ways if len(way) > 1 or not entry.spoken)
        match = next((match for way in ways if (match := _said(entry, way)) is not None), None)
        if match is not None:
            found |= dict.fromkeys(one.pieces, match)
    return found


def _said(entry: Entry, syllables: tuple[str, ...]) -> Match | None:
    """Where a title or word sounds so. Of tickets no sounds are prepared: their titles are short, and there are many."""
    if entry.spoken and f"|{'|'.join(syllables)}" not in entry.spoken:
        return None
    found = _sounding(entry, syllables)
    return msgspec.structs.replace(found, score=found.score * SOUND) if found is not None else None


@lru_cache(maxsize=64)
def _initial(initials: str) -> re.Pattern[str]:
    """These initials one after another in what an entry's names sound like."""
    return re.compile("".join(rf"\|{re.escape(letter)}[^|\n]*" for letter in initials))


def _sounding(entry: Entry, sounds: Sequence[str]) -> Match | None:
    """The best title or word with characters whose syllables begin so, one after another."""
    best: Match | None = None
    times = 0
    how = "initials" if all(len(one) == 1 for one in sounds) else "sound"
    spoken_so = [sound.characters(one, whole=n + 1 < len(sounds) and len(one) > 1) for n, one in enumerate(sounds)]
    for one in entry.fields:
        if one.place == TEXT or one.language not in ("zh", ""):
            continue
        for at in _heard_at(one.folded, spoken_so):
            found = phrase(one.folded[at : at + len(sounds)], at, one, how, 1.0)
            times += 1
            if best is None or found.score > best.score:
                best = found
    if best is None:
        return None
    return msgspec.structs.replace(best, score=best.score * (1.0 + ELSEWHERE * min(times - 1, MOST_TIMES)))


def _heard_at(folded: str, spoken_so: Sequence[frozenset[str]]) -> Iterator[int]:
    """Where characters stand one after another that each sound as they should."""
    first, *others = spoken_so
    for at, char in enumerate(folded):
        if char in first and all(folded[at + n : at + n + 1] in those for n, those in enumerate(others, 1)):
            yield at


def _in_kana(entry: Entry, romaji: str) -> Match | None:
    for one in entry.fields:
        if one.place == TEXT:
            continue
        for run in sound.kana_runs(one.folded):
            if sound.romaji(run).startswith(romaji):
                return phrase(run, one.folded.find(run), one, "sound", 1.0)
    return None
