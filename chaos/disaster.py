"""What befalls the ledger itself: an older backup is loaded, sessions, scopes and wordings change, a device is to be wiped,
its connections or its whole PostgreSQL go away; and the lease of a desk that is closed. Nothing here asks a desk."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import msgspec

from agent_tui.clock import wall
from agent_tui.domain.agent import Agent
from agent_tui.domain.centre import Bundle, Category
from agent_tui.domain.knowledge import Article
from agent_tui.domain.rows import Entity
from agent_tui.errors import AgentTuiError
from agent_tui.server import backup, devices, seed
from agent_tui.server.database import Tx, read_apart, write_apart
from agent_tui.server.place import Remote
from agent_tui.server.problems import ProblemError
from agent_tui.server.signing import Signer
from agent_tui.server.state import TableState
from bench.postgres import rows
from chaos.diary import Diary
from chaos.evidence import said, taken_away, work_done
from chaos.place import SEATS, Place, Seat

SCOPES = (("cards",), ("cards", "merchant_ops"), ("merchant_ops",))
KEYS = (".key", ".signing", ".escrow", ".pub")
"""Files that a backup does not hold."""


NAMED = 3
"""Rows of a kind that get another wording at a time: the same ones again and again."""
LATE = datetime(2090, 1, 1, tzinfo=UTC)

TRIES = 3
"""Of writing beside the servers, while they hold the head or the database is away."""


def back_up(place: Place) -> bool:
    """Keep the ledger as it is now; False, and the former backup stays, when there is no room."""
    file = place.folder / "ledger.backup"
    fresh = file.with_suffix(".fresh")
    fresh.unlink(missing_ok=True)
    try:
        backup.backup(place.where, fresh)
    except AgentTuiError:
        return False
    fresh.replace(file)
    return True


def restore(place: Place) -> bool:
    """Load the backup into an empty place, and write down what is unknown since; False when there is none. No server runs."""
    file = place.folder / "ledger.backup"
    if not file.exists():
        return False
    lost, done = read_apart(place.where, lambda tx: (said(tx), work_done(tx)))
    _empty(place)
    backup.restore(file, place.where, "chaos")
    left, kept = read_apart(place.where, lambda tx: (said(tx), work_done(tx)))
    diary = Diary(place.log("undone"))
    for id, outcome in taken_away(lost, left):
        diary.write("undone", id=id, outcome=outcome)
    diary.write("work_undone", **{name: done[name] - kept[name] for name in done})
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


def end_sessions(place: Place) -> bool:
    """Nobody's token is valid any more; False when it could not be written."""

    def work(tx: Tx) -> None:
        tx._connection.execute("DELETE FROM token")  # type: ignore[attr-defined]

    return _beside(place, work)


def end_lease(place: Place, seat: Seat) -> bool:
    """While a desk is closed, the time passes for which it may keep what it was shown; False when it kept nothing."""
    kept = (place.desk(seat) / "lease").exists()
    lease = place.lease(seat)
    if not lease.fresh:
        lease.grant(-1.0)
    return kept


def move_somebody(place: Place, rng: random.Random) -> bool:
    """One person belongs to other groups: rows leave their sight and come into it; False when it could not be written."""
    agent_id = rng.choice([seat.agent_id for seat in SEATS if not seat.supervisor])
    groups = rng.choice(SCOPES)

    def work(tx: Tx) -> None:
        agent = TableState(tx).get(Agent, agent_id)
        if agent is not None:
            seed.publish(tx, [msgspec.structs.replace(agent, groups=groups)], "MoveSomebody", wall())

    return _beside(place, work)


def reword(place: Place, rng: random.Random) -> bool:
    """Other names for reasons of contact, other words for articles, other ends for blueprints, behind everybody's back;
    False when it could not be written."""
    signer, n = Signer.beside(place.where), rng.randrange(1_000)

    def work(tx: Tx) -> None:
        state = TableState(tx)
        changed: list[Entity] = []
        for category in state.find(Category)[:NAMED]:
            names = msgspec.structs.replace(category.names, en=f"Name {n}")
            changed.append(msgspec.structs.replace(category, names=names))
        for bundle in state.find(Bundle, status="blueprint")[:NAMED]:
            other = msgspec.structs.replace(bundle, effective_to=LATE + timedelta(days=n))
            changed.append(signer.bundle(other))
        for article in state.find(Article)[:NAMED]:
            pages = {lang: msgspec.structs.replace(page, title=f"Title {n}") for lang, page in article.pages.items()}
            retired = wall() if n % 3 == 0 else None
            changed.append(
                msgspec.structs.replace(article, pages=pages, retired_at=retired, revision=article.revision + 1)
            )
        seed.publish(tx, changed, "Reword", wall())

    return _beside(place, work)


def order_wipe(place: Place, seat: Seat) -> bool:
    """An administrator orders a device to forget everything; False when the server never saw it, or could not be told."""
    try:
        return _beside(place, lambda tx: devices.revoke(tx, place.device(seat), "somebody", wall()))
    except ProblemError:
        return False


def _beside(place: Place, work: Callable[[Tx], None]) -> bool:
    for _ in range(TRIES):
        with contextlib.suppress(AgentTuiError):
            write_apart(place.where, work)
            return True
    return False


def lose_connections(place: Place) -> bool:
    """Every connection to the database breaks, in the middle of whatever it carries; False where there are none."""
    where = place.where
    if isinstance(where, Remote):
        query = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
        rows(where.url, query + " AND pid <> pg_backend_pid()")
    return isinstance(where, Remote)
