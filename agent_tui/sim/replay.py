"""A real day of a call log, played again: its arrivals, its patience, its talk times, its people on duty.

What the log does not say is added and said here:

* A call begins at the bank's wall-clock time, on the date of the demonstration.
* Hung up in the menu (outcome HANG without a queue): never reached an agent here either; counted, not offered.
  PHANTOM rows are no calls; the reader of the log has refused and counted them.
* Patience of those who gave up is their q_time. Of those who were answered the log only knows that it was longer than
  their q_time: it is drawn from `traffic.patience`, given that.
* A talk lasts ser_time. Answered calls without one (no named server, no service) get the mean of the day.
* There is no wrap-up in the log: the next service begins at once. Colleagues need WRAP_S for the keys.
* Every call goes to one group, so that the queue on the screen is that bank's queue; priority 2 stands before the
  others, type PE speaks English, the customer's words come from the cast.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TypeAlias
from zoneinfo import ZoneInfo

import msgspec

from agent_tui.domain.contact import Channel, Priority
from agent_tui.errors import InputError, UsageError
from agent_tui.metrics.calllog import TIMEZONE, Call, CallLog, parse_call_log
from agent_tui.sim import persona as people
from agent_tui.sim import traffic
from agent_tui.sim.cast import Cast
from agent_tui.sim.persona import Known, Persona

Move: TypeAlias = Callable[[datetime], datetime]
GROUP = "cards"
TOPICS = {
    "PS": ("balance", "statement", "fee_waiver", "limit", "card_lost"),
    "PE": ("balance", "statement", "card_lost"),
    "NE": ("limit", "dispute"),
    "NW": ("instalment", "limit"),
    "TT": ("complaint", "dispute"),
    "IN": ("app_login",),
}
"""Type of call in the log → topics of the cast it may be about."""
WRAP_S = 2.0
WAITS_NO_MORE_S = 7_200.0


class Arrival(msgspec.Struct, frozen=True, kw_only=True):
    """One call of the day, as it will be played."""

    at: datetime
    """Reaches the queue (after the menu)."""
    call: Call
    patience_s: float
    talk_s: float


class Duty(msgspec.Struct, frozen=True, kw_only=True):
    """From the first to the last service of one of the log's people."""

    server: str
    start: datetime
    end: datetime


class Day(msgspec.Struct, frozen=True, kw_only=True):
    arrivals: tuple[Arrival, ...]
    duties: tuple[Duty, ...]
    menu: int
    """Hung up in the menu: not offered."""
    phantom: int
    """PHANTOM rows of the whole file."""
    answered: int
    abandoned: int


def read(path: Path) -> CallLog:
    """The log at `path`. InputError when it cannot be read or is none."""
    try:
        with path.open(encoding="utf-8", errors="replace", newline="") as lines:
            return parse_call_log(lines, str(path))
    except OSError as error:
        raise InputError("error.file", path=str(path), reason=error.strerror or str(error)) from error


def day_of(log: CallLog, day: date, on: date, zone: str, seed: int = 1) -> Day:
    """The calls of `day`, moved to the date `on` at the same wall-clock times in `zone`. UsageError names the days
    of the log when there are none."""
    calls = [call for call in log.calls if call.day == day]
    if not calls:
        days = sorted({call.day for call in log.calls})
        known = f"{days[0]} … {days[-1]}" if days else "–"
        raise UsageError("sim.no_day", day=str(day), known=known)
    move = _mover(day, on, zone)
    queued = [call for call in calls if call.outcome != "menu"]
    served = [call.talk_s for call in queued if call.talk_s > 0]
    mean = sum(served) / len(served) if served else 120.0
    arrivals = sorted((_arrival(call, move, mean, seed) for call in queued), key=lambda a: (a.at, a.call.line))
    return Day(
        arrivals=tuple(arrivals),
        duties=tuple(_duties(queued, move)),
        menu=len(calls) - len(queued),
        phantom=sum(1 for remark in log.refusals if remark.reason == "phantom"),
        answered=sum(call.outcome == "answered" for call in queued),
        abandoned=sum(call.outcome == "abandoned" for call in queued),
    )


def _mover(day: date, on: date, zone: str) -> Move:
    """Moments of the bank's day → the same wall-clock moments of another day in another zone."""
    start = datetime.combine(day, time(), ZoneInfo(TIMEZONE))
    there = datetime.combine(on, time(), ZoneInfo(zone))
    return lambda moment: there + (moment - start)


def _arrival(call: Call, move: Move, mean_talk_s: float, seed: int) -> Arrival:
    reached = call.queued_at or call.arrived_at + timedelta(seconds=call.menu_s)
    rng = random.Random(f"{seed}/{call.id}")
    patience = float(call.wait_s) if call.outcome == "abandoned" else _longer(rng, call.wait_s)
    return Arrival(at=move(reached), call=call, patience_s=patience, talk_s=float(call.talk_s) or mean_talk_s)


def _longer(rng: random.Random, than_s: float) -> float:
    """Patience, given that it was longer than `than_s` (by rejection; the tail is heavy enough)."""
    for _ in range(200):
        drawn = traffic.patience(rng)
        if drawn > than_s:
            return drawn
    return max(than_s * 1.5, WAITS_NO_MORE_S)


def _duties(calls: Sequence[Call], move: Move) -> Iterator[Duty]:
    """Longest on duty first."""
    spans: dict[str, list[datetime]] = {}
    for call in calls:
        if call.server is not None and call.answered_at is not None:
            spans.setdefault(call.server, []).extend(
                (call.answered_at, call.answered_at + timedelta(seconds=call.talk_s))
            )
    duties = [Duty(server=name, start=move(min(found)), end=move(max(found))) for name, found in spans.items()]
    return iter(sorted(duties, key=lambda duty: (duty.start - duty.end, duty.server)))


def persona(arrival: Arrival, cast: Cast, known: Sequence[Known], seed: int) -> Persona:
    """The customer of a call of the log. A caller whom the log knows is the same customer each time."""
    call = arrival.call
    rng = random.Random(f"{seed}/{call.customer_id or call.id}")
    topics = TOPICS.get(call.type, TOPICS["PS"])
    language = "en" if call.type == "PE" else "zh"
    drawn = people.invent(
        cast,
        rng.getrandbits(32),
        known if call.customer_id else (),
        topic=topics[call.line % len(topics)],
        channel=Channel.PHONE.value,
        language=language,
    )
    return msgspec.structs.replace(
        drawn,
        patience_s=arrival.patience_s,
        talk_s=max(arrival.talk_s, 1.0),
        group=GROUP,
        wrap_s=WRAP_S,
        priority=Priority.HIGH if call.priority == 2 else Priority.NORMAL,
    )
