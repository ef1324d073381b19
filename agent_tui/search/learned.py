"""What questions that were answered before say of a new one: which guides those led to that share its words.

Naive Bayes with the evidence against left out: a word, or up to three characters in a row, speaks for a guide by the
logarithm of how much oftener its questions hold it than all others do. What speaks is shown, so that nobody has to
believe a number.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

import msgspec

from agent_tui.search.fold import CJK, fold, is_cjk, shown

LONGEST_SIGN = 3
"""Characters of Chinese or Japanese in a row that are one sign."""
BEGINNING = 5
"""Letters that stand for a longer Latin word, whatever its ending."""
RARE, SMOOTH = 0.1, 1.0
"""Counted for what was never, and for how many, seen."""
LEAST_SIGNS, LEAST, MOST = 3, 4.0, 8
"""Signs of a question that is compared: a single word has its own ways to be found; evidence for a guide from which it is
heard (nats); guides that are heard."""
LEAST_ALONE, LEAST_KNOWN, LEAST_APART, SHORT = 9.0, 0.4, 2, 15
"""Evidence from which a guide is found that nothing else finds; the share of signs that must be known then, and how many
must say so apart from each other in a question of fewer than `SHORT` signs. These, like `LEAST` and `rank.LEARNED`, are
those with which four fifths of the questions asked before find most of the others."""
MOST_SHOWN = 3
_RUN = re.compile(rf"[a-z0-9']+|[{CJK}]+")


class Vote(msgspec.Struct, frozen=True):
    """One guide that such questions led to."""

    guide: str
    share: float
    """Of the evidence for the best, from 0 to 1."""
    alone: bool
    """It says enough to be found by this."""
    signs: tuple[str, ...]
    """What of the question speaks most for it."""


class Learned(msgspec.Struct, frozen=True):
    speaks: dict[str, tuple[tuple[str, float], ...]] = {}
    """Sign → guides it speaks for, how much (nats)."""

    def votes(self, folded: str) -> tuple[Vote, ...]:
        """The guides that a folded question is like, the likest first."""
        signs = signs_of(folded)
        if len(signs) < LEAST_SIGNS:
            return ()
        said: dict[str, list[tuple[float, str]]] = {}
        for sign in signs:
            for guide, nats in self.speaks.get(sign, ()):
                said.setdefault(guide, []).append((nats, sign))
        evidence = {guide: sum(nats for nats, _ in those) for guide, those in said.items()}
        order = [
            guide for guide in sorted(evidence, key=lambda one: (-evidence[one], one)) if evidence[guide] >= LEAST
        ]
        known = sum(sign in self.speaks for sign in signs) >= LEAST_KNOWN * len(signs)
        apart = LEAST_APART if len(signs) < SHORT else 1
        return tuple(
            Vote(
                guide=guide,
                share=evidence[guide] / evidence[order[0]],
                alone=known and evidence[guide] >= LEAST_ALONE and len(telling) >= apart,
                signs=telling,
            )
            for guide in order[:MOST]
            for telling in [_telling(said[guide])]
        )


NOTHING_LEARNED = Learned()


def learned_of(asked: Mapping[str, Sequence[str]]) -> Learned:
    """From guides (`,` between several that answer) and the questions that people asked."""
    led: dict[str, list[str]] = {}
    often: Counter[str] = Counter()
    for guides, asked_so in asked.items():
        questions = [fold(shown(question)) for question in asked_so]
        often.update(sign for question in questions for sign in signs_of(question))
        for guide in guides.split(","):
            led.setdefault(guide.strip(), []).extend(questions)
    every = sum(map(len, asked.values()))
    speaks: dict[str, tuple[tuple[str, float], ...]] = {}
    # Most signs were met once, and say the same for the same guides: that is kept once, and guides are counted one by one.
    once: dict[tuple[tuple[str, float], ...], tuple[tuple[str, float], ...]] = {}
    each: dict[tuple[str, float], tuple[str, float]] = {}
    for guide, questions in led.items():
        mine, others = len(questions) + SMOOTH, every - len(questions) + SMOOTH
        for sign, times in Counter(sign for question in questions for sign in signs_of(question)).items():
            ratio = (times + RARE) / mine / ((often[sign] - times + RARE) / others)
            if ratio > 1 and (often[sign] > 1 or not _longest(sign)):
                one = (guide, math.log(ratio))
                said = (*speaks.get(sign, ()), each.setdefault(one, one))
                speaks[sign] = once.setdefault(said, said)
    return Learned(speaks)


def _longest(sign: str) -> bool:
    """Met once, it says no more than the two shorter ones in it, and most signs would be of this kind."""
    return len(sign) == LONGEST_SIGN and is_cjk(sign[0])


def signs_of(folded: str) -> tuple[str, ...]:
    """Words, the beginnings of long ones, neighbouring words; of Chinese and Japanese one to three characters in a row."""
    runs = _RUN.findall(folded)
    return tuple(dict.fromkeys(sign for part in (_signs(runs), _couples(runs)) for sign in part))


def _signs(runs: Sequence[str]) -> Iterator[str]:
    for run in runs:
        if is_cjk(run[0]):
            for length in range(1, LONGEST_SIGN + 1):
                yield from (run[at : at + length] for at in range(len(run) - length + 1))
        else:
            yield run
            if len(run) > BEGINNING:
                yield run[:BEGINNING] + "*"


def _couples(runs: Sequence[str]) -> Iterator[str]:
    words = [run for run in runs if not is_cjk(run[0])]
    yield from (f"{a} {b}" for a, b in pairwise(words))


def _telling(said: Sequence[tuple[float, str]]) -> tuple[str, ...]:
    """The signs that say most for a guide, none with a part of another."""
    chosen: list[str] = []
    for _, sign in sorted(said, key=lambda one: (-one[0] * len(one[1]) ** 0.5, one[1])):
        word = sign.rstrip("*")
        if len(word) > 1 and not any(_touches(word, other) for other in chosen):
            chosen.append(word)
        if len(chosen) == MOST_SHOWN:
            break
    return tuple(chosen)


def _touches(sign: str, other: str) -> bool:
    """Whether they may be about the same place of a question: one in the other, or one end the other's beginning."""
    return sign in other or other in sign or sign[-1] == other[0] or other[-1] == sign[0]
