"""`python -m chaos`: a campaign from a seed; prints what was done and what was found wrong (`make chaos`)."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec

from bench.postgres import Cluster, find
from chaos.campaign import PEACE_S, Campaign, Told
from chaos.judge import Verdict, hollow, judge
from chaos.killpoints import die, points
from chaos.place import Place

ROUND_S = 300.0
"""A longer campaign is played in rounds of this, each in a place of its own, from seeds that follow."""
FULL_S = 20.0
"""A shorter one may end before money has moved."""


def parse(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make chaos", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0, help="of storm; peace and judgement come after it")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--database",
        default="",
        help="postgres (one of our own, or on the server that AGENT_TUI_TEST_POSTGRES names), postgresql://…; "
        "SQLite in a private folder without it",
    )
    parser.add_argument(
        "--servers",
        type=int,
        default=0,
        help="one on SQLite, two on a PostgreSQL that they share unless said otherwise",
    )
    parser.add_argument(
        "--peace",
        type=float,
        default=PEACE_S,
        help="seconds for everything to be sent and seen; more where others work",
    )
    parser.add_argument("--kill-points", action="store_true", help="die at each named point instead, one by one")
    parser.add_argument("--hits", type=int, default=5, help="each point's first so many hits")
    parser.add_argument("--folder", type=Path, default=None, help="keep everything there; else only what failed")
    return parser.parse_args(words)


def show(seed: int, told: Told, verdict: Verdict) -> None:
    """Counts and violations, a line each."""
    faults = "  ".join(f"{name} {n}" for name, n in sorted(told.counts.items()))
    print(f"seed {seed}: {faults}")
    said = "  ".join(f"{name} {n}" for name, n in sorted(verdict.counts.items()))
    print(f"seed {seed}: {said}")
    print(f"seed {seed}: peace after {told.peace_s:.1f} s, {len(verdict.violations)} violations")
    for line in verdict.violations:
        print(f"  {line}")
    sys.stdout.flush()


@contextlib.contextmanager
def ledger(database: str) -> Iterator[tuple[str, Cluster | None]]:
    """The database of one campaign, and its server if it is ours to kill; `postgres` makes one that is gone with it."""
    if database != "postgres":
        yield database, None
        return
    cluster = find()
    try:
        yield cluster.url(cluster.make()), cluster if isinstance(cluster, Cluster) else None
    finally:
        cluster.stop()


def play(
    seed: int,
    seconds: float,
    database: str,
    folder: Path,
    servers: int = 0,
    peace_s: float = PEACE_S,
) -> Verdict:
    """One campaign in an empty folder, and the verdict on it."""
    with ledger(database) as (where, cluster):
        place = Place(folder=folder, database=where)
        told = asyncio.run(Campaign(place, seed, seconds, servers or (2 if where else 1), cluster, peace_s).run())
        verdict = judge(place, told.late)
        if seconds >= FULL_S:
            empty = tuple(hollow(verdict.counts, told.idle))
            verdict = msgspec.structs.replace(verdict, violations=verdict.violations + empty)
    show(seed, told, verdict)
    return verdict


def walk(hits: int, database: str, folder: Path | None) -> int:
    """Every kill point, its first so many hits; a line each."""
    base = folder or Path(tempfile.mkdtemp(prefix="agent-tui-chaos-"))
    wrong = 0
    for point in points():
        for hit in range(1, hits + 1):
            with ledger(database) as (where, _):
                death = die(Place(folder=base / f"{point}-{hit}", database=where), point, hit)
            wrong += len(death.violations)
            print(f"{point} {hit}: {'died' if death.reached else 'not reached'}, {len(death.violations)} violations")
            for line in death.violations:
                print(f"  {line}")
            sys.stdout.flush()
            if not death.violations:
                shutil.rmtree(base / f"{point}-{hit}")
            if not death.reached:
                break
    return 1 if wrong else 0


def main() -> int:
    given = parse(sys.argv[1:])
    if given.kill_points:
        return walk(given.hits, given.database, given.folder)
    end, seed, wrong = time.monotonic() + given.seconds, given.seed, 0
    while True:
        seconds = min(ROUND_S, max(5.0, end - time.monotonic()))
        base = given.folder or Path(tempfile.mkdtemp(prefix="agent-tui-chaos-"))
        folder = base / f"seed-{seed}"
        verdict = play(seed, seconds, given.database, folder, given.servers, given.peace)
        wrong += len(verdict.violations)
        if given.folder is None and not verdict.violations:
            shutil.rmtree(base)
        elif verdict.violations:
            print(f"  everything of it is in {folder}")
        seed += 1
        if time.monotonic() >= end:
            return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
