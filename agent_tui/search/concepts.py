"""What the parts of a query are called elsewhere: known names as written, sayings, names nearly written, names by their sound.

What is written as it is known speaks first. Only what that leaves is compared with characters that mean nearly the same,
with characters that sound the same (an input method offers them side by side), and with typing errors forgiven.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import accumulate, islice, product

from agent_tui.search import sound
from agent_tui.search.asked import Concept, Piece
from agent_tui.search.fold import CJK, is_cjk, is_kana, parts
from agent_tui.search.lexicon import SPOKEN_LATIN, Lexicon, form

Span = tuple[int, int]
MOST_WORDS = 6
LEAST_HEARD, MOST_HEARD = 4, 3
"""Letters from which a known word is recognised by its sound; groups of words that are taken then."""
MOST_ALIKE, LONGEST_ALIKE = 4, 6
"""Names that are taken by their sound in one query; syllables of the longest."""
MOST_READINGS = 4
LEAST_INITIALS = 3
LONE_SHARE = 0.8
"""How much a word of two characters says that shares none of them with what was typed."""
_TYPED = re.compile(rf"[{CJK}a-z]+")
_DIVIDED = re.compile(rf"(?<![{CJK}a-z0-9])[a-z]+(?: +[a-z]+)+(?![{CJK}a-z0-9])")
"""Words that may be pinyin divided by spaces."""


def names_in(run: str, lexicon: Lexicon) -> list[Span]:
    """Where known names stand in a run, without those inside a longer one."""
    found: list[Span] = []
    for at in range(len(run) - 1):
        for length in range(min(lexicon.longest, len(run) - at), 1, -1):
            if run[at : at + length] in lexicon.names:
                if not found or at + length > found[-1][1]:
                    found.append((at, at + length))
                break
    return found


def concepts(pieces: Sequence[Piece], folded: str, lexicon: Lexicon) -> tuple[Concept, ...]:
    """What the lexicon knows of a folded query; `pieces` know their places in it."""
    spans = [
        (match.start() + start, match.start() + end)
        for match in re.finditer(rf"[{CJK}]+", folded)
        for start, end in names_in(match.group(), lexicon)
    ]
    written = [*_written(pieces, spans, folded, lexicon), *_latin(pieces, folded, lexicon)]
    said = list(_said(pieces, folded, lexicon))
    taken = spans + [_span_of(pieces, concept) for concept in said]
    left = [*_near(pieces, folded, taken, lexicon), *_alike(pieces, folded, taken, lexicon)]
    known = {at for concept in (*written, *said, *left) for at in concept.pieces}
    return (*written, *said, *left, *_misspelt(pieces, known, lexicon))


def _span_of(pieces: Sequence[Piece], concept: Concept) -> Span:
    return pieces[concept.pieces[0]].start, pieces[concept.pieces[-1]].end


def _covered(pieces: Sequence[Piece], start: int, end: int) -> tuple[tuple[int, ...], float]:
    """The pieces that a part of the query touches, and the share of them it fills."""
    touched = [at for at, piece in enumerate(pieces) if piece.start < end and piece.end > start]
    whole = sum(len(pieces[at].text) for at in touched)
    filled = sum(min(pieces[at].end, end) - max(pieces[at].start, start) for at in touched)
    return tuple(touched), filled / whole if whole else 0.0


def _written(pieces: Sequence[Piece], spans: Sequence[Span], folded: str, lexicon: Lexicon) -> Iterator[Concept]:
    """Chinese and Japanese names as they are known, the longest of each group."""
    held: dict[int, Span] = {}
    for start, end in spans:
        for group in lexicon.groups_of[form(folded[start:end])]:
            if group not in held or end - start > held[group][1] - held[group][0]:
                held[group] = (start, end)
    for group, (start, end) in held.items():
        touched, share = _covered(pieces, start, end)
        if touched:
            name = folded[start:end]
            alone = len(touched) == 1 and pieces[touched[0]].text == name
            others = tuple(word for word in lexicon.same[group] if word != name) if alone else lexicon.same[group]
            yield Concept(pieces=touched, name=name, others=others, share=share)


def _latin(pieces: Sequence[Piece], folded: str, lexicon: Lexicon) -> Iterator[Concept]:
    """Latin names of one word and of several, and names of pieces in both scripts."""
    held: dict[int, str] = {}
    written = [piece.text for piece in pieces]
    for name in (*written, *_phrases(parts(folded)), *_phrases(written)):
        for group in lexicon.groups_of.get(form(name), ()):
            if len(name) > len(held.get(group, "")):
                held[group] = name
    for group, name in held.items():
        names = frozenset((name, *name.split()))
        touched = tuple(at for at, piece in enumerate(written) if piece in names)
        if touched and not is_cjk(name[0]):
            yield Concept(
                pieces=touched,
                name=name,
                others=tuple(word for word in lexicon.same[group] if word != name),
                one=len(touched) > 1,
            )


def _phrases(words: Sequence[str]) -> Iterator[str]:
    """Neighbouring words of two and more, as known names have them."""
    for start in range(len(words)):
        for end in range(start + 2, min(start + MOST_WORDS, len(words)) + 1):
            yield " ".join(words[start:end])


def _said(pieces: Sequence[Piece], folded: str, lexicon: Lexicon) -> Iterator[Concept]:
    """What people say for a thing, the fullest saying for each, by how much of the query it is."""
    every = tuple(range(len(pieces)))
    typed = sum(len(piece.text) for piece in pieces)
    whole = lexicon.sayings.within(folded)
    for said in whole:
        touched, _ = _covered(pieces, said.start, said.end)
        share = min(1.0, (said.letters + 1) / (typed + 1))
        name = folded[said.start : said.end]
        yield Concept(pieces=touched or every, name=name, others=said.means, share=share, one=True)
    for said in () if whole else lexicon.sayings.hinted(folded):
        share = min(1.0, said.letters / (typed + 1))
        name = folded[said.start : said.end]
        yield Concept(pieces=every, name=name, others=said.means, how="near", share=share)


def _free(start: int, end: int, taken: Sequence[Span]) -> bool:
    """Whether a part of the query is more than what is known already."""
    return not any(a <= start and end <= b for a, b in taken)


def _near(pieces: Sequence[Piece], folded: str, taken: Sequence[Span], lexicon: Lexicon) -> Iterator[Concept]:
    """Known names with characters that mean nearly the same: `换手机号` for `改手机号`."""
    plain = folded.translate(lexicon.near)
    for match in re.finditer(rf"[{CJK}]+", folded):
        for at in range(match.start(), match.end() - 1):
            for end in range(min(match.end(), at + LONGEST_ALIKE), at + 1, -1):
                names = lexicon.by_near.get(plain[at:end], ())
                if not names or not _free(at, end, taken):
                    continue
                if set(folded[at:end]).isdisjoint(names[0]):
                    continue
                touched, share = _covered(pieces, at, end)
                if touched:
                    others = tuple(dict.fromkeys(word for name in names for word in lexicon.others(name)))
                    yield Concept(pieces=touched, name=folded[at:end], others=others, how="typo", share=share)
                break


# ---- by sound ---------------------------------------------------------------------------------------------------------


def _alike(pieces: Sequence[Piece], folded: str, taken: Sequence[Span], lexicon: Lexicon) -> Iterator[Concept]:
    """Known names that sound like a part of the query, in characters, in letters, or half and half."""
    found: dict[Span, frozenset[str]] = {}
    for run, places in _runs(folded):
        if run in lexicon.groups_of or (run.isascii() and len(run) < LEAST_HEARD):
            continue
        for start, end, names in _sounding(run, lexicon):
            span = (places[start], places[end - 1] + 1)
            if folded[slice(*span)] not in lexicon.names and _free(*span, taken):
                found[span] = found.get(span, frozenset()) | names
    longest = sorted(found, key=lambda span: (span[0] - span[1], span))
    kept: list[Span] = []
    for start, end in longest:
        if _free(start, end, kept):
            kept.append((start, end))
    for start, end in kept[:MOST_ALIKE]:
        touched, share = _covered(pieces, start, end)
        typed = folded[start:end]
        if not touched:
            continue
        alike = sorted(found[start, end])
        if not typed.isascii() and end - start == 2 and all(set(typed).isdisjoint(name) for name in alike):
            share *= LONE_SHARE
        others = tuple(dict.fromkeys(word for name in alike for word in lexicon.others(name)))
        yield Concept(pieces=touched, name=typed, others=others, how="sound", share=share)


def _runs(folded: str) -> Iterator[tuple[str, Sequence[int]]]:
    """What is typed without a space between, with the place of each character; pinyin also where it is divided."""
    divided: list[int] = []
    for match in _DIVIDED.finditer(folded):
        if all(map(sound.splits, match.group().split())):
            places = [at for at in range(match.start(), match.end()) if folded[at] != " "]
            divided += places
            yield "".join(folded[at] for at in places), places
    for match in _TYPED.finditer(folded):
        if match.start() not in divided:
            yield match.group(), range(match.start(), match.end())


def _sounding(run: str, lexicon: Lexicon) -> Iterator[tuple[int, int, frozenset[str]]]:
    """(where it begins, where it ends, names) for every part of a run that sounds like known names."""
    for way in _ways(run):
        for first in range(len(way)):
            letters = ""
            for last in range(first, min(first + LONGEST_ALIKE, len(way))):
                letters += way[last][0]
                if last == first:
                    continue
                names = lexicon.by_sound.get(letters, ())
                if names:
                    yield way[first][1], way[last][2], frozenset(names)


def _ways(run: str) -> Iterator[list[tuple[str, int, int]]]:
    """Ways to say a run: (syllable, where what stands for it begins and ends), none where a part cannot be said."""
    known = sound.syllables_of()
    options: list[list[list[tuple[str, int, int]]]] = []
    at = 0
    for part in re.findall(rf"[a-z]+|[{CJK}]", run):
        end = at + len(part)
        if part.isascii():
            options.append([_placed(way, at) for way in _spelt(part)])
        else:
            options.append([[(reading, at, end)] for reading in known.get(part, ())] or [[("?", at, end)]])
        at = end
    for chosen in islice(product(*(option for option in options if option)), MOST_READINGS * 2):
        yield [syllable for each in chosen for syllable in each]


def _spelt(letters: str) -> tuple[tuple[str, ...], ...]:
    """Ways to divide letters into syllables, some Latin words of a Chinese sentence among them."""
    ways = sound.spellings(letters)
    if ways:
        return ways
    for word in SPOKEN_LATIN:
        if letters.startswith(word) and len(letters) > len(word):
            return tuple((word, *way) for way in sound.spellings(letters[len(word) :]))
    return ((letters,),) if letters in SPOKEN_LATIN else ()


def _placed(way: Sequence[str], at: int) -> list[tuple[str, int, int]]:
    """Plain syllables with the places of their letters."""
    ends = [at + length for length in accumulate(map(len, way))]
    return [(sound.plain_pinyin(part), end - len(part), end) for part, end in zip(way, ends, strict=True)]


def heard(pieces: Sequence[Piece], letters: str, lexicon: Lexicon) -> tuple[Concept, ...]:
    """Known words that sound like all that was typed in Latin letters, or begin so, or have these initials."""
    every = tuple(range(len(pieces)))
    found: list[Concept] = []
    if len(letters) >= LEAST_INITIALS:
        for name in lexicon.by_initials.get(sound.plain_pinyin(letters), ())[:MOST_HEARD]:
            found.append(Concept(pieces=every, name=letters, others=lexicon.others(name), how="initials"))
    if len(letters) >= LEAST_HEARD:
        said = {"".join(way) for way in sound.splits(letters)} or {sound.plain_pinyin(letters)}
        names = frozenset[str]().union(*map(lexicon.sounding, sorted(said)), lexicon.sounding(sound.regular(letters)))
        groups = [group for group in lexicon.same if not names.isdisjoint(group)][:MOST_HEARD]
        found += [Concept(pieces=every, name=letters, others=group, how="sound") for group in groups]
    return tuple(found)


def _misspelt(pieces: Sequence[Piece], known: set[int], lexicon: Lexicon) -> Iterator[Concept]:
    """Words that are part of no known name, but nearly one."""
    for at, piece in enumerate(pieces):
        if at in known or any(map(is_kana, piece.text)):
            continue
        for near in lexicon.within(piece.text) if piece.cjk else lexicon.misspelt(piece.text):
            yield Concept(pieces=(at,), name=piece.text, others=lexicon.others(near), how="typo")
