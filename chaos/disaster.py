"""What befalls the ledger itself: an older backup is loaded, sessions and scopes change, its connections or its whole
PostgreSQL go away. Nothing here asks a desk."""

from __future__ import annotations

import random
from collections.abc import Callable

import msgspec

from agent_tui.clock import wall
from agent_tui.domain.agent import Agent
from agent_tui.errors import AgentTuiError
from agent_tui.server import backup, seed
from agent_tui.server.database import Tx, read_apart, write_apart
from agent_tui.server.place import Remote
from agent_tui.server.state import TableState
from bench.postgres import rows
from chaos.diary import Diary
from chaos.evidence import outcomes
from chaos.place import SEATS, Place

SCOPES = (("cards",), ("cards", "merchant_ops"), ("merchant_ops",))
KEYS = (".key", ".signing", ".escrow", ".pub")
"""Files that a backup does not hold."""


def back_up(place: Place) -> None:
    """Keep the ledger as it is now; the former backup stays when there is no room."""
    file = place.folder / "ledger.backup"
    fresh = file.with_suffix(".fresh")
    fresh.unlink(missing_ok=True)
    try:
        backup.backup(place.where, fresh)
    except AgentTuiError:
        return
    fresh.replace(file)


def restore(place: Place) -> bool:
    """Load the backup into an empty place, and write down what is unknown since; False when there is none. No server runs."""
    file = place.folder / "ledger.backup"
    if not file.exists():
        return False
    lost = read_apart(place.where, outcomes)
    _empty(place)
    backup.restore(file, place.where, "chaos")
    left = read_apart(place.where, outcomes)
    diary = Diary(place.log("undone"))
    for id in lost.keys() - left.keys():
        diary.write("undone", id=id, outcome=lost[id])
    diary.close()
    return True


def _empty(place: Place) -> None:
    where = place.where
    if isinstance(where, Remote):
        rows(where.url, "DROP SCHEMA public CASCADE")
        rows(where.url, "CREATE SCHEMA public")
        return
    for file in where.parent.glob(where.name + "*"):
        if not file.name.endswith(KEYS):
            file.unlink()


def end_sessions(place: Place) -> None:
    """Nobody's token is valid any more."""

    def work(tx: Tx) -> None:
        tx._connection.execute("DELETE FROM token")  # type: ignore[attr-defined]

    _beside(place, work)


def move_somebody(place: Place, rng: random.Random) -> None:
    """One person belongs to other groups: rows leave their sight and come into it."""
    agent_id, groups = rng.choice([seat.agent_id for seat in SEATS]), rng.choice(SCOPES)

    def work(tx: Tx) -> None:
        agent = TableState(tx).get(Agent, agent_id)
        if agent is not None and not _supervises(agent_id):
            seed.publish(tx, [msgspec.structs.replace(agent, groups=groups)], "MoveSomebody", wall())

    _beside(place, work)


def _supervises(agent_id: str) -> bool:
    return any(seat.supervisor for seat in SEATS if seat.agent_id == agent_id)


def _beside(place: Place, work: Callable[[Tx], None]) -> None:
    try:
        write_apart(place.where, work)
    except AgentTuiError:
        return  # somebody else holds the head, or the database is away


def lose_connections(place: Place) -> None:
    """Every connection to the database breaks, in the middle of whatever it carries."""
    where = place.where
    if isinstance(where, Remote):
        query = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
        rows(where.url, query + " AND pid <> pg_backend_pid()")
