"""`make fleet`: 200 desks on two server processes over one PostgreSQL, and on one over SQLite for comparison.

Calls arrive for one group after another. Each must reach every desk of its group and no other; printed is how long that
took, from the moment the switch sent the event to the moment the desk had the page.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from agent_tui import ids
from agent_tui.client import endpoints
from agent_tui.client.api import Api
from agent_tui.client.endpoints import Bye
from agent_tui.clock import monotonic, wall
from agent_tui.domain.agent import Agent, AgentState
from agent_tui.domain.centre import Group, Names
from agent_tui.domain.commands import OfferNew
from agent_tui.domain.contact import Channel
from agent_tui.errors import ConnectionError_
from agent_tui.server import seed
from agent_tui.server.database import Database
from agent_tui.server.place import Remote, Where
from agent_tui.wire import routes
from agent_tui.wire.command import Envelope, Outcome
from agent_tui.wire.feed import Page
from bench.postgres import find
from bench.serving import Serving

PASSWORD = "a desk of the fleet"
GROUPS = 4
AT_ONCE = 8
"""Sign-ins at the same time."""
EVERY_S = 0.25
"""Between two calls."""
SETTLE_S = 5.0
"""What has not arrived after so long counts as lost."""


class Desk(NamedTuple):
    """One seat: who, of which group, at which server."""

    login: str
    group: str
    url: str


class Seen:
    """When each call was sent, and when which desk had it."""

    def __init__(self) -> None:
        self.sent: dict[str, float] = {}
        self.group: dict[str, str] = {}
        self.got: dict[str, dict[str, float]] = defaultdict(dict)

    def page(self, login: str, page: Page) -> None:
        now = monotonic()
        for change in page.changes:
            if change.entity == "contact" and change.id in self.sent and not change.remove:
                self.got[change.id].setdefault(login, now - self.sent[change.id])


class Verdict(NamedTuple):
    """What came of it, in milliseconds."""

    reached: int
    lost: int
    leaked: int
    p50: float
    p99: float
    worst: float


def judge(seen: Seen, desks: Iterable[Desk]) -> Verdict:
    """Compare what arrived with who may see it. Pure."""
    by_group: dict[str, set[str]] = defaultdict(set)
    for desk in desks:
        by_group[desk.group].add(desk.login)
    lost = leaked = 0
    took: list[float] = []
    for contact_id, group in seen.group.items():
        got = seen.got[contact_id]
        lost += len(by_group[group] - got.keys())
        leaked += len(got.keys() - by_group[group])
        took += [seconds * 1000 for login, seconds in got.items() if login in by_group[group]]
    cuts = statistics.quantiles(took, n=100, method="inclusive") if len(took) > 1 else [0.0] * 99
    return Verdict(len(took), lost, leaked, cuts[49], cuts[98], max(took, default=0.0))


def people(count: int) -> list[Agent]:
    """Everybody at a desk, spread over the groups."""
    return [
        Agent(
            id=f"f{n:03}",
            login=f"fleet.{n:03}",
            name=f"坐席{n:03}",
            level=2,
            groups=(f"fleet{n % GROUPS}",),
            state=AgentState.LOGGED_OFF,
            since=wall(),
        )
        for n in range(count)
    ]


def furnish(where: Where, crowd: list[Agent]) -> None:
    """A ledger with these people in it, and a switch."""
    db = Database(where)
    groups = [Group(id=f"fleet{n}", names=Names(f"机群{n}", f"Fleet {n}", f"群{n}")) for n in range(GROUPS)]
    seed.ensure_head(db)
    db.write_now(lambda tx: seed.publish(tx, [*groups, *crowd], "SeedFleet", wall()))
    accounts = [seed.NewAccount(login=one.login, password=PASSWORD, agent_id=one.id) for one in crowd]
    seed.add_accounts(
        db, [*accounts, seed.NewAccount(login="link:fleet", password=PASSWORD, kind="link")], seed.QUICK
    )
    db.close()


async def sit(desk: Desk, seen: Seen, gate: asyncio.Semaphore, ready: asyncio.Event) -> None:
    """Sign in, take the snapshot, follow the feed; begin again from the last cursor when the server says goodbye."""
    api = Api(desk.url, f"d-{desk.login}")
    try:
        async with gate:
            cursor = await _come_in(api, desk)
        while True:
            async with endpoints.stream(api, cursor) as events:
                ready.set()
                async for event in events:
                    if isinstance(event, Bye):
                        break
                    if isinstance(event, Page):
                        cursor = event.to
                        seen.page(desk.login, event)
    finally:
        await api.close()


async def _come_in(api: Api, desk: Desk) -> str:
    """The cursor of a whole snapshot; like a real desk, whoever gets no answer tries again."""
    while True:
        with suppress(ConnectionError_):
            api.token = (await endpoints.sign_in(api, desk.login, PASSWORD)).token
            page = await endpoints.snapshot(api, "")
            cursor = page.cursor
            while page.after:
                page = await endpoints.snapshot(api, page.after)
            return cursor
        await asyncio.sleep(1.0)


async def call(api: Api, seen: Seen, n: int) -> None:
    """The switch reports a call for the next group."""
    contact_id, group = ids.uuid7(), f"fleet{n % GROUPS}"
    seen.group[contact_id] = group
    seen.sent[contact_id] = monotonic()
    new = OfferNew(contact_id=contact_id, channel=Channel.PHONE, caller="13812345678", group=group)
    told = await api.call("POST", routes.INGRESS, Outcome, body=Envelope(id=ids.uuid7(), command=new))
    assert told.outcome == "applied", told


async def play(urls: list[str], crowd: list[Agent], calls: int) -> Verdict:
    """Everybody sits down, then the calls come in at one server after the other."""
    seen, gate = Seen(), asyncio.Semaphore(AT_ONCE)
    desks = [Desk(one.login, one.groups[0], urls[n % len(urls)]) for n, one in enumerate(crowd)]
    seats = [(desk, asyncio.Event()) for desk in desks]
    tasks = [asyncio.create_task(sit(desk, seen, gate, ready)) for desk, ready in seats]
    for (desk, ready), task in zip(seats, tasks, strict=True):
        await asyncio.wait({task, waiting := asyncio.create_task(ready.wait())}, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if task.done():
            raise RuntimeError(f"{desk.login} did not come in: {task.exception()!r}")
    switches = [Api(url, "switch") for url in urls]
    for api in switches:
        api.token = (await endpoints.sign_in(api, "link:fleet", PASSWORD)).token
    for n in range(calls):
        await call(switches[n // GROUPS % len(switches)], seen, n)
        await asyncio.sleep(EVERY_S)
    await asyncio.sleep(SETTLE_S)
    failed = [task.exception() for task in tasks if task.done() and not task.cancelled()]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    for api in switches:
        await api.close()
    if failed:
        raise RuntimeError(f"{len(failed)} desks fell out: {failed[0]!r}")
    return judge(seen, desks)


@contextmanager
def serving(where: Where, processes: int, folder: Path) -> Iterator[list[str]]:
    """The addresses of so many servers on one database."""
    with ExitStack() as ends:
        started = []
        for n in range(processes):
            started.append(Serving(where, folder / f"home{n}"))
            ends.callback(started[-1].stop)
        yield [one.url for one in started]


def run(name: str, where: Where, processes: int, folder: Path, desks: int, calls: int) -> Verdict:
    """One fleet from the empty database to its verdict, printed."""
    crowd = people(desks)
    furnish(where, crowd)
    with serving(where, processes, folder) as urls:
        found = asyncio.run(play(urls, crowd, calls))
    print(
        f"{name:<24} {desks} desks, {processes} servers: {found.reached} arrivals of {calls} calls, "
        f"{found.lost} lost, {found.leaked} where they must not; "
        f"p50 {found.p50:.0f} ms, p99 {found.p99:.0f} ms, worst {found.worst:.0f} ms",
        flush=True,
    )
    return found


def main() -> int:
    parser = argparse.ArgumentParser(prog="fleet")
    parser.add_argument("--desks", type=int, default=200)
    parser.add_argument("--calls", type=int, default=80)
    parser.add_argument("--servers", type=int, default=2)
    parser.add_argument("--engine", choices=("both", "postgresql", "sqlite"), default="both")
    given = parser.parse_args()
    found = []
    with tempfile.TemporaryDirectory(prefix="atui-fleet-") as name, ExitStack() as ends:
        folder = Path(name)
        if given.engine != "sqlite":
            cluster = find()
            ends.callback(cluster.stop)
            where = Remote(cluster.tcp(cluster.make()), folder / "keys")
            found.append(run("PostgreSQL", where, given.servers, folder, given.desks, given.calls))
        if given.engine != "postgresql":
            found.append(run("SQLite", folder / "fleet.db", 1, folder / "lite", given.desks, given.calls))
    return 1 if any(one.lost or one.leaked for one in found) else 0


if __name__ == "__main__":
    sys.exit(main())
