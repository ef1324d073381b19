"""Random walks over blueprints: what an agent, a customer and the systems behind might do at each node."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from agent_tui.blueprints.conditions import Value
from agent_tui.blueprints.facts import ALWAYS, examples
from agent_tui.blueprints.model import Ask, Blueprint, Check, LookUp
from agent_tui.blueprints.parse import parse
from agent_tui.blueprints.run import Result, Run, advance, current, ended, learn, start

FOLDER = Path(__file__).parents[3] / "scripts" / "blueprints"
FILES = sorted(FOLDER.glob("*.yaml"))
TODAY = "2026-03-02"
STEPS = 400
"""A walk that takes longer goes round and round."""
_TEXTS = {
    "any": "如实记录",
    "digits": "12345",
    "phone": "13800005678",
    "card_tail": "1234",
    "month": "2026-02",
    "terminal": "10023345",
    "merchant": "102331005411",
    "email": "someone@example.com",
}


@cache
def read(name: str) -> Blueprint:
    """A shipped blueprint by its file's name."""
    file = FOLDER / f"{name}.yaml"
    return parse(file.read_text(encoding="utf-8"), file.name)


def _value(name: str, rng: random.Random) -> Value:
    if name == "product.status":
        return rng.choice(["normal", "blocked", "lost", "frozen", "locked", "closed"])
    if name == "product.kind":
        return rng.choice(["credit_card", "debit_card", "account"])
    return examples()[name]


def facts(rng: random.Random) -> dict[str, Value]:
    """What is always known, and any part of the rest."""
    found = {name: _value(name, rng) for name in examples() if name in ALWAYS or rng.random() < 0.6}
    found["contact.verified"] = rng.choice(["none", "none", "basic", "full"])
    if found["contact.verified"] != "none":
        found |= {"customer.name": "张•", "customer.kind": "person"}
    found["time.today"] = TODAY
    found["customer.tier"] = rng.choice(["standard", "gold", "platinum", "vip"])
    for name in ("marketing_consent", "lounge", "road_rescue", "secretary", "sensitive", "frozen"):
        found[f"customer.{name}"] = rng.random() < 0.5
    return found


def answer(run: Run, rng: random.Random) -> Value | Result | None:
    """Something that may come of the node where the run stands."""
    node = current(run)
    if isinstance(node, Ask):
        return _customer(node, rng)
    if isinstance(node, Check):
        passed = rng.random() < 0.7
        who: dict[str, Value] = {"customer.name": "张•", "customer.kind": "person"}
        right = node.checks[: node.need]
        return Result(outcome="passed", checks=right, facts=who) if passed else Result(outcome="failed")
    if node.kind == "look_up":
        return None
    if node.outcomes:
        return Result(outcome=rng.choice(node.outcomes), facts={"ticket.number": "260302-0001-3"})
    return None


def _customer(ask: Ask, rng: random.Random) -> Value:
    low = ask.low if ask.low is not None else 1
    match ask.type:
        case "choice":
            return rng.choice([choice.id for choice in ask.choices])
        case "yes_no":
            return rng.random() < 0.5
        case "text":
            return _text(ask, low)
        case "date" | "moment":
            return _day(ask, rng) + (" 16:30" if ask.type == "moment" else "")
    return rng.randint(low, ask.high if ask.high is not None else low + 100_000)


def _text(ask: Ask, low: int) -> str:
    text = _TEXTS[ask.format]
    return text * -(-low // len(text)) if low > len(text) else text[: ask.high]


def _day(ask: Ask, rng: random.Random) -> str:
    """Low and high of a date count days from today."""
    low = ask.low if ask.low is not None else -30
    ahead = rng.randint(low, ask.high if ask.high is not None else low + 60)
    return (date.fromisoformat(TODAY) + timedelta(days=ahead)).isoformat()


def learned(run: Run, node_facts: tuple[str, ...], rng: random.Random) -> dict[str, Value]:
    """A look-up makes its facts known, or not."""
    return {name: _value(name, rng) for name in node_facts} if rng.random() < 0.8 else {}


def walk(blueprint: Blueprint, seed: int, language: str) -> Iterator[Run]:
    """Every place of one random walk, the start first; it stops at an end or after STEPS."""
    rng = random.Random(seed)
    run = start(blueprint, facts(rng), language)
    yield run
    for _ in range(STEPS):
        if ended(run):
            return
        node = current(run)
        if isinstance(node, LookUp):
            run = learn(run, learned(run, node.facts, rng))
        run = advance(run, answer(run, rng))
        yield run
