"""Robot customers: seeded, in character, and they come to an end."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_tui.config import data
from agent_tui.config.centre import load as load_centre
from agent_tui.domain.actions import ACTIONS
from agent_tui.domain.contact import Channel
from agent_tui.errors import InputError
from agent_tui.sim import cast, persona, plan, population
from agent_tui.sim.persona import Known, Talk
from tests import eg

FOLDER = data.shipped("scripts/scenarios")
CAST = cast.load(FOLDER)
SPEECHES = plan.load(FOLDER)
KNOWN = (Known(phone="13800010001"), Known(phone="13800010002", kind="merchant", terminal="61000001"))
SEEDS = st.integers(min_value=0, max_value=2**31)


@given(SEEDS)
def test_the_same_seed_gives_the_same_customer(seed: int) -> None:
    assert persona.invent(CAST, seed, KNOWN) == persona.invent(CAST, seed, KNOWN)


@given(SEEDS)
def test_a_customer_is_possible(seed: int) -> None:
    one = persona.invent(CAST, seed, KNOWN)
    assert one.channel in set(Channel)
    assert one.patience_s > 0 and one.talk_s > 0 and one.first
    assert "{" not in one.first
    assert one.rating is None or 1 <= one.rating <= 5
    matter = CAST.topics[one.topic]
    assert one.known is None or matter.who in ("any", one.known.kind)
    assert (one.terminal is not None) == matter.terminal


@given(SEEDS, st.lists(st.text(max_size=30), max_size=40))
def test_every_conversation_ends(seed: int, heard: list[str]) -> None:
    one = persona.invent(CAST, seed, KNOWN)
    lines, talk = CAST.lines[one.language], Talk()
    for words in [*heard, *["?"] * (persona.TURNS + 3)]:
        talk, reply = persona.hear(one, lines, talk, words)
        if reply is None:
            break
        assert reply.text and reply.typing_s > 0
    assert talk.over
    assert persona.hear(one, lines, talk, "?") == (talk, None)


@given(SEEDS, st.sampled_from(sorted(CAST.topics)), st.sampled_from(sorted(CAST.lines)))
def test_a_colleague_who_asks_and_settles_is_answered(seed: int, topic: str, language: str) -> None:
    one = persona.invent(CAST, seed, KNOWN, topic=topic, channel="chat", language=language)
    speech, lines, talk = SPEECHES.languages[language], CAST.lines[language], Talk()
    words = (speech.greet, *speech.topics[topic].ask, speech.verify, speech.topics[topic].done, speech.close)
    replies = []
    for text in words:
        talk, reply = persona.hear(one, lines, talk, text)
        replies.append(reply)
    assert replies[0] is not None
    assert talk.over == any(reply is not None and reply.over for reply in replies)


def test_an_answer_is_given_once() -> None:
    one = persona.invent(CAST, 1, topic="pos_trouble", channel="chat", language="zh")
    talk, first = persona.hear(one, CAST.lines["zh"], Talk(), "请问终端号?")
    _, second = persona.hear(one, CAST.lines["zh"], talk, "请问终端号?")
    assert first is not None and second is not None
    assert one.terminal is not None and one.terminal in first.text
    assert one.terminal not in second.text


def test_the_cast_speaks_of_what_the_centre_has() -> None:
    centre = load_centre(data.shipped("scripts/centre"))
    categories = {category.id: category for category in centre.categories}
    groups = {group.id for group in centre.groups}
    for topic in CAST.topics.values():
        assert topic.category in categories
        for deal in topic.deals:
            assert deal.action is None or deal.action in ACTIONS
            assert deal.order is None or deal.order in groups
            assert (deal.minor is not None) == bool(deal.action and ACTIONS[deal.action].amount)


def test_missing_lines_are_named(tmp_path: Path) -> None:
    for file in FOLDER.glob("cast*.yaml"):
        (tmp_path / file.name).write_text(file.read_text("utf-8"), "utf-8")
    text = (tmp_path / "cast.ja.yaml").read_text("utf-8").replace("  statement:\n", "  statements:\n")
    (tmp_path / "cast.ja.yaml").write_text(text, "utf-8")
    with pytest.raises(InputError) as error:
        cast.load(tmp_path)
    assert error.value.args_ == {"file": "cast.ja.yaml", "names": "statement"}


@given(SEEDS)
def test_a_plan_fits_the_contact(seed: int) -> None:
    one = persona.invent(CAST, seed, KNOWN)
    centre = load_centre(data.shipped("scripts/centre"))
    known = {category.id: category for category in centre.categories}
    speech = SPEECHES.languages[one.language]
    made = plan.make(eg.contact(channel=Channel(one.channel)), eg.customer(), one, CAST, speech, known)
    assert made.result in known[made.category].results
    assert made.action is None or made.action in ACTIONS
    assert made == plan.make(eg.contact(channel=Channel(one.channel)), eg.customer(), one, CAST, speech, known)


def test_made_up_customers_are_the_same_each_time_and_differ_from_each_other() -> None:
    source = population.load(FOLDER)
    made = list(population.people(source, 300, 1))
    assert made == list(population.people(source, 300, 1))
    assert len({one.phone for one in made}) == len({one.id for one in made}) == 300
    terminals = [p.number for one in made for p in one.products if p.kind == "terminal"]
    assert len(set(terminals)) == len(terminals)


@given(SEEDS)
def test_a_made_up_resident_number_has_its_check_character(seed: int) -> None:
    number = population.id_number(random.Random(seed))
    digits = [10 if ch == "X" else int(ch) for ch in number]
    weights = (*population.ID_WEIGHTS, 1)
    assert len(number) == 18 and sum(d * w for d, w in zip(digits, weights, strict=True)) % 11 == 1
