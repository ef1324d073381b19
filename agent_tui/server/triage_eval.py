"""How good a triage is: shares with their intervals, the pairs it confuses, whether its confidence means what it says."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec

from agent_tui.server.triage_model import Model
from agent_tui.server.triage_train import Grams, Progress, Sample, learn, parts, quiet, scores, shares

Z_95 = 1.959963984540054
BINS = 10
WORST = 10
"""Confused pairs that are told."""


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """One text that the model had not seen: what is right, what was guessed, how sure."""

    right: str
    guess: str
    confidence: float
    language: str


class Share(msgspec.Struct, frozen=True, kw_only=True):
    """So many of so many, with Wilson's interval of 95 %."""

    right: int
    of: int
    value: float
    low: float
    high: float


class Confused(msgspec.Struct, frozen=True, kw_only=True):
    right: str
    guess: str
    count: int


class Bin(msgspec.Struct, frozen=True, kw_only=True):
    """Texts whose confidence lay between two bounds: how sure the model was, how often it was right."""

    above: float
    upto: float
    count: int
    confidence: float
    accuracy: float


class Report(msgspec.Struct, frozen=True, kw_only=True):
    accuracy: Share
    macro_f1: float
    """The mean over categories of the harmonic mean of precision and recall."""
    languages: dict[str, Share]
    confused: tuple[Confused, ...]
    calibration_error: float
    """Expected calibration error: the mean distance of confidence and accuracy, by bins, weighted by their texts."""
    reliability: tuple[Bin, ...]
    categories: int
    folds: int | None
    """None when a ready model was judged."""


def wilson(right: int, of: int) -> Share:
    """A share and where it lies at 95 %; everything from 0 to 1 when there was nothing."""
    if of == 0:
        return Share(right=0, of=0, value=0.0, low=0.0, high=1.0)
    p, z = right / of, Z_95
    middle = (p + z * z / (2 * of)) / (1 + z * z / of)
    reach = z / (1 + z * z / of) * math.sqrt(p * (1 - p) / of + z * z / (4 * of * of))
    return Share(right=right, of=of, value=p, low=max(0.0, middle - reach), high=min(1.0, middle + reach))


def _share(judged: Iterable[Judged]) -> Share:
    hits = [one.right == one.guess for one in judged]
    return wilson(sum(hits), len(hits))


def macro_f1(judged: Sequence[Judged]) -> float:
    """Over the categories that occur, in truth or as a guess."""
    right = Counter(one.right for one in judged)
    guessed = Counter(one.guess for one in judged)
    both = Counter(one.right for one in judged if one.right == one.guess)
    known = right.keys() | guessed.keys()
    return sum(2 * both[name] / (right[name] + guessed[name]) for name in known) / len(known) if known else 0.0


def confused(judged: Sequence[Judged], most: int = WORST) -> tuple[Confused, ...]:
    """The pairs mixed up most often, the worst first."""
    pairs = Counter((one.right, one.guess) for one in judged if one.right != one.guess)
    ranked = sorted(pairs.items(), key=lambda item: (-item[1], item[0]))
    return tuple(Confused(right=right, guess=guess, count=count) for (right, guess), count in ranked[:most])


def reliability(judged: Sequence[Judged]) -> tuple[Bin, ...]:
    """Bins of equal width; empty ones are left out."""
    held: dict[int, list[Judged]] = {}
    for one in judged:
        held.setdefault(min(int(one.confidence * BINS), BINS - 1), []).append(one)
    return tuple(
        Bin(
            above=at / BINS,
            upto=(at + 1) / BINS,
            count=len(inside),
            confidence=sum(one.confidence for one in inside) / len(inside),
            accuracy=sum(one.right == one.guess for one in inside) / len(inside),
        )
        for at, inside in sorted(held.items())
    )


def report(judged: Sequence[Judged], folds: int | None) -> Report:
    """Everything that is told of judged texts."""
    bins = reliability(judged)
    total = max(len(judged), 1)
    return Report(
        accuracy=_share(judged),
        macro_f1=macro_f1(judged),
        languages={
            language: _share(one for one in judged if one.language == language)
            for language in sorted({one.language for one in judged})
        },
        confused=confused(judged),
        calibration_error=sum(abs(b.confidence - b.accuracy) * b.count for b in bins) / total,
        reliability=bins,
        categories=len({one.right for one in judged}),
        folds=folds,
    )


def judge(model: Model, samples: Sequence[Sample], tell: Progress = quiet) -> list[Judged]:
    """What a ready model makes of texts."""
    found = []
    for at, sample in enumerate(samples):
        guess = model.guess(sample.text)
        found.append(
            Judged(
                right=sample.category,
                guess=guess.category or "",
                confidence=guess.confidence or 0.0,
                language=sample.language,
            )
        )
        if at % 100 == 0:
            tell("judge", at / len(samples))
    return found


def fold(grams: Grams, folds: int, tell: Progress = quiet) -> list[Judged]:
    """Each text judged by a model that learned, and set its confidence, without the part the text is in."""
    samples = grams.samples
    part = parts(samples, folds)
    found: list[Judged] = []
    for turn in range(folds):
        tell("fold", turn / folds)
        inside = [at for at, p in enumerate(part) if p == turn]
        model = learn(grams, [at for at, p in enumerate(part) if p != turn])
        likely = shares(scores(model, grams, inside), model.head.scale) if inside else ()
        for at, row in zip(inside, likely, strict=True):
            sample, best = samples[at], int(row.argmax())
            guess = model.categories[best]
            found.append(
                Judged(right=sample.category, guess=guess, confidence=float(row[best]), language=sample.language)
            )
    tell("fold", 1.0)
    return found
