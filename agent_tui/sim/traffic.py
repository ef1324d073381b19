"""How many people come when, how long they wait and how long they talk. Pure and seeded; times in business seconds.

Rates and means are those of the Anonymous Bank's call log, 1 to 21 February 1999 (Mandelbaum, Sakov, Zeltyn;
Technion), which the project's tests read: 15 weekdays Sunday to Thursday for the arrivals; 13,906 calls that had
queued for the patience; 20,443 services by a named server for the talk.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

HALF_HOUR = 1800
CURVE = (
    *(3.5, 1.8, 1.3, 0.4, 0.4, 0.3, 0.1, 0.1, 0.1, 0.2, 0.2, 0.8),
    *(0.9, 4.9, 15.9, 24.3, 37.9, 62.4, 50.7, 60.0, 63.9, 63.0, 59.7, 56.9),
    *(45.8, 48.6, 71.1, 58.1, 58.3, 57.0, 56.2, 57.5, 61.9, 61.0, 55.4, 45.7),
    *(46.9, 40.3, 36.3, 34.3, 27.3, 31.9, 30.5, 36.3, 31.6, 23.3, 24.7, 16.9),
)
"""Mean calls of a weekday by half-hour (outcome AGENT or HANG), from midnight."""
BUSIEST = max(CURVE)

PATIENCE_SHAPE, PATIENCE_SCALE_S = 0.90, 376.0
"""Weibull by maximum likelihood: HANG after q_time is the event, AGENT after q_time censors it. The mean is 396 s;
the exponential of the same data has 333 s, and the Kaplan-Meier curve keeps 81 % after 60 s, 60 % after 180 s."""

TALK_SIGMA = 1.228
"""Standard deviation of the logarithm of ser_time; its mean is 174.7 s, its median 106 s."""
TALK_MIN_S, TALK_MAX_S = 12.0, 1500.0


def shape(moment: datetime, zone: str) -> float:
    """The rate at `moment` relative to the busiest half-hour (0 to 1), by the clock of `zone`."""
    local = moment.astimezone(ZoneInfo(zone))
    second = local.hour * 3600 + local.minute * 60 + local.second
    # Between the middles of two half-hours the rate goes straight, so that it does not jump on the hour.
    at = second / HALF_HOUR - 0.5
    low = math.floor(at)
    part = at - low
    return (CURVE[low % 48] * (1 - part) + CURVE[(low + 1) % 48] * part) / BUSIEST


def arrivals(
    rng: random.Random, start: datetime, seconds: float, peak_per_hour: float, rate: Callable[[datetime], float]
) -> Iterator[datetime]:
    """Moments of a non-homogeneous Poisson process by thinning (Lewis and Shedler 1979): candidates at the peak
    rate, each kept with probability `rate(moment)` (0 to 1)."""
    if peak_per_hour <= 0:
        return
    at = 0.0
    while True:
        at += rng.expovariate(peak_per_hour / 3600)
        if at >= seconds:
            return
        moment = start + timedelta(seconds=at)
        if rng.random() < rate(moment):
            yield moment


def patience(rng: random.Random) -> float:
    """Seconds until a caller gives up."""
    return rng.weibullvariate(PATIENCE_SCALE_S, PATIENCE_SHAPE)


def talk(rng: random.Random, mean_s: float) -> float:
    """Seconds of talk, log-normal with the given mean before it is cut to TALK_MIN_S..TALK_MAX_S."""
    mu = math.log(mean_s) - TALK_SIGMA**2 / 2
    return min(max(rng.lognormvariate(mu, TALK_SIGMA), TALK_MIN_S), TALK_MAX_S)


def load(peak_per_hour: float, mean_handle_s: float) -> float:
    """Offered load in erlangs at the peak: how many people it keeps busy."""
    return peak_per_hour * mean_handle_s / 3600
