"""Which way through a blueprint a robot colleague means to take: tried in mind before the first sentence. Pure, seeded.

A person who knows why the customer calls picks the answers that lead there; so does a robot. Of several walks tried
at random the one is taken that comes to the plan's action and work order, to nothing else, and to the right category.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import date, timedelta

import msgspec

from agent_tui.blueprints.conditions import Value
from agent_tui.blueprints.facts import of_product
from agent_tui.blueprints.model import Ask, Blueprint, Check, Do, End, HandOver, LookUp, Node, Offer, Send
from agent_tui.blueprints.run import Result, Run, advance, current, ended, learn, start
from agent_tui.domain.customer import Product
from agent_tui.errors import InputError

TRIES = 20
LONGEST = 60
"""Nodes of a walk that is tried; going round is given up."""
YES = 0.6
BUYS = 0.2
"""Share of customers who accept an offer."""
FOREIGN, MISSED, PASSED_ON, ELSEWHERE, TOO_LONG = 3, 3, 6, 1, 2
"""How bad it is to come to an action or order that is not meant, not to come to one that is, to pass the customer on,
to end in another category, and to take longer than the customer has time."""
RANGE_MINOR = (1_000, 30_000)
"""Amounts a customer names where the author set no limits, minor units."""
WORKING_HOURS = (9, 17)


class Errand(msgspec.Struct, frozen=True, kw_only=True):
    """What a robot colleague knows of the matter."""

    action: str | None = None
    order: str | None = None
    """Department that is to get a work order."""
    category: str = ""
    amount_minor: int | None = None
    product_id: str | None = None
    products: tuple[Product, ...] = ()
    """All that the customer has."""
    known: bool = False
    """The customer is known; of anybody else nothing can be verified."""
    words: str = ""
    """What is written where the blueprint wants it in words."""
    today: str = ""
    """ISO 8601 date at the centre."""
    patience_s: float = 1e9
    """Of the author's seconds, so many can be fitted into the talk."""


class Rehearsed(msgspec.Struct, frozen=True, kw_only=True):
    """The way to be taken."""

    answers: dict[str, Value]
    """Node → what will be answered there."""
    expect_s: int
    """What its nodes should take, by their author."""
    astray: int
    """How far it is from what is meant; 0 is exactly that."""


def rehearse(
    blueprint: Blueprint, facts: Mapping[str, Value], language: str, errand: Errand, rng: random.Random
) -> Rehearsed:
    """The best of `TRIES` walks."""
    best = _walked(start(blueprint, facts, language), errand, rng)
    for _ in range(TRIES - 1):
        if best.astray == 0:
            break
        best = min(best, _walked(start(blueprint, facts, language), errand, rng), key=lambda way: way.astray)
    return best


def _walked(run: Run, errand: Errand, rng: random.Random) -> Rehearsed:
    answers: dict[str, Value] = {}
    spent = 0
    for _ in range(LONGEST):
        if ended(run):
            break
        node = current(run)
        spent += node.expect_s
        value = imagined(node, errand, rng)
        if value is not None:
            answers[node.id] = value
        try:
            run = step(run, value, errand)
        except InputError:
            break
    return Rehearsed(
        answers=answers, expect_s=spent, astray=_astray(run, errand) + TOO_LONG * (spent > errand.patience_s)
    )


def step(run: Run, value: Value | None, errand: Errand) -> Run:
    """One node on, with `value` as the answer or the outcome. InputError where the answer does not do."""
    node = current(run)
    if isinstance(node, LookUp):
        product = meant(node, errand)
        return advance(learn(run, of_product(product)) if product else run)
    if not node.outcomes:
        return advance(run, value)
    right = node.checks[: node.need] if isinstance(node, Check) and value == "passed" else ()
    return advance(run, Result(outcome=str(value), checks=right))


def meant(node: LookUp, errand: Errand) -> Product | None:
    """The product that the talk is about, if the node asks for one."""
    fitting = [product for product in errand.products if product.kind in node.product]
    return next((product for product in fitting if product.id == errand.product_id), next(iter(fitting), None))


def imagined(node: Node, errand: Errand, rng: random.Random) -> Value | None:
    """What will be answered at a node, or how what it does will end; None where nothing is."""
    match node:
        case Ask():
            return _answer(node, errand, rng)
        case Check():
            return "passed" if errand.known else "failed"
        case Offer():
            return "accepted" if rng.random() < BUYS else "declined"
        case HandOver(how="work_order") | Send():
            return node.outcomes[0]
        case HandOver():
            return node.outcomes[-1]
        case Do():
            return "applied" if errand.known else "unavailable"
    return None


def _answer(ask: Ask, errand: Errand, rng: random.Random) -> Value:
    if ask.type == "choice":
        return rng.choice(ask.choices).id
    if ask.type == "yes_no":
        return rng.random() < YES
    if ask.type == "money":
        return _amount(ask, errand, rng)
    if ask.type == "number":
        low = ask.low or 1
        return rng.randint(low, ask.high if ask.high is not None else low + 9)
    if ask.type in ("date", "moment"):
        return _day(ask, errand, rng)
    return _text(ask, errand, rng)


def _amount(ask: Ask, errand: Errand, rng: random.Random) -> int:
    low, high = ask.low or RANGE_MINOR[0], ask.high or max(RANGE_MINOR[1], ask.low or 0)
    named = errand.amount_minor
    return named if named is not None and low <= named <= high else rng.randint(low, min(high, low + RANGE_MINOR[1]))


def _day(ask: Ask, errand: Errand, rng: random.Random) -> str:
    """A day within the author's limits; of a moment also the hour, which is tomorrow or later as a promise is."""
    later = ask.type == "moment"
    low = ask.low if ask.low is not None else (1 if later else -20)
    high = ask.high if ask.high is not None else (5 if later else 0)
    first = max(low, 1) if later and high >= 1 else low
    day = date.fromisoformat(errand.today) + timedelta(days=rng.randint(min(first, high), min(high, first + 20)))
    return f"{day.isoformat()} {rng.randint(*WORKING_HOURS):02d}:00" if later else day.isoformat()


_WRITTEN = {"digits": 6, "card_tail": 4, "merchant": 12, "terminal": 8, "phone": 8}
"""Format → how many digits are made up."""


def _text(ask: Ask, errand: Errand, rng: random.Random) -> str:
    least, most = ask.low or 1, ask.high or 500
    if ask.format in _WRITTEN:
        length = min(max(_WRITTEN[ask.format], least), most)
        return ("139" if ask.format == "phone" else "") + "".join(rng.choice("0123456789") for _ in range(length))
    if ask.format == "month":
        return (date.fromisoformat(errand.today).replace(day=1) - timedelta(days=1)).strftime("%Y-%m")
    if ask.format == "email":
        return f"c{rng.randrange(10_000):04d}@example.com"
    return (errand.words or "-").ljust(least, "-")[:most]


def _astray(run: Run, errand: Errand) -> int:
    node, steps = current(run), {step.node for step in run.steps}
    passed = [each for each in run.blueprint.nodes if each.id in steps]
    done = {each.action for each in passed if isinstance(each, Do)}
    orders = {each.to for each in passed if isinstance(each, HandOver) and each.how == "work_order"}
    moved = sum(isinstance(each, HandOver) and each.how != "work_order" for each in passed)
    wanted, told = {errand.action} - {None}, {errand.order} - {None}
    far = FOREIGN * (len(done - wanted) + len(orders - told)) + MISSED * (len(wanted - done) + len(told - orders))
    elsewhere = not isinstance(node, End) or node.category != errand.category
    return far + PASSED_ON * moved + ELSEWHERE * elsewhere
