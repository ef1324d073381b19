"""Staffing from queueing theory: Erlang C, for calls that wait as long as it takes.

A. K. Erlang, "Solution of some problems in the theory of probabilities of significance in automatic telephone
exchanges", 1917. Real callers hang up, so Erlang C asks for a few more people than are needed; `delay` is checked
against published figures in the tests.
"""

from __future__ import annotations

import math

import msgspec


class Staffing(msgspec.Struct, frozen=True, kw_only=True):
    """What so many agents would give, in the long run."""

    agents: int
    waiting: float
    """Probability that a call waits at all."""
    service_level: float
    """Share answered within the target."""
    asa_s: float
    """Mean wait of all calls, in seconds; infinite where the queue would grow without end."""
    occupancy: float


def load(calls: float, interval_s: float, handle_s: float) -> float:
    """Offered traffic in erlangs: mean number of calls in progress if nobody had to wait."""
    return calls * handle_s / interval_s


def delay(agents: int, erlangs: float) -> float:
    """Erlang C: the probability that a call waits. 1.0 where agents do not suffice for the load."""
    if erlangs <= 0:
        return 0.0
    if agents <= erlangs:
        return 1.0
    blocked = 1.0
    for n in range(1, agents + 1):
        # Erlang B by its recursion: no factorials, no overflow.
        blocked = erlangs * blocked / (n + erlangs * blocked)
    return blocked / (1 - erlangs / agents * (1 - blocked))


def staffing(agents: int, calls: float, interval_s: float, handle_s: float, target_s: float) -> Staffing:
    """What `agents` give for `calls` in `interval_s` seconds of `handle_s` seconds each."""
    erlangs = load(calls, interval_s, handle_s)
    waiting = delay(agents, erlangs)
    spare = agents - erlangs
    if spare <= 0:
        return Staffing(agents=agents, waiting=1.0, service_level=0.0, asa_s=math.inf, occupancy=1.0)
    return Staffing(
        agents=agents,
        waiting=waiting,
        service_level=1 - waiting * math.exp(-spare * target_s / handle_s),
        asa_s=waiting * handle_s / spare,
        occupancy=erlangs / agents,
    )


def agents_for_delay(erlangs: float, most: float) -> int:
    """The fewest agents with whom no more than `most` of the calls wait. ValueError unless 0 < most."""
    if most <= 0:
        raise ValueError("some call always may have to wait")
    agents = 0
    while delay(agents, erlangs) > most:
        agents += 1
    return agents


def agents_for_service_level(
    calls: float, interval_s: float, handle_s: float, target_s: float, share: float
) -> Staffing:
    """The fewest agents who answer `share` of the calls within `target_s`. ValueError unless share < 1."""
    if share >= 1:
        raise ValueError("no number of agents answers every call in time")
    agents = max(1, math.ceil(load(calls, interval_s, handle_s)))
    while (found := staffing(agents, calls, interval_s, handle_s, target_s)).service_level < share:
        agents += 1
    return found
