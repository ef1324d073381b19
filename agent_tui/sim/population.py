"""Fictional customers of the sample bank, seeded: who calls the centre in the demonstration and in training."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import msgspec

from agent_tui.domain.customer import Product
from agent_tui.sim.persona import Known, weighted
from agent_tui.sim.reading import read

MERCHANT_SHARE = 0.22
LOCKED_SHARE = 0.35
"""Share of terminals that are locked: there is something to unlock."""
ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
"""GB 11643-1999: weights of the first 17 digits."""


class People(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`cast.people.yaml`."""

    kind: str
    languages: dict[str, int]
    tiers: dict[str, int]
    entitlements: dict[str, tuple[str, ...]]
    sensitivity: dict[str, int]
    surnames: dict[str, tuple[str, ...]]
    given: dict[str, tuple[str, ...]]
    cities: dict[str, tuple[str, ...]]
    shops: tuple[str, ...]
    models: tuple[str, ...]


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """One customer in the clear, field by field as the server's import takes them."""

    id: str
    kind: str
    name: str
    tier: str
    language: str
    phone: str
    id_number: str
    email: str
    address: str
    since: str
    entitlements: tuple[str, ...]
    sensitivity: str | None
    marketing_consent: bool
    products: tuple[Product, ...]
    satisfaction: tuple[int, ...]

    def known(self) -> Known:
        """The customer as robots know them."""
        terminal = next((p.number for p in self.products if p.kind == "terminal"), None)
        return Known(phone=self.phone, kind=self.kind, language=self.language, tier=self.tier, terminal=terminal)


def load(folder: Path) -> People:
    """`cast.people.yaml` of `folder`."""
    return read(folder / "cast.people.yaml", People)


def people(source: People, count: int, seed: int) -> Iterator[Person]:
    """`count` customers; the same seed gives the same ones."""
    for number in range(1, count + 1):
        yield _person(source, random.Random(f"{seed}/{number}"), number)


def _person(source: People, rng: random.Random, number: int) -> Person:
    merchant = rng.random() < MERCHANT_SHARE
    language = "zh" if merchant else weighted(rng, source.languages)
    tier = weighted(rng, source.tiers)
    street = rng.choice(source.cities[language])
    place = f"{street} {rng.randrange(1, 999)}" if language == "en" else f"{street}{rng.randrange(1, 999)}号"
    return Person(
        id=f"c{number:05d}",
        kind="merchant" if merchant else "person",
        name=_shop(source, rng, number) if merchant else _name(source, rng, language),
        tier=tier,
        language=language,
        phone=f"1{rng.choice(('38', '39', '58', '77', '86'))}{number:04d}{rng.randrange(10_000):04d}",
        id_number=id_number(rng),
        email=f"user{number:05d}@example.com",
        address=place,
        since=f"{rng.randrange(2006, 2026)}-{rng.randrange(1, 13):02d}",
        entitlements=source.entitlements.get(tier, ()),
        sensitivity=weighted(rng, source.sensitivity) if rng.random() < 0.05 else None,
        marketing_consent=rng.random() < 0.6,
        products=tuple(_merchant_products(source, rng, number) if merchant else _cards(rng, number, tier)),
        satisfaction=tuple(rng.choices((1, 2, 3, 4, 5), (2, 3, 10, 35, 50), k=rng.randrange(4))),
    )


def _name(source: People, rng: random.Random, language: str) -> str:
    surname, given = rng.choice(source.surnames[language]), rng.choice(source.given[language])
    return f"{given} {surname}" if language == "en" else f"{surname}{given}"


def _shop(source: People, rng: random.Random, number: int) -> str:
    return f"{rng.choice(source.shops)} {number}号店"


def id_number(rng: random.Random) -> str:
    """A made-up resident number with the right check character (GB 11643-1999)."""
    area, birth = rng.choice(("110101", "310115", "440106", "330106")), rng.randrange(1955, 2006)
    first = f"{area}{birth}{rng.randrange(1, 13):02d}{rng.randrange(1, 29):02d}{rng.randrange(1000):03d}"
    total = sum(int(digit) * weight for digit, weight in zip(first, ID_WEIGHTS, strict=True))
    return first + "10X98765432"[total % 11]


def _cards(rng: random.Random, number: int, tier: str) -> Iterator[Product]:
    top = {"standard": 30, "gold": 80, "platinum": 200, "vip": 500}[tier]
    limit = rng.randrange(10, top + 1) * 100_000
    facts: dict[str, str | int] = {
        "limit_minor": limit,
        "available_minor": rng.randrange(0, limit + 1, 100),
        "billing_day": rng.randrange(1, 29),
        "due_day": rng.randrange(1, 29),
        "annual_fee_minor": {"standard": 10_000, "gold": 20_000, "platinum": 60_000, "vip": 0}[tier],
    }
    yield Product(id=f"c{number:05d}-cc", kind="credit_card", number=_digits(rng, "622848"), facts=facts)
    if rng.random() < 0.6:
        yield Product(id=f"c{number:05d}-dc", kind="debit_card", number=_digits(rng, "621700"))
    if rng.random() < 0.7:
        balance = rng.randrange(0, 30_000_000)
        yield Product(
            id=f"c{number:05d}-ac", kind="account", number=_digits(rng, "955880"), facts={"balance_minor": balance}
        )


def _digits(rng: random.Random, bin_: str) -> str:
    return bin_ + f"{rng.randrange(10**10):010d}"


def _merchant_products(source: People, rng: random.Random, number: int) -> Iterator[Product]:
    held = rng.random() < 0.15
    facts: dict[str, str | int] = {"settles": "T+1", "held_minor": rng.randrange(100_000, 5_000_000) if held else 0}
    contract = f"8983{number:04d}{rng.randrange(10**7):07d}"
    yield Product(
        id=f"c{number:05d}-m", kind="merchant", number=contract, status="frozen" if held else "normal", facts=facts
    )
    for index in range(rng.choice((1, 1, 2, 3))):
        status = "locked" if rng.random() < LOCKED_SHARE else "normal"
        device: dict[str, str | int] = {"model": rng.choice(source.models), "site": rng.choice(source.cities["zh"])}
        yield Product(
            id=f"c{number:05d}-t{index}",
            kind="terminal",
            number=f"61{number:05d}{index}",
            status=status,
            facts=device,
        )
    yield Product(
        id=f"c{number:05d}-ac",
        kind="account",
        number=_digits(rng, "955880"),
        facts={"balance_minor": rng.randrange(0, 90_000_000)},
    )
