"""Robot colleagues walk blueprints as people at a desk do: what they mean to do is done, what they saw is recorded."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent_tui.blueprints.model import Blueprint, Do, dump
from agent_tui.blueprints.parse import parse
from agent_tui.blueprints.record import reprint
from agent_tui.blueprints.stats import stats
from agent_tui.config import data
from agent_tui.domain import rows
from agent_tui.domain.centre import Bundle
from agent_tui.domain.commands import Command, PerformAction, RaiseWorkOrder, VerifyCaller, WrapUpContact
from agent_tui.domain.contact import Channel, Contact, ContactState
from agent_tui.domain.customer import Product
from agent_tui.domain.effects import Event
from agent_tui.domain.walk import Walk
from agent_tui.domain.walk_rules import facts
from agent_tui.sim import cast, persona, plan
from agent_tui.sim.floor import Floor
from agent_tui.sim.guided import Guided, Opening
from agent_tui.sim.handling import Handling
from agent_tui.sim.hands import Hands
from agent_tui.sim.leading import Leading
from agent_tui.sim.pace import Pace
from agent_tui.sim.scripts import Scripts, opening
from agent_tui.sim.seat import Answer
from agent_tui.wire.feed import Change
from tests import eg

FOLDER = data.shipped("scripts/scenarios")
CAST, SPEECHES = cast.load(FOLDER), plan.load(FOLDER)
BLUEPRINTS = [
    msgspec.structs.replace(parse(file.read_text("utf-8"), file.name), state="released")
    for file in sorted(data.shipped("scripts/blueprints").glob("*.yaml"))
]
TODAY = "2026-03-02"


def floor_of(*contacts: Contact) -> Floor:
    """A floor with everything in force."""
    floor = Floor(Pace(eg.NOW, 0.0))
    for blueprint in BLUEPRINTS:
        id = f"blueprint:{blueprint.key}"
        bundle = Bundle(id=id, kind="blueprint", revision="1", text=dump(blueprint).decode())
        show(floor, "bundle", id, bundle)
    for contact in contacts:
        show(floor, "contact", contact.id, contact)
    return floor


def show(floor: Floor, entity: str, id: str, row: rows.Entity) -> None:
    floor.take(Change(entity=entity, id=id, version=1, image=msgspec.Raw(rows.encode(row))))


SCRIPTS = Scripts(floor_of(), "Asia/Shanghai")
CUSTOMER = msgspec.structs.replace(
    eg.customer(),
    products=(
        Product(id="p1", kind="credit_card", number="•••• 1234"),
        Product(id="p2", kind="terminal", number="61000001", status="locked"),
        Product(id="p3", kind="account", number="•••• 9876"),
    ),
)


def opened(seed: int, talk_s: float = 600.0, *, known: bool = True) -> tuple[Blueprint, Opening]:
    """A call of the cast as its colleague takes it up."""
    one = persona.invent(CAST, seed, channel="phone")
    topic, speech = CAST.topics[one.topic], SPEECHES.languages[one.language]
    who = CUSTOMER.id if known else None
    contact = eg.contact(channel=Channel.PHONE, category=topic.category, language=one.language, customer_id=who)
    customer = CUSTOMER if known else None
    made = msgspec.structs.replace(plan.make(contact, customer, one, CAST, speech, {}), talk_s=talk_s)
    words = speech.notes[one.topic][0]
    begun = opening(contact, customer, eg.agent(), made, speech.deviations, words, eg.NOW, TODAY)
    return SCRIPTS.opens_with(contact, made.about, eg.NOW)[-1], begun


def walked(guide: Guided, outcome: str = "applied") -> list[Command]:
    """To its end; what it asked to be sent."""
    sent = []
    while not guide.over:
        stay, asked = guide.stay(), guide.asked()
        if asked is not None:
            sent.append(asked)
        guide.go(stay, outcome if asked is not None else None)
    return sent


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(["applied", "refused", "awaiting_approval", "conflict", "failed"]))
def test_every_walk_comes_to_an_end_and_is_printed_again(seed: int, outcome: str) -> None:
    blueprint, begun = opened(seed)
    guide = Guided(blueprint, begun, random.Random(seed))
    walked(guide, outcome)
    walk = guide.walk()
    assert walk is not None and walk.blueprint == blueprint.key
    assert len(reprint(walk, blueprint)) == len(walk.seen)
    assert walk.ended or guide.over
    strayed = any(sight.deviation for sight in walk.seen)
    assert strayed or not walk.missed


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_nobody_unknown_is_verified_and_nothing_is_done_for_them(seed: int) -> None:
    blueprint, begun = opened(seed, known=False)
    sent = walked(Guided(blueprint, begun, random.Random(seed)))
    assert not [command for command in sent if isinstance(command, VerifyCaller | PerformAction)]


def test_the_way_leads_to_what_is_meant_and_the_amount_is_the_customers() -> None:
    found = 0
    for seed in range(60):
        blueprint, begun = opened(seed)
        errand = begun.errand
        if errand.action is None or errand.action not in {n.action for n in blueprint.nodes if isinstance(n, Do)}:
            continue
        for sent in walked(Guided(blueprint, begun, random.Random(seed))):
            if isinstance(sent, PerformAction) and sent.action == errand.action:
                found += 1
                assert errand.amount_minor in (None, sent.amount_minor)
    assert found >= 15


def test_one_who_took_the_wrong_blueprint_puts_it_away_soon() -> None:
    blueprint, begun = opened(3)
    guide = Guided(blueprint, begun, random.Random(1), mistaken=True)
    walked(guide)
    walk = guide.walk()
    assert walk is not None and not walk.ended and len(walk.seen) <= 3


def counted(walks: Sequence[Walk]) -> dict[str, float]:
    events = [
        Event(name="BlueprintWalked", at=eg.NOW, contact_id=str(n), agent_id="a1", data={**facts(walk)})
        for n, walk in enumerate(walks)
    ]
    uses = stats(events, {blueprint.key: blueprint for blueprint in BLUEPRINTS})
    return {
        "ended": sum(use.ended for use in uses) / len(walks),
        "deviations": sum(use.deviations for use in uses),
        "slow": sum(use.seconds > 2 * (use.expected or 1e9) for use in uses),
        "fast": sum(use.seconds * 5 < (use.expected or 0) for use in uses),
    }


def test_statistics_of_many_walks_look_like_those_of_people() -> None:
    """Most come to an end, some do not; some stray; the time is near what authors expected."""
    walks = []
    for seed in range(120):
        blueprint, begun = opened(seed, talk_s=random.Random(seed).uniform(60, 300))
        guide = Guided(blueprint, begun, random.Random(seed))
        while not guide.over and guide.at < begun.talk_s:
            guide.go(guide.stay(), "applied" if guide.asked() is not None else None)
        walks.append(guide.walk())
    told = counted([walk for walk in walks if walk is not None])
    assert 0.6 < told["ended"] < 0.98
    assert 3 <= told["deviations"] <= 40
    assert told["slow"] == told["fast"] == 0


class Deskmate:
    """Takes every command; the customer goes when the talk is over."""

    agent_id = "a1"

    def __init__(self, floor: Floor, contact: Contact) -> None:
        self._floor, self._contact = floor, contact
        self.sent: list[Command] = []

    async def send(self, command: Command) -> Answer:
        self.sent.append(command)
        return Answer(outcome="applied")

    def hang_up(self) -> None:
        gone = msgspec.structs.replace(self._contact, state=ContactState.WRAP_UP)
        show(self._floor, "contact", gone.id, gone)


async def test_the_record_goes_with_the_wrap_up_as_from_a_desk() -> None:
    blueprint, begun = opened(1)
    contact = msgspec.structs.replace(begun.contact, state=ContactState.CONNECTED, agent_id="a1")
    floor = floor_of(contact)
    mate = Deskmate(floor, contact)
    hands = Hands(mate, floor, 1)  # type: ignore[arg-type]
    one = persona.invent(CAST, 1, channel="phone")
    speech = SPEECHES.languages[one.language]
    made = plan.make(contact, eg.customer(), one, CAST, speech, {})
    leading = Leading(hands, (blueprint,), begun)
    handling = Handling(hands, contact, msgspec.structs.replace(made, hold_at=None, wrap_s=0.0), speech, "", leading)
    floor.pace.speed = 100_000.0
    await leading.run(handling._between)
    mate.hang_up()
    await handling.run()
    assert await handling.wrap_up()
    wrap = mate.sent[-1]
    assert isinstance(wrap, WrapUpContact)
    assert wrap.walks[0].blueprint == blueprint.key and wrap.walks[0].ended
    assert wrap.path[0].startswith(f"{blueprint.key}#")
    assert timedelta(milliseconds=wrap.walks[0].lasted_ms) > timedelta(seconds=5)


async def test_a_contact_that_went_elsewhere_is_recorded_too() -> None:
    blueprint, begun = opened(1)
    floor = floor_of()
    mate = Deskmate(floor, begun.contact)
    hands = Hands(mate, floor, 1)  # type: ignore[arg-type]
    one = persona.invent(CAST, 1, channel="phone")
    speech = SPEECHES.languages[one.language]
    leading = Leading(hands, (blueprint,), begun)
    leading._guides.append(Guided(blueprint, begun, random.Random(1)))
    made = plan.make(begun.contact, eg.customer(), one, CAST, speech, {})
    handling = Handling(hands, begun.contact, msgspec.structs.replace(made, wrap_s=0.0), speech, "", leading)
    assert not await handling.wrap_up()
    assert [type(command).__name__ for command in mate.sent] == ["RecordWalk"]


def test_a_wrong_triage_opens_its_blueprint_first() -> None:
    contact = eg.contact(channel=Channel.PHONE, category="card_loss")
    assert [b.id for b in SCRIPTS.opens_with(contact, "instalment", eg.NOW)] == ["card_loss", "instalment"]
    assert [b.id for b in SCRIPTS.opens_with(contact, "card_loss", eg.NOW)] == ["card_loss"]


@pytest.mark.parametrize("kind", ["proposal", "retired"])
def test_only_what_is_in_force_is_opened(kind: str) -> None:
    floor = floor_of()
    for bundle in list(floor.all(Bundle)):
        show(floor, "bundle", bundle.id, msgspec.structs.replace(bundle, kind=kind))
    assert Scripts(floor, "Asia/Shanghai").opens_with(eg.contact(category="card_loss"), "card_loss", eg.NOW) == ()


def test_work_orders_name_their_department() -> None:
    orders = [
        sent
        for seed in range(40)
        for sent in walked(Guided(*opened(seed), random.Random(seed)))
        if isinstance(sent, RaiseWorkOrder)
    ]
    assert orders and all(order.group and order.title and order.text for order in orders)


def chatting() -> tuple[Blueprint, Opening, Floor, Hands]:
    """A robot in a chat, on a clock that runs fast."""
    blueprint, begun = opened(1)
    contact = msgspec.structs.replace(
        begun.contact, channel=Channel.CHAT, state=ContactState.CONNECTED, agent_id="a1"
    )
    floor = floor_of(contact)
    floor.pace.speed = 100_000.0
    hands = Hands(Deskmate(floor, contact), floor, 1)  # type: ignore[arg-type]
    return blueprint, msgspec.structs.replace(begun, contact=contact), floor, hands


async def test_a_chat_is_led_too_and_its_sentences_go_with_the_next_question() -> None:
    blueprint, begun, _, hands = chatting()
    written: list[str] = []

    async def tell(text: str) -> bool:
        written.append(text)
        return True

    async def nothing(_: float) -> None:
        """No hold in writing."""

    leading = Leading(hands, (blueprint,), begun)
    await leading.run(nothing, tell)
    (walk,) = leading.walks()
    seen = {sight.node for sight in walk.seen}
    nodes = {node.id: node for node in blueprint.nodes}
    waited = [nodes[id] for id in seen if nodes[id].kind in ("ask", "check", "offer")]
    assert walk.ended and len(written) <= len(waited) + 1, "no message but with a question, and the last"
    assert not any("____" in text for text in written)
    first = nodes[blueprint.start].texts[begun.contact.language].split("\n")[0].split("{")[0]
    assert written[0].startswith(first)


async def test_whoever_leaves_a_chat_leaves_its_blueprint() -> None:
    blueprint, begun, floor, hands = chatting()
    contact = begun.contact

    async def gone(text: str) -> bool:
        return False

    async def over(_: float) -> None:
        show(floor, "contact", contact.id, msgspec.structs.replace(contact, state=ContactState.WRAP_UP))

    leading = Leading(hands, (blueprint,), begun)
    await leading.run(over, gone)
    (walk,) = leading.walks()
    assert not walk.ended and len(walk.seen) < len(blueprint.nodes)
