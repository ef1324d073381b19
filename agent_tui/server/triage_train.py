"""Learning a triage from labelled words: grams counted, one linear separation for each category, confidence set right.

The separation is scikit-learn's linear support vector machine. How sure a score is, is learned from texts that were
kept back: the one factor under which the shares of the kept-back texts are likeliest.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from agent_tui.errors import InputError
from agent_tui.server import triage_features
from agent_tui.server.triage_model import VERSION, Floats, Head, Model
from agent_tui.server.triage_sentence import BATCH, SIZE, Sentences

SEED = 20_260_301
"""Of every division into parts: the same texts give the same model and the same figures."""
RARE = 2
"""A gram that fewer texts hold is not learned: it cannot be told from chance, and it may be somebody's name."""
STRICTNESS = 1.0
"""The support vector machine's C, on grams alone."""
SENTENCE_STRICTNESS = 0.3
"""C where sentences have numbers too."""
LIFT = 3.0
"""How much the numbers of a sentence count beside its two blocks of grams, each of length 1."""
HELD_BACK = 5
"""One text in so many sets the confidence."""
SCALES = np.geomspace(0.5, 40.0, 120)
Progress = Callable[[str, float], None]


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """One labelled text."""

    text: str
    category: str
    language: str
    weight: float = 1.0


def quiet(step: str, share: float) -> None:
    """Tells nobody how far it is."""


def parts(samples: Sequence[Sample], count: int, seed: int = SEED) -> npt.NDArray[np.intp]:
    """The part 0 … count - 1 of each sample; every category is spread evenly. The same text always shares a part."""
    by_category: defaultdict[str, dict[str, list[int]]] = defaultdict(dict)
    for at, sample in enumerate(samples):
        plain = " ".join(triage_features.tokens(sample.text))
        by_category[sample.category].setdefault(plain, []).append(at)
    rng = random.Random(seed)
    found = np.zeros(len(samples), dtype=np.intp)
    turn = 0
    for category in sorted(by_category):
        texts = sorted(by_category[category])
        rng.shuffle(texts)
        for text in texts:
            found[by_category[category][text]] = turn % count
            turn += 1
    return found


class Grams:
    """The grams of texts, counted once; any selection of the texts can then be weighted and learned from."""

    def __init__(self, samples: Sequence[Sample], sentences: Sentences | None = None, tell: Progress = quiet) -> None:
        self.samples = samples
        self.sentences = sentences
        self._counted = [triage_features.grams(sample.text) for sample in samples]
        self._numbers = self._meanings(tell)

    def _meanings(self, tell: Progress) -> Floats:
        found = [np.zeros((0, SIZE if self.sentences else 0), np.float32)]
        if self.sentences is None:
            return np.zeros((len(self.samples), 0), np.float32)
        step = 8 * BATCH
        for start in range(0, len(self.samples), step):
            tell("sentences", start / len(self.samples))
            found.append(self.sentences.vectors([sample.text for sample in self.samples[start : start + step]]))
        return np.concatenate(found)

    def vocabulary(self, chosen: Iterable[int]) -> tuple[tuple[tuple[str, ...], ...], Floats]:
        """The grams of each block that enough of the texts hold, and how telling each is."""
        seen: list[Counter[str]] = [Counter() for _ in triage_features.BLOCKS]
        total = 0
        for at in chosen:
            total += 1
            for counter, counts in zip(seen, self._counted[at], strict=True):
                counter.update(counts.keys())
        rare = RARE if total > len(triage_features.BLOCKS) * RARE else 1
        listed = tuple(tuple(sorted(gram for gram, n in counter.items() if n >= rare)) for counter in seen)
        held = [counter[gram] for counter, block in zip(seen, listed, strict=True) for gram in block]
        idf = np.log((1 + total) / (1 + np.array(held, dtype=np.float64))) + 1
        return listed, idf.astype(np.float32)

    def matrix(self, model: Model, chosen: Sequence[int]) -> Any:
        """The texts as rows of a sparse matrix, valued exactly as `model` values them."""
        from scipy import sparse

        rows = [model.features_of(self._counted[at]) for at in chosen]
        ends = np.cumsum([0, *(len(places) for places, _ in rows)])
        width = sum(map(len, model.head.vocabulary))
        indices = np.concatenate([places for places, _ in rows])
        values = np.concatenate([values for _, values in rows])
        grams = sparse.csr_matrix((values, indices, ends), shape=(len(chosen), width))
        return sparse.hstack([grams, model.head.lift * self._numbers[list(chosen)]]).tocsr()


def _separate(grams: Grams, chosen: Sequence[int]) -> Model:
    """A model of the chosen texts whose confidence is not set yet."""
    from sklearn.svm import LinearSVC

    listed, idf = grams.vocabulary(chosen)
    samples = [grams.samples[at] for at in chosen]
    categories = tuple(sorted({sample.category for sample in samples}))
    known = grams.sentences
    head = Head(
        version=VERSION,
        categories=categories,
        vocabulary=listed,
        scale=1.0,
        sentences=known.digest if known else "",
        lift=LIFT if known else 1.0,
    )
    machine = LinearSVC(C=SENTENCE_STRICTNESS if known else STRICTNESS, random_state=SEED)
    machine.fit(
        grams.matrix(Model(head, _arrays(idf, np.zeros((len(idf), 1)), np.zeros(1)), known), chosen),
        [sample.category for sample in samples],
        sample_weight=[sample.weight for sample in samples],
    )
    weights, bias = machine.coef_.T, machine.intercept_
    if len(categories) == 2:
        weights, bias = np.hstack([-weights, weights]), np.array([-bias[0], bias[0]])
    return Model(head, _arrays(idf, weights, bias), known)


def _arrays(idf: Floats, weights: npt.NDArray[Any], bias: npt.NDArray[Any]) -> dict[str, Floats]:
    """As a model keeps them, the weights rounded to 16 bits."""
    rounded = weights.astype(np.float16).astype(np.float32)
    return {
        "idf": idf,
        "weights": rounded[: len(idf)],
        "dense": rounded[len(idf) :],
        "bias": bias.astype(np.float32),
    }


def scores(model: Model, grams: Grams, chosen: Sequence[int]) -> Floats:
    """A row for each text, a column for each category."""
    weights = np.vstack([model.weights, model.dense])
    return np.asarray(grams.matrix(model, chosen) @ weights + model.bias, dtype=np.float32)


def shares(found: Floats, scale: float) -> npt.NDArray[np.float64]:
    """Scores as shares that add up to 1 in each row."""
    raised = np.exp((found - found.max(axis=1, keepdims=True)).astype(np.float64) * scale)
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))


def _scale(model: Model, grams: Grams, kept_back: Sequence[int]) -> float:
    """The factor under which what the kept-back texts really are about is likeliest."""
    column = {category: at for at, category in enumerate(model.categories)}
    known = [at for at in kept_back if grams.samples[at].category in column]
    if not known:
        return 1.0
    found = scores(model, grams, known)
    truth = [column[grams.samples[at].category] for at in known]
    rows = np.arange(len(known))
    loss = [-np.log(np.maximum(shares(found, scale)[rows, truth], 1e-12)).mean() for scale in SCALES]
    return float(SCALES[int(np.argmin(loss))])


def learn(grams: Grams, chosen: Sequence[int] | None = None, tell: Progress = quiet) -> Model:
    """A model of the chosen texts (all of them). InputError with fewer than two categories."""
    all_ = list(range(len(grams.samples))) if chosen is None else list(chosen)
    samples = [grams.samples[at] for at in all_]
    if len({sample.category for sample in samples}) < 2:
        raise InputError("triage.error.one_category")
    part = parts(samples, HELD_BACK)
    tell("calibrate", 0.0)
    rest = [at for at, p in zip(all_, part, strict=True) if p]
    kept_back = [at for at, p in zip(all_, part, strict=True) if not p]
    enough = len({grams.samples[at].category for at in rest}) > 1
    scale = _scale(_separate(grams, rest), grams, kept_back) if enough else 1.0
    tell("separate", 0.5)
    model = _separate(grams, all_)
    tell("separate", 1.0)
    return model.with_head(scale=scale, trained=_facts(samples))


def _facts(samples: Sequence[Sample]) -> dict[str, str | int | float]:
    counted: dict[str, str | int | float] = {"samples": len(samples)}
    for language, number in sorted(Counter(sample.language for sample in samples).items()):
        counted[f"samples_{language}"] = number
    counted["corrections"] = sum(sample.weight > 1 for sample in samples)
    return counted
