"""The audit proves itself: every link, every match with its command, the tree, and what others keep of it.

    row        its link follows from the link before and its content; its columns say what its content says
    order      numbers without a gap; a row that was moved still names the place it had
    commands   each has exactly one row, and each row with a command's id that command
    sealed     what is encrypted is what the row was written with, readable or not
    outside    checkpoints (in the table, in kept files) against the tree, receipts of desks against the links

Whoever can write the table can make a whole chain anew; only what is kept outside of it finds that.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping

import msgspec

from agent_tui import canon
from agent_tui.server import checkpoints, merkle
from agent_tui.server.database import Row, Tx
from agent_tui.server.tail import head_of
from agent_tui.wire.audit import Checkpoint

PAGE = 2000
EVERY = 20_000
"""Rows between two calls of `progress`."""


class Verified(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the audit holds; if not, the row and the reason (a message key)."""

    ok: bool
    rows: int
    head: str
    checkpoints: int = 0
    """How many were compared with the tree."""
    receipts: int = 0
    """How many were compared with the chain."""
    outside: bool = False
    """Whether anything kept outside the database was compared."""
    broken_at: int | None = None
    reason: str | None = None
    args: dict[str, str] = {}


class Outside(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept elsewhere."""

    checkpoints: tuple[Checkpoint, ...] = ()
    receipts: Mapping[int, str] = {}
    """Row → its link, as desks were told."""
    keys: frozenset[str] = frozenset()
    """Public keys that may have signed; empty trusts the keys of the checkpoints kept outside, if there are any."""


class _Said(msgspec.Struct):
    """A payload, as far as it is compared."""

    seq: int
    at: str
    actor: str
    type: str
    outcome: str
    customer_id: str | None
    command_id: str | None
    sealed: str | None = None


_SAID = msgspec.json.Decoder(_Said)


class _Broken(Exception):
    def __init__(self, row: int, reason: str, **args: object) -> None:
        self.row = row
        self.reason = f"audit.broken.{reason}"
        self.args_ = {name: str(value) for name, value in args.items()}


def rows(tx: Tx) -> Iterator[Row]:
    """All audit rows in order."""
    after = 0
    while page := tx.all("audit_from", after=after, limit=PAGE):
        yield from page
        after = page[-1]["seq"]


# ---- one row -----------------------------------------------------------------------------------------------------


def _said(payload: bytes, seq: int) -> _Said:
    try:
        return _SAID.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise _Broken(seq, "content") from None


def _blame(row: Row, seq: int, previous: str) -> _Broken:
    """Which of the ways in which a link can be wrong this is."""
    said = _said(row["payload"], seq)
    if said.seq != seq:
        return _Broken(seq, "moved", was=said.seq)
    if row["prev"] == previous:
        return _Broken(seq, "content")
    if canon.chain(str(row["prev"]), row["payload"]) == row["hash"]:
        return _Broken(seq, "follows", before=seq - 1)
    return _Broken(seq, "link")


def _match(row: Row, seq: int, said: _Said) -> None:
    """The command that the row names must be there, and say the same."""
    if row["c_seq"] is None:
        raise _Broken(seq, "no_command", id=row["command_id"])
    if row["c_seq"] != seq:
        raise _Broken(seq, "twice", id=row["command_id"], other=row["c_seq"])
    if (row["c_maker"], row["c_type"], row["c_outcome"]) != (said.actor, said.type, said.outcome):
        raise _Broken(seq, "command_differs", id=row["command_id"])


def _seal(row: Row, seq: int, said: _Said) -> None:
    """What is encrypted must be there, as it was written."""
    body = row["sealed"]
    if body is None or said.sealed is None or canon.digest(bytes(body)) != said.sealed:
        raise _Broken(seq, "sealed")


class _Walk:
    """One way through the table, from the first row to the last."""

    def __init__(self, tx: Tx, outside: Outside, progress: Callable[[int, int], None] | None) -> None:
        self.tx = tx
        head = head_of(tx)
        self.head = head
        self.last: int = head["audit_seq"]
        self.seq = 0
        self.link = canon.chain("", head["audit_salt"].encode())
        self.log = self.link
        self.tree = merkle.Frontier()
        self.commands = self.sealed = self.checked = self.receipted = 0
        self.receipts = outside.receipts
        self.progress = progress
        self.good_until = 0
        self.due: dict[int, list[Checkpoint]] = {}
        for checkpoint in self._anchors(outside):
            self.due.setdefault(checkpoint.size, []).append(checkpoint)

    def _anchors(self, outside: Outside) -> list[Checkpoint]:
        """The checkpoints of the table and those kept outside, if their signatures hold."""
        kept_here = self._kept_here()
        keys = outside.keys or frozenset(one.key for one in outside.checkpoints)
        for one in (*kept_here, *outside.checkpoints):
            if one.log != self.log:
                raise _Broken(0, "other_log", n=one.n)
            if not checkpoints.genuine(one) or (keys and one.key not in keys):
                raise _Broken(one.size, "signature", n=one.n)
        for n, one in enumerate(kept_here, 1):
            if one.n != n:
                raise _Broken(one.size, "checkpoint_missing", n=n)
        for one in outside.checkpoints:
            if one not in kept_here:
                raise _Broken(one.size, "checkpoint_gone", n=one.n)
        return kept_here

    def _kept_here(self) -> list[Checkpoint]:
        """The checkpoints of the table, each in the one form in which it was written."""
        try:
            found = checkpoints.all_of(self.tx)
            written = [(one.n, one.size, one.at, msgspec.json.encode(one).decode()) for one in found]
            if written == [tuple(row) for row in self.tx.all("checkpoints")]:
                return found
        except (msgspec.DecodeError, UnicodeDecodeError, sqlite3.OperationalError):
            pass
        raise _Broken(0, "checkpoint_unreadable")

    def run(self) -> None:
        """Raises _Broken at the first row that is not what was written."""
        self._anchor()
        try:
            for row in self.tx.each("audit_walk"):
                self._step(row)
        except sqlite3.OperationalError as error:
            if "decode" not in str(error).lower():
                raise
            raise _Broken(self.seq + 1, "content") from None
        self._end()

    def _step(self, row: Row) -> None:
        seq = self.seq + 1
        number, at, actor, kind, outcome, customer, command, payload, previous, link, sealed, *_ = row
        if number != seq or seq > self.last:
            self._gap(row, seq)
        if canon.chain(self.link, payload) != link or previous != self.link:
            raise _blame(row, seq, self.link)
        said = _said(payload, seq)
        shown = (said.seq, said.at, said.actor, said.type, said.outcome, said.customer_id, said.command_id)
        if shown != (seq, at, actor, kind, outcome, customer, command):
            raise _Broken(seq, "columns")
        if command is not None:
            _match(row, seq, said)
            self.commands += 1
        if sealed is not None or said.sealed is not None:
            _seal(row, seq, said)
            self.sealed += 1
        self.seq, self.link = seq, link
        self.tree.append(merkle.leaf(link.encode()))
        if seq in self.due or seq in self.receipts or not seq % EVERY:
            self._witness()

    def _gap(self, row: Row, seq: int) -> None:
        if not isinstance(row["seq"], int) or row["seq"] < seq:
            raise _Broken(seq, "number", found=row["seq"])
        if row["seq"] > self.last:
            raise _Broken(row["seq"], "added")
        raise _Broken(seq, "missing", next=row["seq"])

    def _witness(self) -> None:
        """Compare what others keep of this row."""
        told = self.receipts.get(self.seq)
        if told is not None:
            self.receipted += 1
            if told != self.link:
                raise _Broken(self.seq, "receipt")
        if self.seq in self.due:
            self._anchor()
        if self.progress is not None and self.seq % EVERY == 0:
            self.progress(self.seq, self.last)

    def _anchor(self) -> None:
        for checkpoint in self.due.pop(self.seq, ()):
            if checkpoint.root != checkpoints.shown(self.tree.root()) or checkpoint.head != self.link:
                raise _Broken(self.seq, "checkpoint", n=checkpoint.n, first=self.good_until + 1)
            self.checked += 1
        self.good_until = max(self.good_until, self.seq)

    def _end(self) -> None:
        """Nothing may be missing behind the last row, or left over beside the chain."""
        beyond = max((*self.due, *self.receipts), default=0)
        if self.seq < self.last or beyond > self.seq:
            raise _Broken(self.seq + 1, "cut", last=max(beyond, self.last))
        if self.link != self.head["audit_hash"] or self.seq != self.last:
            raise _Broken(self.seq, "head")
        if self.tx.value("command_count") != self.commands:
            raise _Broken(self.seq, "command", id=self.tx.value("audit_unmatched"))
        if self.tx.value("sealed_count") != self.sealed:
            raise _Broken(self.tx.value("sealed_alone"), "sealed_alone")


NOTHING = Outside()


def verify(tx: Tx, outside: Outside = NOTHING, progress: Callable[[int, int], None] | None = None) -> Verified:
    """Recompute everything. `progress` is told (rows done, rows in all) now and then."""
    head = head_of(tx)
    try:
        walk = _Walk(tx, outside, progress)
        walk.run()
    except _Broken as broken:
        return Verified(
            ok=False,
            rows=head["audit_seq"],
            head=head["audit_hash"],
            broken_at=broken.row,
            reason=broken.reason,
            args=broken.args_,
        )
    return Verified(
        ok=True,
        rows=head["audit_seq"],
        head=head["audit_hash"],
        checkpoints=walk.checked,
        receipts=walk.receipted,
        outside=bool(outside.checkpoints or outside.receipts),
    )


def gather(receipts: Iterable[tuple[int, str]]) -> dict[int, str]:
    """Receipts by row. A row of which two desks were told different things keeps what differs from the first, so that
    one of them is found wrong."""
    found: dict[int, str] = {}
    for seq, link in receipts:
        if seq > 0 and link:
            found[seq] = link if found.get(seq, link) == link else f"{found[seq]} {link}"
    return found
