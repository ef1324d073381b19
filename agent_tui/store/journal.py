"""The journal: what a person did and typed, on disk before the screen says so.

queued ──► sending ──► applied ─────────────► (row seen in the feed) receipt
  ▲           │ ├────► awaiting_approval ──► applied, refused or expired, through the feed
  │           │ ├────► refused, conflict, expired ──► (dismissed) receipt
  └───────────┘ └────► unknown ──► asked by commands/status ──► any of the above, or queued again
   no answer: same id
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from agent_tui.clock import stamp, wall
from agent_tui.errors import StoreError
from agent_tui.killpoint import kill_point
from agent_tui.store.cache import QUERIES
from agent_tui.store.engine import Connection, DatabaseError, translate
from agent_tui.store.writer import Writer

if TYPE_CHECKING:  # an empty journal is read without knowing every command
    from agent_tui.domain.centre import Edit
    from agent_tui.domain.commands import Command
    from agent_tui.store.escrow import Boxes
    from agent_tui.wire.command import Outcome

_log = logging.getLogger(__name__)

COMMIT_TIMEOUT_S = 5.0
RECEIPT_DAYS = 35
CAP = 500
"""Commands that may wait at once."""

Box = Callable[["Boxes"], None]
"""What is done about the box of a command once the journal has been committed."""

UNSENT = frozenset({"queued", "sending", "unknown"})
ATTENTION = frozenset({"refused", "conflict", "expired"})


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """A command that is not done with yet."""

    n: int
    id: str
    agent_id: str
    """Who did it; empty when nobody had ever signed in here. It is sent as nobody else."""
    lane: str
    type: str
    target: str | None
    if_match: int | None
    command: Command
    offline: bool
    """Decided while the server was out of reach."""
    made_at: datetime
    """Business time."""
    made_ms: int
    """Real milliseconds since 1970."""
    state: str
    attempts: int
    feed_seq: int
    problem: str | None
    reasons: tuple[dict[str, str], ...]
    seen: bytes = b""
    """The row that the person looked at when they decided, as its own version had it; empty where it does not matter."""
    edits: tuple[Edit, ...] = ()
    """With `conflict`: what others did to that row since."""

    @property
    def may_wait(self) -> bool:
        """Whether it keeps trying for as long as it takes; everything else expires soon."""
        from agent_tui.domain.commands import OFFLINE

        return type(self.command) in OFFLINE


class NewItem(msgspec.Struct, frozen=True, kw_only=True):
    """What is given to `Journal.add`."""

    id: str
    agent_id: str
    command: Command
    if_match: int | None
    offline: bool
    made_at: datetime
    seen: bytes = b""
    """The encoded row of version `if_match`."""


class Journal:
    """Reads on the event loop, writes on the writer's thread."""

    def __init__(self, reader: Connection, writer: Writer, path: Path, boxes: Boxes | None = None) -> None:
        self.path = path
        self.boxes = boxes
        self._reader = reader
        self._writer = writer
        self._revision = 0
        self._items: tuple[int, tuple[Item, ...]] = (-1, ())
        self._listeners: list[Callable[[], None]] = []
        self._run(lambda c: c.execute(QUERIES["outbox_recover"]))
        if boxes is not None and boxes.ready:
            boxes.mend(self)

    # ---- reading

    def items(self) -> tuple[Item, ...]:
        """All commands not done with, oldest first."""
        revision = self._revision
        if self._items[0] != revision:
            self._items = (revision, tuple(_item(row) for row in self.all("outbox_all")))
        return self._items[1]

    def item(self, command_id: str) -> Item | None:
        return next((item for item in self.items() if item.id == command_id), None)

    def drafts(self) -> list[tuple[str, str, str]]:
        """(key, text, time of the last change), newest first."""
        return [(key, text, at) for key, text, at in self.all("draft_all")]

    def receipts(self) -> list[tuple[Any, ...]]:
        """(id, type, outcome, audit sequence, audit hash) of everything done with, oldest first."""
        return self.all("receipt_all")

    def on_change(self, listener: Callable[[], None]) -> None:
        """Call `listener()` after each change of the outbox, on the writer's thread."""
        self._listeners.append(listener)

    # ---- commands

    def add(self, new: NewItem) -> None:
        """Returns when it is on disk. DiskFull, StoreError when it is not: then nothing was kept."""
        from agent_tui.domain import commands

        values = (
            new.id,
            new.agent_id,
            commands.target(new.command) or "desk",
            type(new.command).__name__,
            commands.target(new.command),
            new.if_match,
            commands.encode(new.command),
            int(new.offline),
            stamp(new.made_at),
            int(wall().timestamp() * 1000),
            new.seen,
        )
        self._run(lambda c: c.execute(QUERIES["outbox_add"], values), lambda boxes: boxes.put(new))
        kill_point("journal.kept")

    def set_state(self, command_id: str, state: str) -> Future[Any]:
        """`sending` counts as a try."""
        return self.change(lambda c: c.execute(QUERIES["outbox_state"], (state, command_id)))

    def record(
        self,
        item: Item,
        outcome: Outcome,
        problem: str | None,
        reasons: tuple[dict[str, str], ...],
        edits: tuple[Edit, ...] = (),
    ) -> Future[Any]:
        """Keep what became of a command, and its receipt; a revealed value is not among it."""

        def job(connection: Connection) -> None:
            encoded = msgspec.json.encode(reasons).decode()
            met = msgspec.json.encode(edits).decode()
            values = (outcome.outcome, outcome.feed_seq, problem, encoded, met, item.id)
            connection.execute(QUERIES["outbox_outcome"], values)
            connection.execute(QUERIES["receipt_put"], _receipt(item, outcome))

        return self.change(job, lambda boxes: boxes.drop((item.id,)))

    def drop(self, command_ids: tuple[str, ...]) -> Future[Any]:
        """Done with: applied and seen, or dismissed. The receipt stays, and what was confirmed word for word (`done`)."""
        ids = [(id_,) for id_ in command_ids]

        def job(connection: Connection) -> None:
            connection.executemany(QUERIES["done_put"], ids)
            connection.executemany(QUERIES["outbox_drop"], ids)

        return self.change(job, lambda boxes: boxes.drop(command_ids))

    def prune(self) -> Future[Any]:
        """Forget what was done with more than `RECEIPT_DAYS` ago."""
        before = (int(wall().timestamp() * 1000) - RECEIPT_DAYS * 86_400_000,)

        def job(connection: Connection) -> None:
            connection.execute(QUERIES["receipt_prune"], before)
            connection.execute(QUERIES["done_prune"], before)

        return self.write(job)

    # ---- drafts

    def keep_draft(self, key: str, text: str) -> Future[Any]:
        values = (key, text, stamp(wall()))
        return self.write(lambda c: c.execute(QUERIES["draft_put"], values))

    def drop_draft(self, key: str) -> Future[Any]:
        return self.write(lambda c: c.execute(QUERIES["draft_drop"], (key,)))

    def close(self) -> None:
        self._writer.close()
        self._reader.close()

    # ---- inside

    def write(self, job: Callable[[Connection], Any]) -> Future[Any]:
        """Run `job(connection)` on the writer's thread; done when it is on disk."""
        return self._writer.put(job)

    def all(self, name: str, *args: Any) -> list[tuple[Any, ...]]:
        """Every row of a named statement."""
        try:
            rows: list[tuple[Any, ...]] = self._reader.execute(QUERIES[name], args).fetchall()
        except DatabaseError as error:
            raise translate(error, self.path) from None
        return rows

    def _run(self, job: Callable[[Connection], Any], box: Box | None = None) -> None:
        try:
            self.change(job, box).result(COMMIT_TIMEOUT_S)
        except FutureTimeout:
            raise StoreError("desk.store.slow", path=str(self.path)) from None

    def change(self, job: Callable[[Connection], Any], box: Box | None = None) -> Future[Any]:
        """The same for what changes the outbox: whoever listens is told."""
        boxes = self.boxes
        if boxes is None or box is None:
            return self._writer.put(job, self._forget)
        close = box

        def after() -> None:
            # Only what was committed: a command that was not accepted must not come out of a box one day.
            try:
                close(boxes)
            except OSError as error:
                _log.warning("escrow: %s", type(error).__name__)
            self._forget()

        return self._writer.put(job, after)

    def _forget(self) -> None:
        self._revision += 1
        for listener in self._listeners:
            listener()


def _item(row: tuple[Any, ...]) -> Item:
    from agent_tui.domain import commands
    from agent_tui.domain.centre import Edit

    n, id_, agent_id, lane, kind, target, if_match, body, offline, made_at, made_ms, *rest = row
    state, attempts, feed_seq, problem, reasons, seen, edits = rest
    return Item(
        n=n,
        id=id_,
        agent_id=agent_id,
        lane=lane,
        type=kind,
        target=target,
        if_match=if_match,
        command=commands.decode(body),
        offline=bool(offline),
        made_at=datetime.fromisoformat(made_at),
        made_ms=made_ms,
        state=state,
        attempts=attempts,
        feed_seq=feed_seq,
        problem=problem,
        reasons=msgspec.json.decode(reasons, type=tuple[dict[str, str], ...]),
        seen=bytes(seen),
        edits=msgspec.json.decode(edits, type=tuple[Edit, ...]),
    )


def _receipt(item: Item, outcome: Outcome) -> tuple[Any, ...]:
    command = item.command
    return (
        item.id,
        item.type,
        outcome.outcome,
        getattr(command, "action", ""),
        getattr(command, "customer_id", None) or "",
        getattr(command, "amount_minor", None) or 0,
        stamp(item.made_at),
        outcome.feed_seq,
        outcome.receipt.audit_seq if outcome.receipt else 0,
        outcome.receipt.audit_hash if outcome.receipt else "",
        int(wall().timestamp() * 1000),
    )
