"""How people put things: parts of speech in order, with little between them, and the names that guides have for it.

`{卡|钱包}…{丢|不见}` is said in `卡昨天丢了`: `…` stands for up to twelve characters of whatever else people put there,
`{a|b}` for one or the other, an alternative that is no letter (`?`) for nothing at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import product

import msgspec

from agent_tui.search.fold import fold, is_cjk, shown

GAP = "…"
MOST_BETWEEN = 12
SHORT = 4
"""Letters of a Latin word up to which it must end where the saying's does."""
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


def sayings_of(said: Mapping[str, Sequence[str]]) -> Sayings:
    """From names (`|` between several) and how people put them."""
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
    return Sayings(made, {part: tuple(those) for part, those in beginning.items()}, longest)


def _plain(text: str) -> str:
    return " ".join(fold(shown(text)).split())


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
