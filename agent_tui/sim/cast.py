"""The cast of robot customers as written in `scripts/scenarios/cast*.yaml`: topics, moods, and what they say."""

from __future__ import annotations

from pathlib import Path

import msgspec

from agent_tui.errors import InputError
from agent_tui.sim.reading import read


class Deal(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One way in which a matter is usually settled."""

    weight: int = 1
    verify: str = "none"
    """Degree of verification before it: `none`, `basic`, `full`."""
    action: str | None = None
    """An id of `domain.actions`."""
    minor: tuple[int, int] | None = None
    """Smallest and largest amount, minor units."""
    order: str | None = None
    """Group or department that gets a work order."""
    result: str = "answered"


class Topic(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A reason to contact the centre."""

    category: str
    who: str = "any"
    """`person`, `merchant` or `any`."""
    weight: int = 1
    channels: dict[str, int]
    talk_s: float
    terminal: bool = False
    moods: tuple[str, ...] = ()
    """Only these moods; empty means any."""
    deals: tuple[Deal, ...]


class Mood(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    weight: int
    patience: float
    talk: float
    hold_s: float
    rates: tuple[int, int, int, int, int]
    answers: float


class Answer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What they say when the colleague's words contain one of `when`."""

    when: tuple[str, ...]
    say: str
    done: bool = False
    """With this the matter is settled for them."""


class TopicLines(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    first: tuple[str, ...]
    answers: tuple[Answer, ...] = ()
    more: tuple[str, ...] = ()
    alarm: tuple[str, ...] = ()


class MoodLines(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    hold: tuple[str, ...]
    refused: tuple[str, ...]
    thanks: tuple[str, ...]


class Generic(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    greet: tuple[str, ...]
    unsure: tuple[str, ...]
    yes: tuple[str, ...]
    waiting: tuple[str, ...]
    bye: tuple[str, ...]
    card_slip: tuple[str, ...]


class Lines(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything said in one language."""

    kind: str
    language: str
    topics: dict[str, TopicLines]
    generic: Generic
    moods: dict[str, MoodLines]


class Cast(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    kind: str
    topics: dict[str, Topic]
    moods: dict[str, Mood]
    languages: dict[str, int]
    unknown_callers: float
    lines: dict[str, Lines] = {}


def load(folder: Path) -> Cast:
    """The cast of `folder` with its lines in every language. InputError names a topic or mood without lines."""
    cast = read(folder / "cast.yaml", Cast)
    lines = {language: read(folder / f"cast.{language}.yaml", Lines) for language in cast.languages}
    for language, said in lines.items():
        missing = (set(cast.topics) - set(said.topics)) | (set(cast.moods) - set(said.moods))
        if missing:
            names = ", ".join(sorted(missing))
            raise InputError("sim.no_lines", file=f"cast.{language}.yaml", names=names)
    return msgspec.structs.replace(cast, lines=lines)
