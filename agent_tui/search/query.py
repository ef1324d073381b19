"""What was typed, read: the pieces that carry meaning, and everything the reviewed words say about them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice, product

from agent_tui.search import sound
from agent_tui.search.asked import NOTHING, Concept, Piece, Query, Spelt
from agent_tui.search.concepts import concepts, heard, names_in
from agent_tui.search.fold import PART, fold, is_cjk, is_kana, pairs, parts, shown, stem
from agent_tui.search.lexicon import Lexicon

LONGEST = 80
"""Characters of a query that are read."""
_NUMBER = re.compile(r"^[a-z]{0,4}\d[\da-z]*$")
_BETWEEN = re.escape(" -‐‑‒–—―−ー/#._")
"""What people put between the parts of a number."""
_DIVIDED = re.compile(rf"(?<![a-z0-9])(?:[a-z]{{1,4}}[{_BETWEEN}]*)?\d[\da-z]*(?:[{_BETWEEN}]+\d[\da-z]*)*")
_APART = re.compile(rf"([a-z]+)[{_BETWEEN}]")
LEAST_NUMBER = 4
LEAST_OF_WORDS, LEAST_OF_NUMBERS = 3, 5
"""Letters from which the beginning of a word, and of one with digits, says something: every terminal and order has a number,
so the beginning of one stands in too many texts."""
MOST_INITIALS = 16
LONGEST_ALIKE, MOST_READINGS = 6, 3
"""Characters of a word that is looked for by its sound; readings that are tried."""


def read(typed: str, lexicon: Lexicon) -> Query:
    """The query of what was typed."""
    visible = shown(typed[:LONGEST])
    folded = fold(visible).replace("\n", " ")
    found = parts(folded)
    if not found:
        return NOTHING
    pieces = _pieces(folded, visible, lexicon)
    letters = "".join(found)
    spelt = letters.isascii() and letters.isalpha() and len(letters) > 1
    known = (*(heard(pieces, letters, lexicon) if spelt else ()), *concepts(pieces, folded, lexicon))
    return Query(
        text=" ".join(found),
        pieces=pieces,
        visible=visible,
        folded=folded,
        concepts=tuple(dict.fromkeys(known)),
        sounds=sound.splits(letters) if spelt and _in_syllables(found) else _alike(letters, known),
        spelt=() if letters.isascii() else tuple(_spelt(pieces, folded)),
        initials=letters if spelt and len(letters) <= MOST_INITIALS else "",
        romaji=sound.regular(letters) if spelt and len(letters) > 2 else "",
        numbers=_numbers(typed),
    )


def _in_syllables(words: Sequence[str]) -> bool:
    """Where people divided what they typed, they did so between syllables."""
    return all(sound.splits(word) for word in words)


def _alike(letters: str, known: Sequence[Concept]) -> tuple[tuple[str, ...], ...]:
    """How a short word sounds that nobody knows: an input method offers characters of the same sound side by side."""
    if known or not 1 < len(letters) <= LONGEST_ALIKE:
        return ()
    readings = [sound.syllables_of().get(char, ()) for char in letters]
    return tuple(islice(product(*readings), MOST_READINGS))


def _spelt(pieces: Sequence[Piece], folded: str) -> Iterator[Spelt]:
    """Neighbouring words that can be read as pinyin, together."""
    together: list[int] = []
    for at, piece in enumerate(pieces):
        if piece.cjk or not sound.splits(piece.text):
            continue
        if together and (together[-1] != at - 1 or folded[pieces[at - 1].end : piece.start].strip()):
            yield from _said(pieces, together)
            together = []
        together.append(at)
    yield from _said(pieces, together)


def _said(pieces: Sequence[Piece], together: Sequence[int]) -> Iterator[Spelt]:
    letters = "".join(pieces[at].text for at in together)
    if len(letters) > 1:
        yield Spelt(pieces=tuple(together), ways=sound.splits(letters))


def _numbers(typed: str) -> tuple[str, ...]:
    """Numbers as they are kept: letters and digits, without what divides them; with the letters before and without."""
    text = shown(typed).lower()
    found = []
    for match in _DIVIDED.finditer(text):
        plain = "".join(char for char in match.group() if char.isalnum())
        letters = _APART.match(match.group())
        found += [plain, *([plain[len(letters[1]) :]] if letters else [])]
        found += ["".join(filter(str.isalnum, part)) for part in match.group().split()]
    kept = [number for number in found if len(number) >= LEAST_NUMBER and _NUMBER.match(number)]
    return tuple(sorted(dict.fromkeys(kept), key=len, reverse=True))


def _pieces(folded: str, visible: str, lexicon: Lexicon) -> tuple[Piece, ...]:
    """The runs and words without those that mean nothing; all of them if nothing else is left."""
    kept: list[tuple[str, int]] = []
    everything: list[tuple[str, int]] = []
    for match in PART.finditer(folded):
        part = match.group()
        everything.append((part, match.start()))
        if is_cjk(part[0]):
            kept += _meant(part, visible[match.start() : match.end()], match.start(), lexicon)
        elif part not in lexicon.empty:
            kept.append((part, match.start()))
    typing = folded[-1] != " "
    said = kept[:-1] if typing and kept[-1:] == everything[-1:] and _barely_begun(kept[-1][0]) else kept
    chosen = kept if said else everything
    typing = typing and chosen[-1] == everything[-1]
    last = len(chosen) - 1
    return tuple(_piece(text, start, whole=at != last or not typing) for at, (text, start) in enumerate(chosen))


def _barely_begun(word: str) -> bool:
    """A word that is being typed and says nothing yet: until it does, what stands before it is all that was asked."""
    return word.isascii() and len(word) < (LEAST_OF_NUMBERS if any(map(str.isdigit, word)) else LEAST_OF_WORDS)


def _piece(text: str, start: int, *, whole: bool) -> Piece:
    if is_cjk(text[0]):
        return Piece(text=text, grams=tuple(dict.fromkeys(pairs(text))), cjk=True, whole=whole, start=start)
    grams = (stem(text) if whole or len(text) > 4 else text,)
    return Piece(text=text, grams=grams, cjk=False, whole=whole, start=start)


def _meant(run: str, visible: str, start: int, lexicon: Lexicon) -> Iterator[tuple[str, int]]:
    """A run divided into known names and the rest, the rest without its empty words; each with its place."""
    done = 0
    for at, end in _apart(names_in(run, lexicon)):
        yield from _rest(run[done:at], visible[done:at], start + done, lexicon)
        yield run[at:end], start + at
        done = end
    yield from _rest(run[done:], visible[done:], start + done, lexicon)


def _apart(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Of names that overlap the longer, in order."""
    kept: list[tuple[int, int]] = []
    for at, end in sorted(spans, key=lambda span: (span[0] - span[1], span)):
        if all(end <= a or at >= b for a, b in kept):
            kept.append((at, end))
    return sorted(kept)


def _rest(run: str, visible: str, start: int, lexicon: Lexicon) -> Iterator[tuple[str, int]]:
    left = bytearray(b"1" * len(run))
    for word in lexicon.particles:
        at = run.find(word)
        while at >= 0:
            if _is_empty(word, visible, at):
                left[at : at + len(word)] = b"0" * len(word)
            at = run.find(word, at + 1)
    kept = "".join(char if left[at] == ord("1") else " " for at, char in enumerate(run))
    for match in re.finditer(r"[^ ]+", kept):
        yield match.group(), start + match.start()


def _is_empty(word: str, visible: str, at: int) -> bool:
    """Katakana is folded but is never a particle; a single kana is one only behind something that is no hiragana."""
    said = visible[at : at + len(word)]
    if any("ァ" <= char <= "ヺ" for char in said):
        return False
    if len(word) > 1 or not is_kana(word):
        return True
    return at > 0 and not "ぁ" <= visible[at - 1] <= "ゖ"
