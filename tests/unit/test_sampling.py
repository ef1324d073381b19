"""The sample of post-hoc supervision: every risky act, enough of the rest, by a draw that anybody can make again."""

from __future__ import annotations

from datetime import timedelta
from math import comb
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_tui.domain.review import Stratum
from agent_tui.metrics.sampling import Act, Terms, again, draw, groups, rank, size
from tests import eg

TERMS = Terms(top_minor={"waive_fee": 30_000})


def act(seq: int = 1, **fields: Any) -> Act:
    given = {
        "command_id": f"c{seq}",
        "at": eg.NOW + timedelta(seconds=seq),
        "maker": "a1",
        "action": "waive_fee",
        "team": "t1",
        "level": 2,
        "customer_id": "k1",
    }
    return Act(seq=seq, **{**given, **fields})


@pytest.mark.parametrize(
    ("confidence", "error_rate", "wanted"), [(0.95, 0.05, 59), (0.95, 0.01, 299), (0.95, 0.005, 598)]
)
def test_how_many_must_be_looked_at(confidence: float, error_rate: float, wanted: int) -> None:
    assert size(confidence, error_rate) == wanted
    assert 1 - (1 - error_rate) ** wanted >= confidence > 1 - (1 - error_rate) ** (wanted - 1)


@pytest.mark.parametrize(("confidence", "error_rate"), [(0, 0.1), (1, 0.1), (0.9, 0), (0.9, 1)])
def test_there_is_no_sample_without_risk(confidence: float, error_rate: float) -> None:
    with pytest.raises(ValueError, match="no sample"):
        size(confidence, error_rate)


@pytest.mark.parametrize(
    ("fields", "stratum"),
    [
        ({"break_glass": True}, Stratum.BREAK_GLASS),
        ({"amount_minor": 30_001}, Stratum.TOP_TIER),
        ({"delegated": True}, Stratum.DELEGATED),
        ({"approved_in_s": 4.9}, Stratum.QUICK_APPROVAL),
        ({"offline": True}, Stratum.OFFLINE),
        ({"reveal": True, "action": "reveal_field"}, Stratum.REVEAL_ALONE),
    ],
)
def test_every_risky_act_is_looked_at(fields: dict[str, Any], stratum: Stratum) -> None:
    (found,) = draw([act(**fields)], TERMS, "seed")
    assert found.strata == (stratum,)


@pytest.mark.parametrize("fields", [{"amount_minor": 30_000}, {"approved_in_s": 5.0}, {}])
def test_what_is_not_risky_is_left_to_chance(fields: dict[str, Any]) -> None:
    (found,) = draw([act(**fields)], TERMS, "seed")
    assert found.strata == (Stratum.RANDOM,)


@pytest.mark.parametrize(
    ("after", "alone"),
    [
        ({"seq": 2}, False),
        ({"seq": 2, "maker": "a2"}, True),
        ({"seq": 2, "customer_id": "k2"}, True),
        ({"seq": 2, "reveal": True}, True),
        ({"seq": 2, "at": eg.NOW + timedelta(hours=1)}, True),
    ],
)
def test_a_reveal_is_alone_unless_something_was_done_for_that_customer(after: dict[str, Any], alone: bool) -> None:
    reveal = act(1, reveal=True, action="reveal_field")
    found = {one.act.seq: one.strata for one in draw([reveal, act(**after)], TERMS, "seed")}
    assert (Stratum.REVEAL_ALONE in found[1]) == alone


acts = st.lists(
    st.builds(
        lambda team, action, level, offline: {"team": team, "action": action, "level": level, "offline": offline},
        st.sampled_from("xy"),
        st.sampled_from(["waive_fee", "block_card"]),
        st.integers(1, 2),
        st.booleans(),
    ),
    max_size=60,
).map(lambda rows: [act(n, **row) for n, row in enumerate(rows, 1)])


@given(acts, st.text(min_size=1))
def test_each_group_gives_enough_and_nothing_more(population: list[Act], seed: str) -> None:
    terms = Terms(confidence=0.5, error_rate=0.1)
    wanted = size(0.5, 0.1)
    drawn = draw(population, terms, seed)
    assert drawn == draw(list(reversed(population)), terms, seed)
    assert {one.act.seq for one in drawn if one.stratum is Stratum.OFFLINE} == {
        a.seq for a in population if a.offline
    }
    chosen = groups(one.act for one in drawn if one.stratum is Stratum.RANDOM)
    for key, members in groups(a for a in population if not a.offline).items():
        picked = chosen.get(key, [])
        assert len(picked) == min(wanted, len(members))
        last = max(rank(seed, a.command_id) for a in picked)
        assert all(rank(seed, a.command_id) >= last for a in members if a not in picked)


def test_one_review_in_twenty_is_made_again() -> None:
    """Of 4,000 reviews 200 are expected: within five standard deviations of it. All or none at the ends."""
    judged = [f"r{n}" for n in range(4000)]
    found = again(judged, 0.05, "seed")
    assert abs(len(found) - 200) < 5 * (4000 * 0.05 * 0.95) ** 0.5
    assert found == again(reversed(judged), 0.05, "seed") != again(judged, 0.05, "another")
    assert (again(judged, 0.0, "seed"), len(again(judged, 1.0, "seed"))) == ((), 4000)


def test_another_seed_draws_others_and_every_act_has_its_chance() -> None:
    """Over 400 seeds each of 40 acts is drawn about 7/40 of the time: within five standard deviations of it."""
    population = [act(n) for n in range(1, 41)]
    terms = Terms(confidence=0.5, error_rate=0.1)
    assert size(0.5, 0.1) == 7 and comb(40, 7) > 400
    counts = dict.fromkeys(range(1, 41), 0)
    for n in range(400):
        for one in draw(population, terms, f"seed {n}"):
            counts[one.act.seq] += 1
    assert all(abs(count - 70) < 5 * (400 * 7 / 40 * 33 / 40) ** 0.5 for count in counts.values())
