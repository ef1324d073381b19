"""A trained triage as plain arrays: a text's grams, weighted, against one column for each category; and, if it was
trained with them, the numbers of the sentence's meaning against the same columns.

The file is a zip of arrays (NumPy's `npz`, read without pickle, so that reading runs nothing) and one JSON text with
the categories, the grams and a digest over everything. Guessing needs NumPy alone.
"""

from __future__ import annotations

import hashlib
import io
import math
import zipfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from agent_tui.domain.triage import Guess
from agent_tui.errors import InputError
from agent_tui.server import triage_features
from agent_tui.server.triage_sentence import SIZE, Sentences, find

VERSION = 1
"""Of the file and of what is looked at in a text; a file of another version is refused."""
LARGEST = 1 << 30
"""Bytes of a file once unpacked."""
DECIDED = 3
"""Words that are named as having decided."""
Floats = npt.NDArray[np.float32]
_HEAD = "head"
_ARRAYS = ("idf", "weights", "dense", "bias")
_SHORT = ("weights", "dense")
"""Kept with 16 bits; training rounded them so."""


class Head(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    version: int
    categories: tuple[str, ...]
    vocabulary: tuple[tuple[str, ...], ...]
    """The grams of each block, in the order of their rows."""
    scale: float
    """What scores are multiplied by before they become shares: makes confidence mean what it says."""
    sentences: str = ""
    """Digest of the weights that give sentences their numbers; empty when it was trained on grams alone."""
    lift: float = 1.0
    """What the numbers of a sentence are multiplied by."""
    trained: dict[str, str | int | float] = {}
    """What it learned from, for people."""
    digest: str = ""


class _Version(msgspec.Struct, frozen=True):
    version: int


def _digest(head: Head, arrays: dict[str, Floats]) -> str:
    plain = msgspec.json.encode(msgspec.structs.replace(head, digest=""))
    total = hashlib.sha256(plain)
    for name in _ARRAYS:
        total.update(np.ascontiguousarray(arrays[name]).tobytes())
    return total.hexdigest()


class Model:
    """Guesses categories. Safe to use from several threads: nothing in it changes."""

    def __init__(self, head: Head, arrays: dict[str, Floats], sentences: Sentences | None = None) -> None:
        """`arrays`: `idf` of each gram of all blocks; `weights` with a row for each gram and `dense` with one for each
        number of a sentence, both with a column for each category; `bias` of each category."""
        self.head = head
        self._arrays = arrays
        self._idf, self.weights, self.dense, self.bias = (arrays[name] for name in _ARRAYS)
        self._sentences = sentences
        self._rows: list[dict[str, int]] = []
        start = 0
        for listed in head.vocabulary:
            self._rows.append({gram: start + at for at, gram in enumerate(listed)})
            start += len(listed)

    @property
    def categories(self) -> tuple[str, ...]:
        return self.head.categories

    @property
    def digest(self) -> str:
        return self.head.digest

    def with_head(self, **fields: Any) -> Model:
        """The same weights under another head."""
        return Model(msgspec.structs.replace(self.head, **fields), self._arrays, self._sentences)

    def features_of(self, grams: Sequence[Counter[str]]) -> tuple[npt.NDArray[np.intp], Floats]:
        """Rows of the grams that are known, and their values; a block after the other."""
        places: list[int] = []
        values: list[float] = []
        for rows, counts in zip(self._rows, grams, strict=True):
            block_at, block = self._block(rows, counts)
            places += block_at
            values += block
        return np.array(places, dtype=np.intp), np.array(values, dtype=np.float32)

    def _block(self, rows: dict[str, int], counts: Counter[str]) -> tuple[list[int], list[float]]:
        known = [(rows[gram], 1.0 + math.log(count)) for gram, count in counts.items() if gram in rows]
        values = [weight * float(self._idf[row]) for row, weight in known]
        length = math.sqrt(sum(value * value for value in values)) or 1.0
        return [row for row, _ in known], [value / length for value in values]

    def shares(self, text: str) -> Floats:
        """How likely each category is, in the order of `categories`; they add up to 1."""
        places, values = self.features_of(triage_features.grams(text))
        scores = values @ self.weights[places] + self.bias
        if self._sentences is not None:
            scores = scores + self.head.lift * self._sentences.vectors([text])[0] @ self.dense
        return _softmax(np.asarray(scores * self.head.scale))

    def guess(self, text: str) -> Guess:
        """The likeliest category, how sure that is, and the words that spoke for it most. Empty for empty words."""
        if not triage_features.tokens(text):
            return Guess()
        shares = self.shares(text)
        best = int(shares.argmax())
        return Guess(
            category=self.categories[best],
            permille=round(1000 * float(shares[best])),
            words=self._decided(text, best),
        )

    def _decided(self, text: str, best: int) -> tuple[str, ...]:
        """The words that speak for a category more than for the average of all; none lies inside another."""
        places, values = self.features_of(triage_features.grams(text))
        rows = self.weights[places]
        worth = dict(zip(places.tolist(), (values * (rows[:, best] - rows.mean(axis=1))).tolist(), strict=True))
        spoken = {word: self._spoken(word, worth) for word in self._candidates(text)}
        chosen: list[str] = []
        for word in sorted(spoken, key=lambda word: (-spoken[word], word)):
            if spoken[word] > 0 and len(chosen) < DECIDED and not any(word in one or one in word for one in chosen):
                chosen.append(word)
        return tuple(chosen)

    def _candidates(self, text: str) -> set[str]:
        """Latin words as they stand; of Chinese and Japanese the known runs of two signs and more."""
        found: set[str] = set()
        for stretch in triage_features.stretches(triage_features.tokens(text)):
            if stretch.isascii():
                found |= {stretch} if stretch[0].isalpha() else set()
            else:
                runs = triage_features.characters([stretch])
                found |= {run for run in runs if len(run) > 1 and run in self._rows[1]}
        return found

    def _spoken(self, word: str, worth: dict[int, float]) -> float:
        """What all grams of a word are worth together."""
        counted = triage_features.grams(word)
        return sum(
            worth.get(rows.get(gram, -1), 0.0)
            for rows, grams in zip(self._rows, counted, strict=True)
            for gram in grams
        )

    def save(self, path: Path) -> None:
        """Write the file, whole or not at all."""
        head = msgspec.structs.replace(self.head, digest=_digest(self.head, self._arrays))
        text = np.frombuffer(msgspec.json.encode(head), dtype=np.uint8)
        held = io.BytesIO()
        np.savez_compressed(held, allow_pickle=False, **{_HEAD: text}, **_shortened(self._arrays))
        path.parent.mkdir(parents=True, exist_ok=True)
        aside = path.with_name(f".{path.name}.part")
        aside.write_bytes(held.getvalue())
        aside.replace(path)
        self.head = head


def _shortened(arrays: dict[str, Floats]) -> dict[str, npt.NDArray[Any]]:
    return {name: array.astype(np.float16) if name in _SHORT else array for name, array in arrays.items()}


def _softmax(scores: Floats) -> Floats:
    raised = np.exp(scores - scores.max())
    return np.asarray(raised / raised.sum(), dtype=np.float32)


def load(path: Path, sentences: Path | None = None) -> Model:
    """The model of a file; `sentences` is the folder of the weights it was trained with, if not the installed one.
    InputError when it is no model, is damaged or is of another version, EnvironmentError_ without those weights."""
    try:
        with zipfile.ZipFile(path) as packed:
            if sum(entry.file_size for entry in packed.infolist()) > LARGEST:
                raise InputError("triage.error.too_big", file=str(path))
        with np.load(path, allow_pickle=False) as found:
            head = _head(found[_HEAD].tobytes(), path)
            arrays = {name: found[name].astype(np.float32) for name in _ARRAYS}
    except FileNotFoundError:
        raise InputError("triage.error.no_model", file=str(path)) from None
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, msgspec.MsgspecError):
        raise InputError("triage.error.not_a_model", file=str(path)) from None
    if _digest(head, arrays) != head.digest or not _fits(head, arrays):
        raise InputError("triage.error.damaged", file=str(path))
    return Model(head, arrays, _sentences(head, sentences, path))


def _sentences(head: Head, folder: Path | None, path: Path) -> Sentences | None:
    if not head.sentences:
        return None
    found = Sentences(find(folder))
    if found.digest != head.sentences:
        raise InputError("triage.error.other_weights", file=str(path))
    return found


def _head(text: bytes, path: Path) -> Head:
    found = msgspec.json.decode(text, type=_Version).version
    if found != VERSION:
        raise InputError("triage.error.version", file=str(path), found=found, known=VERSION)
    return msgspec.json.decode(text, type=Head)


def _fits(head: Head, arrays: dict[str, Floats]) -> bool:
    rows, columns = sum(map(len, head.vocabulary)), len(head.categories)
    shapes = tuple(arrays[name].shape for name in _ARRAYS)
    blocks = len(head.vocabulary) == len(triage_features.BLOCKS)
    numbers = SIZE if head.sentences else 0
    return blocks and columns > 0 and shapes == ((rows,), (rows, columns), (numbers, columns), (columns,))
