"""Erlang C against published figures and against its own laws."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_tui.metrics.erlang import agents_for_delay, agents_for_service_level, delay, load, staffing
from tests.cli.logs import REAL

PUBLISHED = REAL.parents[1] / "erlang-reference" / "published.json"


def published() -> list[dict[str, float | dict[str, float]]]:
    path = Path(PUBLISHED)
    if not path.exists():
        pytest.skip(f"the published figures are not here: {path}")
    found: list[dict[str, float | dict[str, float]]] = json.loads(path.read_text())["erlang_c"]
    return found


@pytest.mark.real_data
def test_published_figures_come_out_to_ten_digits() -> None:
    for case in published():
        numbers = {name: value for name, value in case.items() if isinstance(value, int | float)}
        found = staffing(
            int(numbers["agents"]), numbers["calls"], numbers["interval_s"], numbers["aht_s"], numbers["target_s"]
        )
        wanted = case["published"]
        assert isinstance(wanted, dict)
        assert found.service_level == pytest.approx(wanted["service_level"], abs=1e-10)
        assert found.occupancy == pytest.approx(wanted["occupancy"], abs=1e-10)
        assert found.waiting == pytest.approx(wanted["waiting_probability"], abs=1e-10)


def test_one_agent_is_a_queue_with_one_server() -> None:
    assert delay(1, 0.6) == pytest.approx(0.6), "in M/M/1 the probability of waiting is the load"
    assert staffing(1, 36, 3600, 60, 0).asa_s == pytest.approx(0.6 * 60 / 0.4)


def test_too_few_agents_never_catch_up() -> None:
    found = staffing(3, 120, 3600, 120, 20)
    assert (found.waiting, found.service_level, found.asa_s) == (1.0, 0.0, math.inf)


@given(st.integers(1, 200), st.floats(0.01, 190))
def test_one_more_agent_never_makes_more_callers_wait(agents: int, erlangs: float) -> None:
    assert delay(agents + 1, erlangs) <= delay(agents, erlangs) + 1e-12
    assert 0.0 <= delay(agents, erlangs) <= 1.0


@given(st.floats(0.01, 150), st.floats(0.01, 0.99))
def test_the_fewest_agents_suffice_and_one_fewer_do_not(erlangs: float, most: float) -> None:
    agents = agents_for_delay(erlangs, most)
    assert delay(agents, erlangs) <= most
    assert agents == 0 or delay(agents - 1, erlangs) > most


@given(st.integers(1, 2000), st.floats(0.3, 0.99))
def test_staffing_for_a_service_level_reaches_it_with_the_fewest(calls: int, share: float) -> None:
    found = agents_for_service_level(calls, 1800, 180, 20, share)
    assert found.service_level >= share
    assert found.agents > load(calls, 1800, 180)
    assert found.agents == 1 or staffing(found.agents - 1, calls, 1800, 180, 20).service_level < share
