"""Arrivals, patience and talk are those of the log they were measured from."""

from __future__ import annotations

import math
import random
from datetime import UTC, datetime, timedelta
from statistics import fmean

from hypothesis import given
from hypothesis import strategies as st

from agent_tui.sim import traffic
from tests import eg

ZONE = "Asia/Shanghai"


@given(st.integers(min_value=0, max_value=10**9))
def test_the_rate_is_a_share_of_the_busiest_half_hour(second: int) -> None:
    assert 0.0 <= traffic.shape(eg.at(second), ZONE) <= 1.0


def test_in_the_middle_of_a_half_hour_the_rate_is_that_of_the_log() -> None:
    at = datetime(2026, 3, 2, 2, 15, tzinfo=UTC)
    assert math.isclose(traffic.shape(at, ZONE), traffic.CURVE[20] / traffic.BUSIEST)


@given(st.integers(), st.floats(min_value=1, max_value=600))
def test_arrivals_come_in_order_and_within_the_interval(seed: int, peak: float) -> None:
    moments = list(traffic.arrivals(random.Random(seed), eg.NOW, 3600, peak, lambda _: 0.7))
    assert moments == sorted(moments)
    assert all(eg.NOW <= moment < eg.NOW + timedelta(hours=1) for moment in moments)


def test_thinning_keeps_the_wanted_share() -> None:
    moments = list(traffic.arrivals(random.Random(5), eg.NOW, 3600 * 200, 100, lambda _: 0.25))
    assert abs(len(moments) / 200 - 25) < 1.5


def test_nobody_comes_where_nobody_is_wanted() -> None:
    assert list(traffic.arrivals(random.Random(1), eg.NOW, 3600, 0, lambda _: 1.0)) == []


def test_patience_has_the_mean_of_the_weibull_that_was_fitted() -> None:
    rng = random.Random(2)
    mean = traffic.PATIENCE_SCALE_S * math.gamma(1 + 1 / traffic.PATIENCE_SHAPE)
    assert abs(fmean(traffic.patience(rng) for _ in range(40_000)) / mean - 1) < 0.03


@given(st.integers(), st.floats(min_value=30, max_value=600))
def test_a_talk_is_neither_nothing_nor_endless(seed: int, mean: float) -> None:
    assert traffic.TALK_MIN_S <= traffic.talk(random.Random(seed), mean) <= traffic.TALK_MAX_S


def test_load_in_erlangs() -> None:
    assert traffic.load(200, 180) == 10.0
