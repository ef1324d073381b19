"""Plays a replayed day on a floor: its people come on duty and leave, its calls arrive when they arrived."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from agent_tui.sim import replay as log
from agent_tui.sim.replay import Day, Duty
from agent_tui.sim.shift import Shift


async def replay(shift: Shift, url: str, people: Sequence[tuple[str, str]], file: str, day: date, on: date) -> Day:
    """Until the last call of the day has arrived. InputError, UsageError as `sim.replay`."""
    played = log.day_of(log.read(Path(file)), day, on, shift.how.zone, shift.how.seed)
    duties = [
        asyncio.create_task(_duty(shift, url, login, duty))
        for login, duty in zip(people, played.duties, strict=False)
    ]
    try:
        for arrival in played.arrivals:
            if arrival.at < shift.pace.now():
                continue
            await shift.pace.until(arrival.at)
            shift.customers.arrive(log.persona(arrival, shift.cast, shift.known, shift.how.seed))
    finally:
        for task in duties:
            task.cancel()
        await asyncio.gather(*duties, return_exceptions=True)
    return played


async def _duty(shift: Shift, url: str, login: tuple[str, str], duty: Duty) -> None:
    """One person's hours: signed in at the first service, logged off after the last."""
    if duty.end <= shift.pace.now():
        return
    await shift.pace.until(duty.start)
    colleague = await shift.hire(url, login)
    await shift.pace.until(duty.end)
    await colleague.leave()
