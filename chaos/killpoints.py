"""Every kill point, one after the other: a process dies exactly there, is started again, and everything is judged.

python -m chaos --kill-points [--hits 5] [--database postgresql://…]
"""

from __future__ import annotations

import asyncio
import random
import time

import msgspec

from agent_tui import killpoint
from chaos import diary
from chaos.judge import judge
from chaos.place import SEATS, Place, found
from chaos.processes import Server, Station
from chaos.switch import Switch

REACHED_S = 20.0
"""Within this a busy process has passed every point there is often enough."""
PEACE_S = 30.0
LOOK_S = 0.1


class Death(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one point."""

    point: str
    hit: int
    reached: bool
    violations: tuple[str, ...]


class Trial:
    """One process dies at one point while all the others work on a calm line."""

    def __init__(self, place: Place, point: str, hit: int) -> None:
        self._place, self._point, self._hit = place, point, hit
        self._server = Server(place)
        self._stations = [Station(place, seat, hit, self._server.url) for seat in SEATS]
        self._switch = Switch(random.Random(f"{point}/{hit}"))

    async def run(self) -> Death:
        self._place.folder.mkdir(parents=True, exist_ok=True)
        arm = f"{self._point}:{self._hit}"
        at_server = self._point in killpoint.SERVER
        if self._point != "server.key":  # the only one that is passed before there is anything
            found(self._place)
        self._server.start(kill_point=arm if at_server else "")
        switch = asyncio.create_task(self._switch.run(self._server.url))
        victim: Server | Station = self._server if at_server else self._stations[0]
        try:
            for station in self._stations:
                station.start(kill_point="" if at_server or station is not victim else arm)
            reached = await victim.gone(REACHED_S)
            if not self._server.alive:
                if self._point == "server.key":
                    found(self._place)
                self._server.start()
            late = await self._peace()
        finally:
            switch.cancel()
            await asyncio.gather(switch, return_exceptions=True)
            for station in self._stations:
                await station.kill()
            await self._server.kill(15)
        verdict = await asyncio.to_thread(judge, self._place, late)
        return Death(point=self._point, hit=self._hit, reached=reached, violations=verdict.violations)

    async def _peace(self) -> tuple[str, ...]:
        """Everybody is started again without a point; who was not done in time."""
        for station in self._stations:
            await station.kill()
        await self._server.ready()
        before = {s.seat.name: _drains(self._place, s.seat.name) for s in self._stations}
        for station in self._stations:
            station.start(drain=True)
        end = time.monotonic() + PEACE_S
        late = set(before)
        while late and time.monotonic() < end:
            await asyncio.sleep(LOOK_S)
            late = {name for name in late if _drains(self._place, name) == before[name]}
        return tuple(sorted(late))


def _drains(place: Place, name: str) -> int:
    return sum(fact["fact"] == "drained" for fact in diary.read(place.log(name)))


def points() -> tuple[str, ...]:
    """All of them, the server's first."""
    return killpoint.SERVER + killpoint.DESK


def die(place: Place, point: str, hit: int) -> Death:
    """One trial in an empty place."""
    return asyncio.run(Trial(place, point, hit).run())
