"""A training scenario as a text file: who contacts the centre, what they say when, and what right handling is."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import msgspec

from agent_tui.config import data
from agent_tui.domain.centre import Names
from agent_tui.domain.customer import Product
from agent_tui.errors import InputError
from agent_tui.sim.cast import Answer
from agent_tui.sim.reading import parse, read


class Caller(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who it is. `phone` is clear and finds the customer on the training server."""

    phone: str
    channel: str = "chat"
    language: str = "zh"
    mood: str = "calm"
    terminal: str | None = None
    first: str
    answers: tuple[Answer, ...] = ()
    more: tuple[str, ...] = ()
    """Said in turn when nothing else fits."""
    hold: str = ""
    refused: str = ""
    bye: str = ""
    patience_turns: int = 12
    """After so many of the trainee's lines without a settlement they leave."""


class Happening(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something the customer brings up by themselves."""

    after_turn: int
    say: str


class Sentence(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A sentence that must be said: `any` of these words, told to the trainee by `name`."""

    name: Names
    any: tuple[str, ...]


class RightAction(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    id: str
    max_minor: int | None = None
    """More than this is a wrong action even if it was allowed."""


class Points(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many points each part is worth; 0 leaves it out."""

    category: int = 20
    verification: int = 20
    action: int = 20
    sentences: int = 15
    path: int = 10
    time: int = 10
    nothing_lost: int = 5


class Rubric(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What right handling is."""

    category: str
    results: tuple[str, ...] = ("answered",)
    degree: str = "none"
    """Verification needed before anything is disclosed or done: `none`, `basic`, `full`."""
    disclosing: tuple[str, ...] = ()
    """Words of the trainee that disclose something; the verification must come before them."""
    action: RightAction | None = None
    forbidden: tuple[str, ...] = ()
    """Actions that are wrong here even where the policy allows them."""
    sentences: tuple[Sentence, ...] = ()
    blueprint: str | None = None
    nodes: tuple[str, ...] = ()
    """Nodes of the blueprint that must be visited, in this order."""
    handle_s: float = 300.0
    """Handle time for full points; at twice that there are none."""
    points: Points = Points()


class Newcomer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The customer as the training server's bank knows them, in the clear."""

    id: str
    kind: str = "person"
    name: str
    tier: str = "standard"
    language: str = "zh"
    phone: str
    id_number: str = ""
    since: str = ""
    products: tuple[Product, ...] = ()


class Scenario(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    kind: str
    id: str
    title: Names
    difficulty: Annotated[int, msgspec.Meta(ge=1, le=3)] = 1
    """1 for beginners, 2 with a hitch, 3 hard."""
    brief: Names
    """What the trainee is told before it begins."""
    starts: datetime
    """Business time at which it begins, with its offset."""
    group: str
    """The line they choose; the trainee serves it."""
    customer: Newcomer
    caller: Caller
    happenings: tuple[Happening, ...] = ()
    rubric: Rubric


def from_text(text: str, source: str) -> Scenario:
    """InputError with file, line and reason."""
    return _checked(parse(text, source, Scenario), source)


def load(path: Path) -> Scenario:
    return _checked(read(path, Scenario), path.name)


def _checked(scenario: Scenario, source: str) -> Scenario:
    if scenario.kind != "scenario":
        raise InputError("sim.unreadable", file=source, line=1, reason=f"kind: {scenario.kind}")
    if scenario.starts.tzinfo is None:
        raise InputError("sim.unreadable", file=source, line=0, reason="starts: no offset")
    return scenario


def shipped() -> dict[str, Scenario]:
    """Every training scenario in force, by id; a site's own file hides the shipped one of the same name."""
    found = (load(path) for path in data.files("scripts/scenarios", "*.yaml") if not path.name.startswith("cast"))
    return {scenario.id: scenario for scenario in found}
