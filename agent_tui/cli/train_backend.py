"""`agent-tui train-backend SCENARIO --seed N`: the process behind one training contact. Hidden; `train` starts it.

A fresh folder, a server on a standing clock, a robot customer. It prints where the trainee signs in, plays, scores
from the server's own event log, prints the score, and keeps serving until its standard input closes.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
import tempfile
from pathlib import Path

import msgspec

from agent_tui import ids
from agent_tui.cli import demo_place as place
from agent_tui.cli.demo_children import Backend
from agent_tui.cli.demo_place import Staff
from agent_tui.cli.demo_robots import leash
from agent_tui.domain.effects import Event
from agent_tui.sim import coach, drill, runner
from agent_tui.sim.population import Person
from agent_tui.sim.scenario import Scenario
from agent_tui.sim.web_seat import WebSeat

CUSTOMERS = 60
TRAINEE_LEVEL = 2


def add_arguments(parser: argparse.ArgumentParser, language: str) -> None:
    """Scenario and seed."""
    parser.add_argument("scenario")
    parser.add_argument("--seed", type=int, default=1)


def run(args: argparse.Namespace, language: str) -> int:
    """Until standard input closes."""
    scenario = runner.find(args.scenario)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with tempfile.TemporaryDirectory(prefix="agent-tui-train-") as folder:
        database = Path(folder) / "server.db"
        people = _prepare(database, scenario, args.seed)
        backend = Backend(database, start=scenario.starts, speed=0.0, simulation=True)
        try:
            asyncio.run(_train(scenario, args.seed, backend.ready(), people, database, language))
        finally:
            backend.end()
    return 0


def _prepare(database: Path, scenario: Scenario, seed: int) -> Staff:
    """The bank's customers, the scenario's own among them, and a trainee who serves the line they choose."""
    folk: list[Person] = place.customers(CUSTOMERS, seed)
    own = msgspec.convert(
        {**_BLANK, **{k: v for k, v in msgspec.to_builtins(scenario.customer).items() if v != ""}}, Person
    )
    place.seed_database(database, [*folk, own], scenario.starts)
    centre = place.centre_of()
    people = place.staff(centre)
    serving = {person.login: person.level for person in centre.people if scenario.group in person.groups}
    # Someone of level 2, or whoever is nearest to it, sits for the trainee: neither helpless nor above the rules.
    everybody = (*people.desks, *people.robots)
    trainee = min(everybody, key=lambda seat: abs(serving.get(seat[0], 99) - TRAINEE_LEVEL))
    people = msgspec.structs.replace(people, desks=(trainee,), robots=())
    place.admit(database, centre, people)
    return people


_BLANK: dict[str, object] = {
    "id_number": "",
    "email": "",
    "address": "",
    "since": "2020-01",
    "entitlements": [],
    "sensitivity": None,
    "marketing_consent": False,
    "products": [],
    "satisfaction": [],
}


async def _train(scenario: Scenario, seed: int, url: str, people: Staff, database: Path, language: str) -> None:
    held = asyncio.create_task(leash())
    login, password = people.desks[0]
    seats = [await WebSeat.open(url, *given) for given in (people.link, people.observer, people.desks[0])]
    contact_id = ids.derived("drill", scenario.id, str(seed))
    _say(runner.Station(url=url, login=login, password=password))
    playing = asyncio.create_task(drill.Drill(scenario, contact_id, *seats).run())
    await asyncio.wait({held, playing}, return_when=asyncio.FIRST_COMPLETED)
    if playing.done():
        await playing
        log = _log(database, contact_id)
        score = coach.score(log, scenario.rubric, language)
        _say(runner.Result(scenario=scenario.id, seed=seed, score=score, events=len(log)))
        await held
    playing.cancel()
    await asyncio.gather(playing, return_exceptions=True)
    for seat in seats:
        await seat.close()


def _say(what: runner.Station | runner.Result) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(what) + b"\n")
    sys.stdout.flush()


def _log(database: Path, contact_id: str) -> list[Event]:
    """Events of the contact in the order of the ledger; messages get their words back from the thread."""
    import sqlite3

    from agent_tui.domain.contact import Thread
    from agent_tui.domain.rows import decode
    from agent_tui.server import at_rest

    db = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    at_rest.teach(db, database)
    try:
        found = db.execute(
            "SELECT clear(body) FROM event WHERE contact_id = ? ORDER BY seq", (contact_id,)
        ).fetchall()
        said = db.execute(
            "SELECT clear(body) FROM state WHERE entity = 'thread' AND id = ?", (contact_id,)
        ).fetchone()
    finally:
        db.close()
    events = [msgspec.json.decode(row[0], type=Event) for row in found]
    thread = decode("thread", said[0]) if said else None
    if not isinstance(thread, Thread):
        return events
    return [_worded(event, thread) for event in events]


def _worded(event: Event, thread: object) -> Event:
    from agent_tui.domain.contact import Thread

    n = event.data.get("n")
    if (
        event.name not in ("MessageSent", "MessageReceived")
        or not isinstance(n, int)
        or not isinstance(thread, Thread)
    ):
        return event
    words = thread.messages[n - 1].text if 0 < n <= len(thread.messages) else ""
    return msgspec.structs.replace(event, data={**event.data, "text": words})
