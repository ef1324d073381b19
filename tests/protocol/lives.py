"""`python -m tests.protocol.lives ENGINE HITS [POINT…]`: an office dies at each point, is opened again, and everything is judged.

A process of its own, since it forks: whoever forks has no threads. One line of JSON a death.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from agent_tui import killpoint
from tests.protocol.conftest import patches
from tests.protocol.life import SIGKILLED, in_a_child, live, start
from tests.protocol.machine import violations
from tests.protocol.office import Desk, Office, new_folder, template
from tests.server import engines

AT_START = frozenset({"server.key", "server.seeded"})
"""Points that a server passes once, when it starts."""
POINTS = killpoint.SERVER + killpoint.DESK


def _live(folder: Path, point: str) -> None:
    if point in AT_START:
        start(folder)
        return
    asyncio.run(live(Office(folder)))


def _look(folder: Path) -> list[str]:
    """What is wrong once somebody has opened again and everything is sent and seen."""
    office = Office(folder)
    try:
        for desk in office.desks.values():
            desk.sign_in()
        wrong = [line for desk in office.desks.values() for line in _drafts(desk)]
        asyncio.run(office.settle())
        return wrong + violations(office)
    except AssertionError as error:
        return [str(error)]
    finally:
        office.close()


def _drafts(desk: Desk) -> Iterator[str]:
    typed = [fact["text"] for fact in desk.facts if fact["fact"] == "typed"]
    kept = {key: text for key, text, _ in desk.journal.drafts()}
    if typed and not kept.get("note:k", "").startswith(typed[-1]):
        yield f"typed: {typed[-1]!r} came back as {kept.get('note:k')!r}"


def die(point: str, hit: int) -> dict[str, Any]:
    """One death, and what is wrong after it."""
    folder = new_folder()
    ended = in_a_child(folder, f"{point}:{hit}", lambda: _live(folder, point))
    wrong: list[str] = []

    def look() -> None:
        found = _look(folder)
        (folder.parent / f"{folder.name}.json").write_bytes(msgspec.json.encode(found))

    report = folder.parent / f"{folder.name}.json"
    looked = in_a_child(folder, "", look)
    engines.forget(folder)
    if report.exists():
        wrong = msgspec.json.decode(report.read_bytes(), type=list[str])
        report.unlink()
    if looked:
        wrong.append(f"looking ended with {looked}")
    return {"point": point, "hit": hit, "reached": ended == SIGKILLED, "ended": ended, "wrong": wrong}


def main() -> int:
    engine, hits, points = sys.argv[1], int(sys.argv[2]), tuple(sys.argv[3:]) or POINTS
    with patches(), engines.on(engine):
        template()
        for point in points:
            for hit in range(1, 2 if point in AT_START else hits + 1):
                print(msgspec.json.encode(die(point, hit)).decode(), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
