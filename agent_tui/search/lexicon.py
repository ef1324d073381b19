"""Reviewed words of a search, prepared: what means the same, what people say for a thing, what they asked before."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from agent_tui.search import sound, typo
from agent_tui.search.fold import fold, is_cjk, is_kana, parts, shown, stem
from agent_tui.search.learned import NOTHING_LEARNED, Learned, learned_of
from agent_tui.search.sayings import NO_SAYINGS, Sayings, sayings_of

LEAST_MISSPELT = 5
"""Letters from which a known word is recognised with a typing error."""
MOST_WITHIN = 2
"""Names that are taken of those whose characters stand in a run."""
MOST_APART = 2
"""Characters from one to the other of a name of two: any two meet in some long question."""
SPOKEN_LATIN = ("pos", "app", "vip", "atm", "pin", "sms", "qr")
"""Latin words that Chinese speakers say as they are, between their own."""


class Lexicon(msgspec.Struct, frozen=True):
    """All words folded."""

    same: tuple[tuple[str, ...], ...] = ()
    sayings: Sayings = NO_SAYINGS
    learned: Learned = NOTHING_LEARNED
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
    by_sound: dict[str, tuple[str, ...]] = {}
    """Sound in Latin letters → Chinese words."""
    by_initials: dict[str, tuple[str, ...]] = {}
    """Initials → Chinese words of three characters and more."""
    near: dict[int, str] = {}
    """Character → the one that stands for all that mean nearly the same in a word."""
    by_near: dict[str, tuple[str, ...]] = {}
    """Word with those in place → words."""
    groups_of: dict[str, tuple[int, ...]] = {}
    """Form of a word → places in `same`."""
    latin: tuple[tuple[str, int], ...] = ()
    """Single Latin words of `same` in order, each with its `typo.letters`."""

    @classmethod
    def of(
        cls,
        same: Iterable[Sequence[str]],
        empty: Iterable[str],
        sayings: Mapping[str, Sequence[str]] | None = None,
        near: Iterable[str] = (),
        asked: Mapping[str, Sequence[str]] | None = None,
    ) -> Lexicon:
        """From words as people write them."""
        groups = tuple(tuple(map(plain, group)) for group in same)
        names = frozenset(word for group in groups for word in group if is_cjk(word[0]) and len(word) > 1)
        emptied = sorted({fold(shown(word)).strip() for word in empty}, key=len, reverse=True)
        latin = {word for group in groups for word in group if word.isascii() and word.isalpha()}
        stands = {ord(other): chars[0] for chars in near for other in chars}
        heard = [(said, word) for word in names for said in sound.letters_of(word)]
        return cls(
            same=groups,
            sayings=sayings_of(sayings, frozenset(emptied)) if sayings else NO_SAYINGS,
            learned=learned_of(asked) if asked else NOTHING_LEARNED,
            empty=frozenset(emptied),
            particles=tuple(word for word in emptied if word and is_cjk(word[0])),
            names=names,
            longest=max(map(len, names), default=0),
            beginning=_by_first(names),
            heard=tuple(sorted(heard)),
            by_sound=_gathered((said, word) for said, word in heard if not is_kana(word[0])),
            by_initials=_gathered((letters, word) for word in names for letters in sound.initials_of(word)),
            near=stands,
            by_near=_gathered((word.translate(stands), word) for word in names if word.translate(stands)),
            groups_of=_groups_of(groups),
            latin=tuple((word, typo.letters(word)) for word in sorted(latin)),
        )

    def within(self, run: str) -> tuple[str, ...]:
        """Names of which every character stands in a run, in whatever order: `卡没了` in `卡弄没了`; the longest."""
        chars = frozenset(run)
        found = [
            name
            for char in chars
            for name in self.beginning.get(char, ())
            if chars.issuperset(name) and (len(name) > 2 or abs(run.find(name[0]) - run.find(name[1])) <= MOST_APART)
        ]
        most = max(map(len, found), default=0)
        return tuple(sorted(name for name in found if len(name) == most))[:MOST_WITHIN]

    def misspelt(self, word: str) -> tuple[str, ...]:
        """Known words that a Latin word may have been meant to be; none while it may still become one."""
        if len(word) < LEAST_MISSPELT or not word.isascii():
            return ()
        at = bisect_left(self.latin, (word, 0))
        if at < len(self.latin) and self.latin[at][0].startswith(word):
            return ()
        near = typo.meant(word, self.latin) or typo.begun(word, self.latin)
        return tuple(other for other in near if other[0] == word[0])

    def sounding(self, letters: str) -> frozenset[str]:
        """Words that sound so; if there is none, those whose sound begins so."""
        start = bisect_left(self.heard, (letters,))
        end = bisect_left(self.heard, (letters + "~",))
        found = self.heard[start:end]
        return frozenset(word for said, word in found if said == letters) or frozenset(word for _, word in found)

    def others(self, name: str) -> tuple[str, ...]:
        """Everything that means the same as a known name, itself included."""
        groups = self.groups_of.get(form(name), ())
        return tuple(dict.fromkeys(word for group in groups for word in self.same[group]))


def plain(word: str) -> str:
    """A word as it is compared: folded, one space between what is divided."""
    return " ".join(parts(fold(shown(word))))


def form(name: str) -> str:
    """A known name without the endings of its English words: `late fees` is `late fee`."""
    return " ".join(stem(word) for word in name.split(" "))


def _groups_of(groups: Sequence[Sequence[str]]) -> dict[str, tuple[int, ...]]:
    found: dict[str, tuple[int, ...]] = {}
    for at, group in enumerate(groups):
        for word in group:
            known = found.get(form(word), ())
            found[form(word)] = known if at in known else (*known, at)
    return found


def _gathered(couples: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for key, word in sorted(couples):
        found.setdefault(key, []).append(word)
    return {key: tuple(dict.fromkeys(words)) for key, words in found.items()}


def _by_first(names: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Names without kana by their first character: what kana stand in a text says little without their order."""
    found: dict[str, list[str]] = {}
    for name in names:
        if not any(map(is_kana, name)):
            found.setdefault(name[0], []).append(name)
    return {char: tuple(those) for char, those in found.items()}
