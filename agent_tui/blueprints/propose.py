"""Which blueprint to take out: by the contact's category, its channel's facts and the customer's first words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

import msgspec

from agent_tui.blueprints.model import Blueprint

CATEGORY = 10.0
"""A category that triage or a person chose outweighs any few words."""
OTHER_LANGUAGE = 0.8
"""People mix languages; a word of another language counts a little less."""


_BESIDE_SIGN = re.compile("(?<=[\u2e80-\u9fff]) | (?=[\u2e80-\u9fff])")
"""People write «POS 机» as well as «POS机»."""


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    blueprint: Blueprint
    score: float
    category: bool
    """Whether the category led to it."""
    words: tuple[str, ...] = ()
    """The words that decided, longest first."""


def plain(text: str) -> str:
    """Small, half-width letters, one space at most and none beside a Chinese or Japanese sign: how words are compared."""
    return _BESIDE_SIGN.sub("", " ".join(unicodedata.normalize("NFKC", text).casefold().split()))


def propose(
    blueprints: Iterable[Blueprint], category: str | None, words: str, language: str = "zh"
) -> tuple[Proposal, ...]:
    """Those that fit, the likeliest first; empty when nothing points anywhere. `words`: the customer's first words."""
    said = plain(words)
    found = (_judge(blueprint, category, said, language) for blueprint in blueprints)
    return tuple(
        sorted(
            (proposal for proposal in found if proposal.score > 0),
            key=lambda proposal: (-proposal.score, proposal.blueprint.id),
        )
    )


def _judge(blueprint: Blueprint, category: str | None, said: str, language: str) -> Proposal:
    hits: dict[str, float] = {}
    for spoken, listed in blueprint.words.items():
        for word in listed:
            if _within(plain(word), said):
                weight = _length(word) * (1.0 if spoken == language else OTHER_LANGUAGE)
                hits[word] = max(hits.get(word, 0.0), weight)
    chosen = category is not None and category in blueprint.categories
    words = tuple(sorted(hits, key=lambda word: (-hits[word], word)))
    kept = [word for word in words if not any(plain(word) in plain(other) and word != other for other in words)]
    rank = CATEGORY - blueprint.categories.index(category) * 0.01 if chosen and category else 0.0
    return Proposal(
        blueprint=blueprint, score=rank + sum(hits[word] for word in kept), category=chosen, words=tuple(kept)
    )


def _within(word: str, said: str) -> bool:
    """Latin words as whole words, others anywhere."""
    at = said.find(word)
    while at >= 0:
        end = at + len(word)
        if not (_letter(said[at - 1 : at]) and _letter(word[:1])) and not (
            _letter(said[end : end + 1]) and _letter(word[-1:])
        ):
            return True
        at = said.find(word, at + 1)
    return False


def _letter(ch: str) -> bool:
    return bool(ch) and ch.isascii() and ch.isalnum()


def _length(word: str) -> float:
    """A Chinese or Japanese sign says about as much as three letters."""
    return sum(1.0 if ord(ch) > 0x2E7F else 0.35 for ch in word)
