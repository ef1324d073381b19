"""`make bench`: what is fast and how fast, each against its goal. `--quick` measures less often."""

from __future__ import annotations

import argparse
import sys
from itertools import chain

from bench import audit, desk, parts, search, triage


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench")
    parser.add_argument("--quick", action="store_true", help="fewer rounds and contacts")
    parser.add_argument("--contacts", type=int, default=100_000)
    given = parser.parse_args()
    rounds, keys = (1, 30) if given.quick else (7, 100)
    missed = 0
    often = 40 if given.quick else 400
    proved = audit.rows(100_000 if given.quick else 1_000_000)
    found = chain(
        parts.rows(given.contacts, often),
        triage.rows(often),
        search.run(given.quick),
        proved,
        desk.rows(given.contacts, rounds, keys),
    )
    for row in found:
        verdict = "" if row.held is None else "held" if row.held else "MISSED"
        missed += row.held is False
        print(f"{row.name:<52} {row.value:>22}   {row.goal:<14} {verdict}", flush=True)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
