"""One campaign: a server, desks, a switch and a bad line between them; something terrible every second; then peace, and
the question whether everything that was said is true."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable

import msgspec

from bench.postgres import Cluster
from chaos import diary, disaster
from chaos.evidence import waiting
from chaos.place import SEATS, Place, found
from chaos.processes import Server, Station
from chaos.proxy import Proxy
from chaos.switch import Switch

BETWEEN_S = (0.5, 2.5)
WEATHER_S = (1.5, 5.0)
PEACE_S = 30.0
"""Within this after the last fault every desk has sent what it kept and shows what is (I15), for up to so many commands:"""
PEACE_FOR = 200
SETTLED_S = 1.0
OPENED_S = 60.0
"""For the processes themselves to be there."""
CLOCK_S = (-86_400.0, -3_600.0, -60.0, 60.0, 3_600.0, 86_400.0)

ONCE = 1
"""A deed that was drawn no oftener may have met nobody; one that never takes effect is broken."""

Deed = Callable[[], Awaitable[bool]]
"""Says whether it took effect."""


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What happened in a campaign, before it is judged."""

    counts: dict[str, int]
    late: tuple[str, ...]
    """Desks that were not done within `PEACE_S`."""
    peace_s: float
    idle: tuple[str, ...] = ()
    """Deeds that were drawn and never took effect."""


class Campaign:
    """`run` once."""

    def __init__(
        self,
        place: Place,
        seed: int,
        seconds: float,
        servers: int = 1,
        cluster: Cluster | None = None,
        peace_s: float = PEACE_S,
    ) -> None:
        """Several servers need a database that they can share; `cluster` is one that may be killed."""
        self._cluster, self._peace_s = cluster, peace_s
        self._place, self._seed, self._seconds = place, seed, seconds
        self._rng = random.Random(seed)
        self.counts: Counter[str] = Counter()
        self._took: Counter[str] = Counter()
        self._servers = [Server(place, f"server{n}") for n in range(servers)]
        self._proxy = Proxy(self._target, random.Random(f"{seed}/proxy"))
        self._switch = Switch(random.Random(f"{seed}/switch"))
        self._stations: list[Station] = []

    @property
    def _server(self) -> Server:
        """The one that something happens to."""
        return self._rng.choice(self._servers)

    def _target(self) -> tuple[str, int]:
        """Where the next connection leads, as behind a balancer."""
        alive = [server for server in self._servers if server.alive] or self._servers
        return "127.0.0.1", random.choice(alive).port

    async def run(self) -> Told:
        found(self._place)
        for server in self._servers:
            server.start()
        for server in self._servers:
            await server.ready()
        await self._proxy.start()
        url = f"http://127.0.0.1:{self._proxy.port}"
        self._stations = [Station(self._place, seat, self._seed, url) for seat in SEATS]
        self._plug_in()
        try:
            for station in self._stations:
                station.start()
            # A storm over desks that are not there yet would prove nothing.
            await self._until("shown", dict.fromkeys((s.seat.name for s in self._stations), 0), OPENED_S)
            await self._storm()
            return await self._peace()
        finally:
            await self._unplug()
            await self._end()

    def _plug_in(self) -> None:
        self._calls = asyncio.create_task(self._switch.run(self._servers[0].url))

    async def _unplug(self) -> None:
        self._calls.cancel()
        await asyncio.gather(self._calls, return_exceptions=True)

    async def _storm(self) -> None:
        end = time.monotonic() + self._seconds
        deeds = self._deeds()
        weather = asyncio.create_task(self._weather())
        while time.monotonic() < end:
            await asyncio.sleep(self._rng.uniform(*BETWEEN_S))
            name, deed = self._rng.choices([d[:2] for d in deeds], [d[2] for d in deeds])[0]
            self.counts[name] += 1
            self._took[name] += await deed()
        weather.cancel()

    async def _weather(self) -> None:
        """Good lines in between: where nothing ever gets through, nothing can go wrong either."""
        while True:
            self._proxy.calm = not self._proxy.calm
            await asyncio.sleep(self._rng.uniform(*WEATHER_S))

    def _deeds(self) -> list[tuple[str, Deed, int]]:
        """Name, what is done, how often compared with the others."""
        return [
            ("kill_desk", self._kill_desk, 40),
            ("kill_server", self._kill_server, 14),
            ("stop_server", self._stop_server, 3),
            ("pause_desk", self._pause_desk, 8),
            ("pause_server", self._pause_server, 6),
            ("disk_full_desk", self._starve_desk, 8),
            ("disk_full_server", self._starve_server, 6),
            ("clock_jump_desk", self._skew_desk, 6),
            ("lease_over", self._end_lease, 4),
            ("clock_jump_server", self._skew_server, 4),
            ("back_up", self._back_up, 12),
            ("restore", self._restore, 3),
            ("sessions_over", self._end_sessions, 4),
            ("scope_change", self._move, 6),
            ("reword", self._reword, 6),
            ("wipe", self._wipe, 8),
            *self._deeds_on_postgres(),
        ]

    def _deeds_on_postgres(self) -> list[tuple[str, Deed, int]]:
        """What can befall a database of its own."""
        found: list[tuple[str, Deed, int]] = []
        if self._place.database:
            found.append(("lose_connections", self._lose, 5))
        if self._cluster is not None:
            found.append(("kill_postgres", self._kill_postgres, 3))
        return found

    def _one(self) -> Station:
        return self._rng.choice(self._stations)

    async def _kill_desk(self) -> bool:
        station = self._one()
        met = station.alive
        await station.kill()
        station.start()
        return met

    async def _kill_server(self) -> bool:
        return await self._restart(self._server)

    async def _restart(self, server: Server) -> bool:
        met = server.alive
        await server.kill()
        await asyncio.sleep(self._rng.uniform(0, 0.8))
        server.start()
        return met

    async def _stop_server(self) -> bool:
        server = self._server
        met = server.alive
        await server.kill(15)
        server.start()
        return met

    async def _pause_desk(self) -> bool:
        return await self._one().pause(self._rng.uniform(0.5, 2.0))

    async def _pause_server(self) -> bool:
        return await self._server.pause(self._rng.uniform(0.5, 2.0))

    async def _starve_desk(self) -> bool:
        return await self._one().starve(self._rng.uniform(0.5, 2.0))

    async def _starve_server(self) -> bool:
        return await self._server.starve(self._rng.uniform(0.5, 1.5))

    async def _skew_desk(self) -> bool:
        station = self._one()
        station.skew_ms = int(self._rng.choice(CLOCK_S) * 1000)
        await station.kill()
        station.start()
        return True

    async def _end_lease(self) -> bool:
        station = self._one()
        await station.kill()
        ended = disaster.end_lease(self._place, station.seat)
        station.start()
        return ended

    async def _skew_server(self) -> bool:
        server = self._server
        server.skew_s = self._rng.choice(CLOCK_S)
        return await self._restart(server)

    async def _back_up(self) -> bool:
        return await asyncio.to_thread(disaster.back_up, self._place)

    async def _restore(self) -> bool:
        """The ledger is lost; what others keep is older, if only by a moment. Its clock does not go back with it."""
        if not self._took["back_up"] and not await self._back_up():
            return False
        for server in self._servers:
            await server.kill()
        await self._unplug()
        restored = await asyncio.to_thread(disaster.restore, self._place)
        self.counts["restored"] += restored
        for server in self._servers:
            server.start()
        self._plug_in()
        return restored

    async def _end_sessions(self) -> bool:
        return await asyncio.to_thread(disaster.end_sessions, self._place)

    async def _move(self) -> bool:
        return await asyncio.to_thread(disaster.move_somebody, self._place, self._rng)

    async def _reword(self) -> bool:
        return await asyncio.to_thread(disaster.reword, self._place, self._rng)

    async def _wipe(self) -> bool:
        """The desk hears of it when it next gets through, whatever befalls it meanwhile."""
        return await asyncio.to_thread(disaster.order_wipe, self._place, self._one().seat)

    async def _lose(self) -> bool:
        return await asyncio.to_thread(disaster.lose_connections, self._place)

    async def _kill_postgres(self) -> bool:
        """On this thread: its server ends with the thread that started it."""
        assert self._cluster is not None
        self._cluster.kill()
        await asyncio.sleep(self._rng.uniform(0.2, 2.0))
        self._cluster.start()
        return True

    # ---- peace ---------------------------------------------------------------------------------------------------

    async def _peace(self) -> Told:
        """No fault any more: everything is sent, everything is seen."""
        self._proxy.calm = True
        for station in self._stations:
            await station.kill()
        for server in self._servers:
            if not server.alive:
                server.start()
        for server in self._servers:
            await server.ready()
        await self._unplug()
        marks = {s.seat.name: _lines(self._place, s.seat.name) for s in self._stations}
        self.counts["queued_at_peace"] = queued = await asyncio.to_thread(waiting, self._place)
        for station in self._stations:
            station.skew_ms = 0
            station.start(drain=True)
        await self._until("opened", marks, OPENED_S)
        began = time.monotonic()
        late = await self._until("drained", marks, self._peace_s * max(1.0, queued / PEACE_FOR))
        took = time.monotonic() - began
        await asyncio.sleep(SETTLED_S)
        counts = {**self.counts, **{f"line_{k}": n for k, n in self._proxy.counts.items()}}
        counts |= {"desk_starts": sum(s.runs for s in self._stations), "contacts": self._switch.offered}
        drawn = {name: self.counts[name] for name, *_ in self._deeds()}
        idle = tuple(sorted(name for name, n in drawn.items() if n > ONCE and not self._took[name]))
        return Told(counts=counts, late=tuple(sorted(late)), peace_s=took, idle=idle)

    async def _until(self, fact: str, marks: dict[str, int], within_s: float) -> set[str]:
        """Wait until every desk wrote this fact after its mark; the desks that did not."""
        end, late = time.monotonic() + within_s, set(marks)
        while late and time.monotonic() < end:
            await asyncio.sleep(0.2)
            late = {name for name in late if not _wrote(self._place, name, marks[name], fact)}
        return late

    async def _end(self) -> None:
        for station in self._stations:
            await station.kill()
        for server in self._servers:
            await server.kill(15)
        await self._proxy.stop()


def _lines(place: Place, name: str) -> int:
    return sum(1 for _ in diary.read(place.log(name)))


def _wrote(place: Place, name: str, after: int, fact: str) -> bool:
    facts = list(diary.read(place.log(name)))[after:]
    return any(one["fact"] == fact for one in facts)
