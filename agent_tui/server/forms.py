"""The forms under which a customer can be found: name, pinyin, initials, tails of numbers, merchant, terminal.

Each form becomes a keyed hash; the table of hashes gives nobody's name away.
"""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Iterator

from agent_tui.domain.customer import Customer
from agent_tui.server.intake import plain_number

MAX_READINGS = 8
"""A name with several readings is found under so many of them at most."""
TAIL = 4
Form = tuple[str, str]
"""(kind, text) before hashing."""

SHOWN = {"phone": "phone_tail", "card": "card_tail"}
"""Kinds that the answer calls by another name."""


def fold(text: str) -> str:
    """One form for full-width, upper case and spaces."""
    return "".join(unicodedata.normalize("NFKC", text).lower().split())


def _readings(name: str) -> Iterator[tuple[str, ...]]:
    """Pinyin syllables of a Chinese name, by every reading up to MAX_READINGS."""
    from pypinyin import Style, pinyin

    syllables = pinyin(name, style=Style.NORMAL, heteronym=True)
    yield from itertools.islice(itertools.product(*syllables), MAX_READINGS)


def _of_name(name: str) -> Iterator[Form]:
    plain = fold(name)
    if not plain:
        return
    yield "name", plain
    if plain.isascii():
        words = [fold(word) for word in name.split()]
        yield from (("name", word) for word in words if len(word) > 1)
        yield "initials", "".join(word[0] for word in words if word)
        return
    for syllables in _readings(plain):
        yield "pinyin", "".join(syllables)
        yield "initials", "".join(syllable[0] for syllable in syllables)


def _tail(kind: str, number: str) -> Iterator[Form]:
    characters = "".join(ch for ch in fold(number) if ch.isascii() and ch.isalnum())
    if len(characters) >= TAIL:
        yield f"{kind}_tail", characters[-TAIL:]


def _of_merchant(customer: Customer) -> Iterator[Form]:
    """A merchant's name stands in the clear anyway: every beginning of two characters and more finds it."""
    name = fold(customer.name)
    yield from (("merchant", name[:length]) for length in range(2, len(name) + 1))


def forms(customer: Customer, clear: dict[str, str]) -> frozenset[Form]:
    """All forms of a customer with these clear values (`name`, `phone`, `id_number`, `email`)."""
    found: set[Form] = set()
    if customer.kind == "merchant":
        found |= set(_of_merchant(customer))
    else:
        found |= set(_of_name(clear.get("name", "")))
    if phone := plain_number(clear.get("phone", "")):
        found |= {("phone", phone), *_tail("phone", phone)}
    found |= set(_tail("id", clear.get("id_number", "")))
    if email := fold(clear.get("email", "")):
        found.add(("email", email))
    for product in customer.products:
        if product.kind in ("terminal", "merchant"):
            found.add((product.kind, fold(product.number)))
        else:
            found |= set(_tail("card", product.number))
    return frozenset(found)


def queries(words: str) -> tuple[Form, ...]:
    """What a search for `words` looks up, the most telling kind first."""
    plain = fold(words)
    number = plain_number(plain)
    kinds = ["terminal", "merchant", "name", "pinyin", "initials", "email"]
    asked: list[Form] = [(kind, plain) for kind in kinds]
    if number and number == "".join(ch for ch in plain if ch not in "+-()"):
        asked.append(("phone", number))
    if len(plain) == TAIL and plain.isascii():
        asked += [(f"{kind}_tail", plain) for kind in ("phone", "card", "id")]
    return tuple(asked)
