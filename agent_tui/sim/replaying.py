"""Plays a replayed day on a floor: its people come on duty and leave, its calls arrive when they arrived."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

from agent_tui.sim import replay as log
from agent_tui.sim.replay import Arrival, Day, Duty
from agent_tui.sim.shift import Shift


def prepare(file: Path, day: date, on: date, zone: str, seed: int) -> Day:
    """Read the day before the clock runs. InputError, UsageError as `sim.replay`."""
    return log.day_of(log.read(file), day, on, zone, seed)


async def replay(
    shift: Shift, url: str, people: Sequence[tuple[str, str]], day: Day, until: datetime | None, played: list[Arrival]
) -> None:
    """Until `until` or the last call of the day has arrived. Calls of before now are left out; those that came are
    added to `played`. Hours beyond the people at hand stay unmanned."""
    duties = [
        asyncio.create_task(_duty(shift, url, login, duty)) for login, duty in zip(people, day.duties, strict=False)
    ]
    try:
        for arrival in day.arrivals:
            if arrival.at < shift.pace.now():
                continue
            if until is not None and arrival.at >= until:
                break
            await shift.pace.until(arrival.at)
            shift.customers.arrive(log.persona(arrival, shift.cast, shift.known, shift.how.seed))
            played.append(arrival)
        if until is not None:
            await shift.pace.until(until)
    finally:
        for task in duties:
            task.cancel()
        await asyncio.gather(*duties, return_exceptions=True)


async def _duty(shift: Shift, url: str, login: tuple[str, str], duty: Duty) -> None:
    """One person's hours: signed in at the first service, logged off after the last."""
    if duty.end <= shift.pace.now():
        return
    await shift.pace.until(duty.start)
    colleague = await shift.hire(url, login)
    await shift.pace.until(duty.end)
    await colleague.leave()
