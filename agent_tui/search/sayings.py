"""How people put things: parts of speech in order, with little between them, and the names that guides have for it.

`{卡|钱包}…{丢|不见}` is said in `卡昨天丢了`: `…` stands for up to twelve characters of whatever else people put there,
`{a|b}` for one or the other, an alternative that is no letter (`?`) for nothing at all.
"""

from __future__ import annotations

import math
import re
from collections.abc import Container, Iterator, Mapping, Sequence
from itertools import product
from sys import intern

import msgspec

from agent_tui.search.fold import fold, is_cjk, shown

GAP = "…"
MOST_BETWEEN = 12
SHORT = 4
"""Letters of a Latin word up to which it must end where the saying's does."""
LONGEST_HINT, LEAST_LATIN_HINT = 10, 4
"""Characters of the longest word that hints; letters of the shortest Latin one."""
LEAST_ALONE = 2
"""Characters up to which one word by itself hints at nothing."""
LEAST_HINT, NEAR_BEST, MOST_HINTED = 5.0, 0.6, 4
"""How much hints must say together, and beside the best; meanings that are taken."""
_CHOICE = re.compile(r"\{([^{}]*)\}|([^{}]+)")


class Saying(msgspec.Struct, frozen=True, array_like=True):
    parts: tuple[tuple[str, ...], ...]
    """Alternatives of each part, folded, the longest first."""
    means: tuple[str, ...]
    """Names that guides have for it, folded."""


class Said(msgspec.Struct, frozen=True, array_like=True):
    """A saying found in a query."""

    means: tuple[str, ...]
    start: int
    end: int
    letters: int
    """Of its parts, without what stands between."""


class Sayings(msgspec.Struct, frozen=True, array_like=True):
    all: tuple[Saying, ...] = ()
    beginning: dict[str, tuple[int, ...]] = {}
    """Alternative of a first part → sayings that begin so."""
    longest: int = 0
    """Characters of the longest of those."""
    words: dict[str, tuple[int, ...]] = {}
    """Every alternative of any part → the meanings it helps to say."""
    meanings: tuple[tuple[str, ...], ...] = ()

    def hinted(self, text: str) -> list[Said]:
        """What words of sayings point to together where no saying stands whole: each by how few meanings it has a part
        in, once for each place; at least two of them, or one that says as much."""
        weight: dict[int, float] = {}
        places: dict[int, list[tuple[int, int]]] = {}
        for start in range(len(text)):
            for end in range(min(start + LONGEST_HINT, len(text)), start, -1):
                for meaning in self.words.get(text[start:end], ()) if _stands(text, start, end) else ():
                    spans = places.setdefault(meaning, [])
                    if all(end <= a or start >= b for a, b in spans):
                        spans.append((start, end))
                        few = math.log(1 + len(self.meanings) / len(self.words[text[start:end]]))
                        weight[meaning] = weight.get(meaning, 0.0) + few * math.sqrt(end - start)
        best = max(weight.values(), default=0.0)
        found = []
        for meaning in sorted(weight, key=lambda one: (-weight[one], one))[:MOST_HINTED]:
            letters = sum(b - a for a, b in places[meaning])
            alone = len(places[meaning]) == 1 and letters <= LEAST_ALONE
            if not alone and weight[meaning] >= max(LEAST_HINT, best * NEAR_BEST):
                start, end = min(a for a, _ in places[meaning]), max(b for _, b in places[meaning])
                found.append(Said(self.meanings[meaning], start, end, letters))
        return found

    def within(self, text: str) -> list[Said]:
        """The fullest saying for each meaning in a folded text."""
        best: dict[tuple[str, ...], Said] = {}
        for start in range(len(text)):
            for end in range(start + 1, min(start + self.longest, len(text)) + 1):
                for at in self.beginning.get(text[start:end], ()):
                    saying = self.all[at]
                    found = _found(saying, text, start, end)
                    if found and (saying.means not in best or found.letters > best[saying.means].letters):
                        best[saying.means] = found
        return list(best.values())


NO_SAYINGS = Sayings()


def sayings_of(said: Mapping[str, Sequence[str]], empty: Container[str] = ()) -> Sayings:
    """From names (`|` between several) and how people put them; words that mean nothing in a question hint at nothing."""
    made = tuple(
        Saying(parts, means)
        for names, ways in said.items()
        for means in [tuple(_plain(name) for name in names.split("|"))]
        for parts in map(_parts, ways)
        if parts
    )
    beginning: dict[str, list[int]] = {}
    for at, saying in enumerate(made):
        for part in saying.parts[0]:
            beginning.setdefault(part, []).append(at)
    longest = max(map(len, beginning), default=0)
    meanings = tuple(dict.fromkeys(saying.means for saying in made))
    number = {meaning: at for at, meaning in enumerate(meanings)}
    words: dict[str, set[int]] = {}
    for saying in made:
        for word in (word for part in saying.parts for word in part):
            if len(word) > 1 and word not in empty and not (word.isascii() and len(word) < LEAST_LATIN_HINT):
                words.setdefault(word, set()).add(number[saying.means])
    hints = {word: tuple(sorted(those)) for word, those in words.items()}
    return Sayings(made, {part: tuple(those) for part, those in beginning.items()}, longest, hints, meanings)


def _plain(text: str) -> str:
    """Many sayings share their words: each is kept once."""
    return intern(" ".join(fold(shown(text)).split()))


def _parts(way: str) -> tuple[tuple[str, ...], ...]:
    """Parts with their alternatives; one that may be nothing is left out."""
    found = []
    for part in way.split(GAP):
        choices = [(match[1].split("|") if match[2] is None else [match[2]]) for match in _CHOICE.finditer(part)]
        words = {_plain("".join(chosen)) for chosen in product(*choices)}
        if "" not in words:
            found.append(tuple(sorted(words, key=lambda word: (-len(word), word))))
    return tuple(found)


def _found(saying: Saying, text: str, start: int, end: int) -> Said | None:
    """The saying in a text where its first part stands from `start` to `end`."""
    if not _stands(text, start, end):
        return None
    letters = end - start
    for alternatives in saying.parts[1:]:
        place = min(_places(alternatives, text, end), default=None)
        if place is None:
            return None
        letters += place[1] - place[0]
        end = place[1]
    return Said(saying.means, start, end, letters)


def _places(alternatives: Sequence[str], text: str, since: int) -> Iterator[tuple[int, int]]:
    """Where alternatives stand next, near enough; of those at one place the longest comes first."""
    until = since + MOST_BETWEEN
    for word in alternatives:
        at = text.find(word, since, until + len(word))
        if at >= 0 and _stands(text, at, at + len(word)):
            yield at, at + len(word)


def _stands(text: str, start: int, end: int) -> bool:
    """Whether a part may stand there: Chinese and Japanese anywhere, Latin at the beginning of a word, a short one whole."""
    if not (is_cjk(text[start]) or text[start].isdigit()):
        before = text[start - 1 : start]
        if before.isascii() and before.isalnum():
            return False
    if is_cjk(text[end - 1]):
        return True
    after = text[end : end + 1]
    goes_on = after.isascii() and after.isalnum()
    return not goes_on or (end - start > SHORT and not text[end - 1].isdigit()) or text[end : end + 2].rstrip() == "s"
