"""Words that were perhaps meant: typing errors in Latin words, as restricted edit distance (a swap counts as one)."""

from __future__ import annotations

from collections.abc import Iterable

LEAST = 4
"""Letters of a word that is still corrected; shorter ones are too close to everything."""
TWO_FROM = 8
"""From this length two errors are forgiven."""
LEAST_BEGUN = 5
"""Letters of a word in the making from which an error in it is forgiven."""
MOST = 3


def letters(word: str) -> int:
    """The set of letters of a word as bits, for a quick first comparison."""
    bits = 0
    for char in word:
        bits |= 1 << (ord(char) & 31)
    return bits


def distance(a: str, b: str, most: int) -> int:
    """Insertions, deletions, replacements and swaps of neighbours from `a` to `b`; `most + 1` for more than `most`."""
    return most + 1 if abs(len(a) - len(b)) > most else _last_row(a, b, most)[-1]


def _last_row(a: str, b: str, most: int) -> list[int]:
    """The distances from `a` to every beginning of `b`; `most + 1` for all when each is more than `most`."""
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        older, before, row = before, row, [i]
        for j, y in enumerate(b, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return [most + 1] * len(row)
    return row


def begun(word: str, known: Iterable[tuple[str, int]]) -> tuple[str, ...]:
    """The known words of which `word` is nearly a beginning, at most MOST; the first letter must be right."""
    if len(word) < LEAST_BEGUN or not word.isalpha() or not word.isascii():
        return ()
    bits, found = letters(word), []
    for other, other_bits in known:
        if len(other) <= len(word) or other[0] != word[0] or (bits & ~other_bits).bit_count() > 1:
            continue
        away = min(_last_row(word, other[: len(word) + 1], 1))
        if away <= 1:
            found.append((away, len(other), other))
    found.sort()
    return tuple(other for _, _, other in found[:MOST])


def meant(word: str, known: Iterable[tuple[str, int]]) -> tuple[str, ...]:
    """The known words (with their `letters`) nearest to `word`, at most MOST; none for a word too short."""
    if len(word) < LEAST or not word.isalpha() or not word.isascii():
        return ()
    most = 2 if len(word) >= TWO_FROM else 1
    bits, found = letters(word), []
    for other, other_bits in known:
        if abs(len(other) - len(word)) > most or (bits ^ other_bits).bit_count() > 2 * most:
            continue
        away = distance(word, other, most)
        if away <= most:
            found.append((away, other[0] != word[0], other))
    found.sort()
    return tuple(other for away, _, other in found[:MOST] if away <= found[0][0])
