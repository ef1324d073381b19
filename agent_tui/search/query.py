"""What was typed, read: the pieces that carry meaning, what else they are called, and how they may sound."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from agent_tui.search import sound, typo
from agent_tui.search.fold import PART, fold, is_cjk, is_kana, pairs, parts, shown, stem

LONGEST = 80
"""Characters of a query that are read."""
_NUMBER = re.compile(r"^(?=.*\d)[a-z]{0,4}\d[\da-z]*$")
LEAST_NUMBER = 4
MOST_INITIALS, MOST_WORDS = 8, 6
LEAST_MISSPELT = 5
"""Letters from which a known word is recognised with a typing error."""
MOST_WITHIN = 2
"""Names that are taken of those whose characters stand in a run."""
LEAST_HEARD, MOST_HEARD = 4, 3
"""Letters from which a known word is recognised by its sound; groups of words that are taken then."""


class Lexicon(msgspec.Struct, frozen=True):
    """Reviewed words: what means the same, and what means nothing in a question. All folded."""

    same: tuple[tuple[str, ...], ...] = ()
    empty: frozenset[str] = frozenset()
    """Whole words that mean nothing in a question."""
    particles: tuple[str, ...] = ()
    """Those of Chinese and Japanese, the longest first."""
    names: frozenset[str] = frozenset()
    """Words of `same` in Chinese and Japanese."""
    longest: int = 0
    """Characters of the longest of them."""
    beginning: dict[str, tuple[str, ...]] = {}
    """First character → those of them."""
    heard: tuple[tuple[str, str], ...] = ()
    """(sound in Latin letters, word) of those, in order."""
    groups_of: dict[str, tuple[int, ...]] = {}
    """Form of a word → places in `same`."""
    latin: tuple[tuple[str, int], ...] = ()
    """Single Latin words of `same` in order, each with its `typo.letters`."""

    @classmethod
    def of(cls, same: Iterable[Sequence[str]], empty: Iterable[str]) -> Lexicon:
        """From words as people write them."""
        groups = tuple(tuple(" ".join(parts(fold(shown(word)))) for word in group) for group in same)
        names = frozenset(word for group in groups for word in group if is_cjk(word[0]) and len(word) > 1)
        heard = sorted((sound_, word) for word in names for sound_ in sound.letters_of(word))
        emptied = sorted({fold(shown(word)).strip() for word in empty}, key=len, reverse=True)
        latin = {word for group in groups for word in group if word.isascii() and word.isalpha()}
        groups_of: dict[str, tuple[int, ...]] = {}
        for at, group in enumerate(groups):
            for word in group:
                groups_of[_form(word)] = (*groups_of.get(_form(word), ()), at)
        return cls(
            same=groups,
            empty=frozenset(emptied),
            particles=tuple(word for word in emptied if word and is_cjk(word[0])),
            names=names,
            longest=max(map(len, names), default=0),
            beginning=_by_first(names),
            heard=tuple(heard),
            groups_of=groups_of,
            latin=tuple((word, typo.letters(word)) for word in sorted(latin)),
        )

    def within(self, run: str) -> tuple[str, ...]:
        """Names of which every character stands in a run, in whatever order: `卡没了` in `卡弄没了`; the longest."""
        chars = frozenset(run)
        found = [name for char in chars for name in self.beginning.get(char, ()) if chars.issuperset(name)]
        most = max(map(len, found), default=0)
        return tuple(sorted(name for name in found if len(name) == most))[:MOST_WITHIN]

    def misspelt(self, word: str) -> tuple[str, ...]:
        """Known words that a Latin word may have been meant to be; none while it may still become one."""
        if len(word) < LEAST_MISSPELT or not word.isascii():
            return ()
        at = bisect_left(self.latin, (word, 0))
        if at < len(self.latin) and self.latin[at][0].startswith(word):
            return ()
        return tuple(near for near in typo.meant(word, self.latin) if near[0] == word[0])

    def sounding(self, letters: str) -> frozenset[str]:
        """Words that sound so; if there is none, those whose sound begins so."""
        start = bisect_left(self.heard, (letters,))
        end = bisect_left(self.heard, (letters + "~",))
        found = self.heard[start:end]
        return frozenset(word for said, word in found if said == letters) or frozenset(word for _, word in found)


def _by_first(names: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Names without kana by their first character: what kana stand in a text says little without their order."""
    found: dict[str, list[str]] = {}
    for name in names:
        if not any(map(is_kana, name)):
            found.setdefault(name[0], []).append(name)
    return {char: tuple(those) for char, those in found.items()}


def _form(name: str) -> str:
    """A known name without the endings of its English words: `late fees` is `late fee`."""
    return " ".join(stem(word) for word in name.split(" "))


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
    others: tuple[str, ...]
    how: str = "same"
    """As written (`same`), by its `sound`, or with a `typo`."""


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
    visible = shown(typed[:LONGEST])
    folded = fold(visible).replace("\n", " ")
    found = parts(folded)
    if not found:
        return NOTHING
    pieces = _pieces(folded, visible, lexicon)
    letters = "".join(found)
    spelt = letters.isascii() and letters.isalpha() and len(letters) > 1
    return Query(
        text=" ".join(found),
        pieces=pieces,
        concepts=(*_concepts(pieces, " ".join(found), lexicon), *(_heard(pieces, letters, lexicon) if spelt else ())),
        sounds=sound.splits(letters) if spelt and _in_syllables(found) else (),
        initials=letters if spelt and len(letters) <= MOST_INITIALS else "",
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


def _pieces(folded: str, visible: str, lexicon: Lexicon) -> tuple[Piece, ...]:
    """The runs and words without those that mean nothing; all of them if nothing else is left."""
    kept: list[str] = []
    everything: list[str] = []
    for match in PART.finditer(folded):
        part = match.group()
        everything.append(part)
        if is_cjk(part[0]):
            kept += _meant(part, visible[match.start() : match.end()], lexicon)
        elif part not in lexicon.empty:
            kept.append(part)
    chosen = kept or everything
    typing = folded[-1] != " " and chosen[-1] == everything[-1]
    last = len(chosen) - 1
    return tuple(_piece(text, whole=at != last or not typing) for at, text in enumerate(chosen))


def _piece(text: str, *, whole: bool) -> Piece:
    if is_cjk(text[0]):
        return Piece(text=text, grams=tuple(dict.fromkeys(pairs(text))), cjk=True, whole=whole)
    return Piece(text=text, grams=(stem(text) if whole or len(text) > 4 else text,), cjk=False, whole=whole)


def _meant(run: str, visible: str, lexicon: Lexicon) -> list[str]:
    """A run divided into known names and the rest, the rest without its empty words."""
    if not run:
        return []
    at, end = _name(run, lexicon)
    if end:
        before, after = _meant(run[:at], visible[:at], lexicon), _meant(run[end:], visible[end:], lexicon)
        return [*before, run[at:end], *after]
    left = bytearray(b"1" * len(run))
    for word in lexicon.particles:
        at = run.find(word)
        while at >= 0:
            if _is_empty(word, visible, at):
                left[at : at + len(word)] = b"0" * len(word)
            at = run.find(word, at + 1)
    kept = "".join(char if left[at] == ord("1") else " " for at, char in enumerate(run))
    return kept.split()


def _name(run: str, lexicon: Lexicon) -> tuple[int, int]:
    """Where the longest known name of a run begins and ends; (0, 0) for nowhere."""
    for length in range(min(lexicon.longest, len(run)), 1, -1):
        for at in range(len(run) - length + 1):
            if run[at : at + length] in lexicon.names:
                return at, at + length
    return 0, 0


def _is_empty(word: str, visible: str, at: int) -> bool:
    """Katakana is folded but is never a particle; a single kana is one only behind something that is no hiragana."""
    said = visible[at : at + len(word)]
    if any("ァ" <= char <= "ヺ" for char in said):
        return False
    if len(word) > 1 or not is_kana(word):
        return True
    return at > 0 and not "ぁ" <= visible[at - 1] <= "ゖ"


def _concepts(pieces: Sequence[Piece], text: str, lexicon: Lexicon) -> tuple[Concept, ...]:
    """The longest known word of every group that the query holds."""
    held: dict[int, str] = {}
    written = [piece.text for piece in pieces]
    for name in (*written, *_phrases(text.split()), *_phrases(written)):
        for group in lexicon.groups_of.get(_form(name), ()):
            if len(name) > len(held.get(group, "")):
                held[group] = name
    found = []
    for group, name in held.items():
        names = frozenset((name, *name.split()))
        covered = tuple(at for at, piece in enumerate(written) if piece in names)
        others = tuple(word for word in lexicon.same[group] if word != name)
        if covered:
            found.append(Concept(pieces=covered, name=name, others=others))
    return (*found, *_misspelt(pieces, found, lexicon))


def _misspelt(pieces: Sequence[Piece], found: Sequence[Concept], lexicon: Lexicon) -> Iterator[Concept]:
    """Words that are part of no known name, but nearly one."""
    part_of = {at for concept in found for at in concept.pieces}
    for at, piece in enumerate(pieces):
        if at in part_of:
            continue
        for near in lexicon.within(piece.text) if piece.cjk else lexicon.misspelt(piece.text):
            for group in dict.fromkeys(lexicon.groups_of[_form(near)]):
                yield Concept(pieces=(at,), name=piece.text, others=lexicon.same[group], how="typo")


def _phrases(words: Sequence[str]) -> Iterator[str]:
    """Neighbouring words of two and more, as known names have them."""
    for start in range(len(words)):
        for end in range(start + 2, min(start + MOST_WORDS, len(words)) + 1):
            yield " ".join(words[start:end])


def _heard(pieces: Sequence[Piece], letters: str, lexicon: Lexicon) -> tuple[Concept, ...]:
    """Known words that sound like what was typed in Latin letters, or begin so."""
    if len(letters) < LEAST_HEARD:
        return ()
    names = lexicon.sounding(sound.plain_pinyin(letters)) | lexicon.sounding(sound.regular(letters))
    every = tuple(range(len(pieces)))
    return tuple(
        Concept(pieces=every, name=letters, others=group, how="sound")
        for group in lexicon.same
        if not names.isdisjoint(group)
    )[:MOST_HEARD]
