"""A service blueprint (服务蓝图): who owns it, when it is valid, when it is proposed, and its nodes.

Frozen data, the same on the author's machine, in a bundle of the feed and on a desk. `parse` makes it from the
author's YAML, `load` from the compact JSON of `dump`; the latter needs msgspec only, so that a desk starts fast.

    say        a sentence to the customer              send       a text, e-mail or link to the customer
    ask        a question and its validated answer     hand_over  to a group, a department, a work order
    check      verify the caller to a degree           note       a line for the note of the contact
    look_up    find facts on the customer's page       end        category and result for the wrap-up
    do         an action under authority
    offer      a cross-sell, with consent, after the question is answered
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, TypeAlias

import msgspec

from agent_tui.blueprints.conditions import Condition

Texts: TypeAlias = dict[str, str]
"""Language → text with `{placeholders}`; a line of it is one breath of speech."""

STATES = ("draft", "proposed", "released", "retired")
"""Governance: what a second person has released is offered on desks, a retired one only replayed."""


class Branch(msgspec.Struct, frozen=True, kw_only=True):
    """Where to go if `when` holds; without `when`, always."""

    to: str
    when: Condition | None = None


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    texts: Texts


class Step(msgspec.Struct, frozen=True, kw_only=True, tag_field="node"):
    """What every node has."""

    kind: ClassVar[str] = ""
    outcomes: ClassVar[tuple[str, ...]] = ()
    """Results it can have; they are its answer. Empty where there is none or the answer is the customer's."""

    id: str
    texts: Texts = {}
    """Said to the customer (the line of a note, the wording of a message)."""
    tip: Texts = {}
    """For the agent's eyes only."""
    must: bool = False
    """A mandatory sentence."""
    before: tuple[str, ...] = ()
    """Nodes that no path may reach without it; empty means every end."""
    answered: bool = False
    """The customer's question is answered here; an offer may only follow such a node."""
    expect_s: int = 20
    """Seconds this node usually takes."""
    branches: tuple[Branch, ...] = ()
    """The first that holds is taken. Empty at an end only."""
    line: int = 0
    """Where it stands in the author's file."""

    @property
    def name(self) -> str:
        """Under which name its answer is known."""
        return self.id


class Say(Step, frozen=True, kw_only=True, tag="say"):
    kind: ClassVar[str] = "say"


class Ask(Step, frozen=True, kw_only=True, tag="ask"):
    kind: ClassVar[str] = "ask"

    type: str
    """`choice`, `yes_no`, `number`, `money`, `date`, `moment` (local date and time) or `text`."""
    saved: str = ""
    """The name of the answer, the node's id if empty. A declared variable's name makes that fact known."""
    choices: tuple[Choice, ...] = ()
    low: int | None = None
    """Least number, money in minor units, days from today for a date, characters of a text."""
    high: int | None = None
    format: str = "any"
    """Of a text: one of `answers.FORMATS`."""
    private: bool = False
    """Personal data: masked in notes, shown in full only while it is typed."""

    @property
    def name(self) -> str:
        return self.saved or self.id


class Check(Step, frozen=True, kw_only=True, tag="check"):
    """Passes by itself where the caller is already verified to this degree."""

    kind: ClassVar[str] = "check"
    outcomes: ClassVar[tuple[str, ...]] = ("passed", "failed")

    degree: str
    """`basic` or `full` (`domain.contact.Verified`)."""
    checks: tuple[str, ...]
    """Ids of `checks.CHECKS`."""
    need: int
    """How many of them must be right."""


class LookUp(Step, frozen=True, kw_only=True, tag="look_up"):
    """Found when every fact it names is known."""

    kind: ClassVar[str] = "look_up"
    outcomes: ClassVar[tuple[str, ...]] = ("found", "not_found")

    facts: tuple[str, ...]
    product: tuple[str, ...] = ()
    """Kinds of product among which the agent picks the one meant."""


class Do(Step, frozen=True, kw_only=True, tag="do"):
    kind: ClassVar[str] = "do"
    outcomes: ClassVar[tuple[str, ...]] = ("applied", "awaiting_approval", "refused", "unavailable")

    action: str
    """Id of `domain.actions`, or of a desk command (dotted)."""
    args: dict[str, str] = {}
    """Argument → template; one that is a single placeholder passes the value itself."""


class Offer(Step, frozen=True, kw_only=True, tag="offer"):
    """Passed by in silence for a customer who did not consent to offers."""

    kind: ClassVar[str] = "offer"
    outcomes: ClassVar[tuple[str, ...]] = ("accepted", "declined")

    product: str
    """What is offered."""


class Send(Step, frozen=True, kw_only=True, tag="send"):
    kind: ClassVar[str] = "send"
    outcomes: ClassVar[tuple[str, ...]] = ("sent", "not_sent")

    medium: str
    """`sms`, `email`, `link` or `chat`."""
    message: Texts
    """What is written; `texts` is what is said meanwhile."""


class HandOver(Step, frozen=True, kw_only=True, tag="hand_over"):
    kind: ClassVar[str] = "hand_over"
    outcomes: ClassVar[tuple[str, ...]] = ("done", "not_done")

    to: str
    """Id of a group or department."""
    how: str
    """`transfer`, `consult` or `work_order`."""
    title: Texts = {}
    """Title of the work order."""
    brief: Texts = {}
    """What the other side must know so that the customer need not repeat anything."""
    complaint: str | msgspec.UnsetType = msgspec.UNSET
    """The level of the complaint that the work order is. Left out of a bundle when it is none, so that wordings that were
    signed before still have their digest."""


class Note(Step, frozen=True, kw_only=True, tag="note"):
    kind: ClassVar[str] = "note"


class End(Step, frozen=True, kw_only=True, tag="end"):
    kind: ClassVar[str] = "end"

    category: str
    result: str
    """Proposed for the wrap-up; one of the category's results."""
    call_back: str = ""
    """Template of the moment of a promised call-back."""


Node: TypeAlias = Say | Ask | Check | LookUp | Do | Offer | Send | HandOver | Note | End
KINDS: dict[str, type[Node]] = {
    "say": Say,
    "ask": Ask,
    "check": Check,
    "look_up": LookUp,
    "do": Do,
    "offer": Offer,
    "send": Send,
    "hand_over": HandOver,
    "note": Note,
    "end": End,
}


class Blueprint(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    """kebab-case, the name of its file."""
    version: int
    state: str = "draft"
    titles: Texts
    owner: str
    """The department that answers for the wording."""
    contact: str
    """Its contact person: name and extension."""
    valid_from: str
    """ISO 8601 date, inclusive, in the centre's time zone."""
    valid_to: str
    change: str
    """What is new in this version, and why."""
    languages: tuple[str, ...]
    categories: tuple[str, ...]
    """Ids of categories for which it is proposed."""
    words: dict[str, tuple[str, ...]]
    """Language → words in a customer's first sentence that point to it."""
    start: str
    nodes: tuple[Node, ...]

    @property
    def key(self) -> str:
        """`id@version`, what a contact is pinned to."""
        return f"{self.id}@{self.version}"

    def title(self, language: str) -> str:
        """The title in `language`, else in its first language."""
        return self.titles.get(language) or self.titles[self.languages[0]]


def node_map(blueprint: Blueprint) -> Mapping[str, Node]:
    """Nodes by id, in the author's order."""
    return {node.id: node for node in blueprint.nodes}


def in_force(blueprint: Blueprint, day: str) -> bool:
    """Whether desks may offer it on `day` (ISO 8601)."""
    return blueprint.state == "released" and blueprint.valid_from <= day <= blueprint.valid_to


_ENCODER = msgspec.json.Encoder()
_DECODER: msgspec.json.Decoder[Blueprint] = msgspec.json.Decoder(Blueprint)


def dump(blueprint: Blueprint) -> bytes:
    """Compact JSON of a parsed blueprint, for a bundle of the feed."""
    return _ENCODER.encode(blueprint)


def load(data: bytes | str) -> Blueprint:
    """The blueprint of `dump`. msgspec.ValidationError if it is none."""
    return _DECODER.decode(data)
