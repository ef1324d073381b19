"""What a robot colleague will do with a contact, decided at the start. Pure and seeded."""

from __future__ import annotations

import random
from collections.abc import Mapping
from pathlib import Path

import msgspec

from agent_tui.domain.actions import ACTIONS
from agent_tui.domain.centre import Category
from agent_tui.domain.contact import Contact, Verified
from agent_tui.domain.customer import Customer
from agent_tui.sim.cast import Cast, Deal, Topic
from agent_tui.sim.persona import Persona
from agent_tui.sim.reading import read

WRAP_S = (8.0, 45.0)
HOLD_SHARE = 0.16
"""Share of phone contacts that are put on hold once."""
HOLD_S = (12.0, 70.0)
NOTE_SHARE = 0.5
HASTY_SHARE = 0.06
"""Share of colleagues' actions tried before the caller was verified; the policy refuses them."""
CORRECT_SHARE = 0.5
"""Share of wrong triage that is corrected to the right category in wrap-up rather than left as guessed."""
SENSIBLE = {"unlock_terminal": "locked", "block_card": "normal", "raise_temporary_limit": "normal"}
"""Action → status of the product at which a colleague would think of it."""
CHECKS = {"basic": ("name", "phone"), "full": ("name", "id_tail", "last_transaction")}


class Phrases(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    ask: tuple[str, ...]
    done: str


class Speech(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What colleagues write in one language."""

    greet: str
    verify: str
    wait: str
    refused: str
    close: str
    mail: str
    topics: dict[str, Phrases]
    notes: dict[str, tuple[str, ...]]
    deviations: tuple[str, ...]
    """Why they left the script of a blueprint."""


class Speeches(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    kind: str
    languages: dict[str, Speech]


def load(folder: Path) -> Speeches:
    """`cast.colleagues.yaml` of `folder`."""
    return read(folder / "cast.colleagues.yaml", Speeches)


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    topic: str
    about: str
    """Id of the category it belongs to, whatever triage made of it."""
    talk_s: float
    """How long the conversation will take on the phone, as the customer has it in mind."""
    degree: Verified
    hasty: bool
    """Acts before verifying."""
    action: str | None
    amount_minor: int | None
    product_id: str | None
    order: str | None
    category: str
    result: str
    note: str
    hold_at: float | None
    """Share of the talk after which the caller is put on hold."""
    hold_s: float
    wrap_s: float


def topic_of(contact: Contact, cast: Cast) -> str:
    """The topic that a contact's category points to, else the likeliest one."""
    for name, topic in cast.topics.items():
        if topic.category == contact.category:
            return name
    return max(cast.topics, key=lambda name: cast.topics[name].weight)


def _product(customer: Customer | None, action: str | None) -> tuple[bool, str | None]:
    """Whether the customer has what the action needs, in a state in which it makes sense, and its id."""
    kinds = ACTIONS[action].product if action else ()
    if not kinds:
        return True, None
    status = SENSIBLE.get(action or "")
    mine = customer.products if customer else ()
    found = [p.id for p in mine if p.kind in kinds and status in (None, p.status)]
    return bool(found), found[0] if found else None


def _category(rng: random.Random, contact: Contact, topic: Topic, known: Mapping[str, Category]) -> str:
    if topic.category in known and (contact.category is None or rng.random() < CORRECT_SHARE):
        return topic.category
    if contact.category in known:
        return str(contact.category)
    return topic.category if topic.category in known else next(iter(known), topic.category)


def _result(wanted: str, category: Category | None) -> str:
    results = category.results if category else ()
    return wanted if wanted in results or not results else results[0]


def make(
    contact: Contact,
    customer: Customer | None,
    persona: Persona | None,
    cast: Cast,
    speech: Speech,
    known: Mapping[str, Category],
) -> Plan:
    """The plan for a contact; the same contact and persona give the same plan."""
    rng = random.Random(f"plan/{contact.id}" if persona is None else f"plan/{persona.seed}")
    name = persona.topic if persona else topic_of(contact, cast)
    topic = cast.topics[name]
    deal = persona.deal if persona else rng.choices(topic.deals, weights=[d.weight for d in topic.deals])[0]
    has, product = _product(customer, deal.action)
    action = deal.action if has and customer is not None else None
    category = _category(rng, contact, topic, known)
    held = contact.channel == "phone" and rng.random() < HOLD_SHARE
    return Plan(
        topic=name,
        about=topic.category,
        talk_s=persona.talk_s if persona else rng.uniform(60, 180),
        degree=Verified(deal.verify) if customer is not None else Verified.NONE,
        hasty=rng.random() < HASTY_SHARE,
        action=action,
        amount_minor=_amount(rng, deal, persona) if action else None,
        product_id=product,
        order=deal.order,
        category=category,
        result=_result(deal.result, known.get(category)),
        note=rng.choice(speech.notes[name]) if rng.random() < NOTE_SHARE else "",
        hold_at=rng.uniform(0.3, 0.6) if held else None,
        hold_s=rng.uniform(*HOLD_S),
        wrap_s=persona.wrap_s if persona and persona.wrap_s is not None else rng.uniform(*WRAP_S),
    )


def _amount(rng: random.Random, deal: Deal, persona: Persona | None) -> int | None:
    if persona is not None or deal.minor is None:
        return persona.amount_minor if persona else None
    return rng.randrange(deal.minor[0], deal.minor[1] + 1, 100)
