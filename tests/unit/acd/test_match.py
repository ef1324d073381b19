"""The laws of the router, over any floor."""

from __future__ import annotations

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from agent_tui.acd import skill
from agent_tui.acd.match import Snapshot, match, why
from agent_tui.acd.priority import order
from agent_tui.domain.agent import Agent, AgentState
from agent_tui.domain.contact import Contact, ContactState, Priority
from agent_tui.domain.rows import queue_sort
from tests import eg

GROUPS = ("cards", "merchant", "vip")
some_groups = st.lists(st.sampled_from(GROUPS), max_size=2, unique=True).map(tuple)
languages = st.sampled_from(["zh", "en", "ja"])

agents = st.lists(
    st.builds(
        lambda **fields: fields,
        groups=some_groups,
        second_groups=some_groups,
        languages=st.lists(languages, min_size=1, unique=True).map(tuple),
        state=st.sampled_from([AgentState.READY, AgentState.READY, AgentState.BUSY, AgentState.NOT_READY]),
        idle_since=st.integers(-600, 0).map(eg.at),
    ),
    max_size=8,
).map(lambda many: tuple(eg.agent(f"a{n}", **fields) for n, fields in enumerate(many)))

contacts = st.lists(
    st.builds(
        lambda **fields: fields,
        group=st.sampled_from(GROUPS),
        language=languages,
        tier=st.sampled_from(["standard", "gold", "vip"]),
        priority=st.sampled_from(Priority),
        state=st.sampled_from([ContactState.QUEUED, ContactState.QUEUED, ContactState.ALERTING]),
        queued_at=st.integers(-600, 0).map(eg.at),
        overflowed_at=st.sampled_from([None, eg.NOW]),
        overflow_groups=some_groups,
    ),
    max_size=8,
).map(lambda many: tuple(eg.contact(f"k{n}", **fields) for n, fields in enumerate(many)))

floors = st.builds(lambda contacts, agents: Snapshot(contacts=contacts, agents=agents), contacts, agents)


def pairs(floor: Snapshot) -> list[tuple[Contact, Agent]]:
    by_id: dict[str, Contact] = {c.id: c for c in floor.contacts}
    people = {a.id: a for a in floor.agents}
    return [(by_id[found.contact_id], people[found.agent_id]) for found in match(floor, eg.NOW)]


@given(floors)
def test_nobody_gets_two_and_nothing_goes_to_two(floor: Snapshot) -> None:
    found = pairs(floor)
    assert len({contact.id for contact, _ in found}) == len(found) == len({agent.id for _, agent in found})


@given(floors)
def test_only_who_waits_goes_to_who_is_free_and_able(floor: Snapshot) -> None:
    for contact, agent in pairs(floor):
        assert contact.state is ContactState.QUEUED
        assert agent.state is AgentState.READY
        assert contact.language in agent.languages
        assert skill.first_line(agent, contact) or contact.overflowed_at is not None
        assert skill.can_take(agent, contact)


@given(floors)
def test_no_later_contact_goes_first_to_who_could_take_an_earlier_one(floor: Snapshot) -> None:
    found = pairs(floor)
    served = {contact.id for contact, _ in found}
    left = [c for c in floor.contacts if skill.waiting(c) and c.id not in served]
    for contact, agent in found:
        assert not [earlier for earlier in left if order(earlier) < order(contact) and skill.can_take(agent, earlier)]


@given(floors)
def test_nobody_able_stays_free_while_a_contact_waits(floor: Snapshot) -> None:
    found = pairs(floor)
    served, taken = {contact.id for contact, _ in found}, {agent.id for _, agent in found}
    for contact in floor.contacts:
        if skill.waiting(contact) and contact.id not in served:
            assert not [a for a in floor.agents if skill.free(a) and a.id not in taken and skill.can_take(a, contact)]


@given(floors, st.randoms(use_true_random=False))
def test_the_order_in_which_rows_are_read_does_not_matter(floor: Snapshot, chance: Random) -> None:
    contacts_, agents_ = list(floor.contacts), list(floor.agents)
    chance.shuffle(contacts_)
    chance.shuffle(agents_)
    assert match(Snapshot(contacts=tuple(contacts_), agents=tuple(agents_)), eg.NOW) == match(floor, eg.NOW)


@given(floors)
def test_every_assignment_says_why(floor: Snapshot) -> None:
    for found in match(floor, eg.NOW):
        assert [reason.key for reason in found.why][-1] == "domain.why.longest_idle"


def test_a_vip_comes_first_in_their_group_although_they_came_last() -> None:
    early = [eg.contact(f"k{n}", queued_at=eg.at(-100 + n)) for n in range(3)]
    vip = eg.contact("kv", tier="vip", queued_at=eg.at(-1))
    (only,) = match(Snapshot(contacts=(*early, vip), agents=(eg.agent(),)), eg.NOW)
    assert only.contact_id == "kv"


def test_the_longest_idle_is_offered_first() -> None:
    people = (eg.agent("a1", idle_since=eg.at(-10)), eg.agent("a2", idle_since=eg.at(-90)))
    (only,) = match(Snapshot(contacts=(eg.contact(),), agents=people), eg.NOW)
    assert only.agent_id == "a2"


def test_the_groups_own_people_come_before_helpers_who_are_idle_longer() -> None:
    helper = eg.agent("a1", groups=("vip",), second_groups=("cards",), idle_since=eg.at(-900))
    own = eg.agent("a2", idle_since=eg.at(-5))
    waiting = eg.contact(overflowed_at=eg.NOW)
    assert match(Snapshot(contacts=(waiting,), agents=(helper, own)), eg.NOW)[0].agent_id == "a2"
    (only,) = match(Snapshot(contacts=(waiting,), agents=(helper,)), eg.NOW)
    assert only.agent_id == "a1"
    assert "domain.why.helping" in [reason.key for reason in only.why]


def test_helpers_leave_alone_what_has_not_overflowed() -> None:
    helper = eg.agent("a1", groups=("vip",), second_groups=("cards",))
    assert match(Snapshot(contacts=(eg.contact(),), agents=(helper,)), eg.NOW) == ()


def test_the_router_serves_in_the_order_in_which_people_see_the_queue() -> None:
    waiting = [
        eg.contact("k1", priority=Priority.NORMAL, queued_at=eg.at(0)),
        eg.contact("k2", priority=Priority.HIGH, tier="vip", queued_at=eg.at(5)),
        eg.contact("k3", priority=Priority.URGENT, queued_at=eg.at(9)),
        eg.contact("k4", priority=Priority.RAISED, tier="gold", queued_at=eg.at(1)),
    ]
    assert sorted(waiting, key=order) == sorted(waiting, key=queue_sort)


def test_the_reason_names_priority_waiting_and_idleness() -> None:
    reasons = why(eg.contact(tier="vip", queued_at=eg.at(-40)), eg.agent(idle_since=eg.at(-7)), eg.NOW)
    assert [(reason.key.rpartition(".")[2], dict(reason.args)) for reason in reasons] == [
        ("priority_1", {}),
        ("waited", {"seconds": 40}),
        ("own_group", {}),
        ("longest_idle", {"seconds": 7}),
    ]
