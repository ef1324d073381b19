"""The audit proves itself: every link recomputed from the rows, every command matched with its row."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import msgspec

from agent_tui import canon
from agent_tui.server.database import Tx

PAGE = 2000
COLUMNS = ("seq", "at", "actor", "type", "outcome", "customer_id", "command_id")


class Verified(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the chain holds; if not, the row and the reason (a message key)."""

    ok: bool
    rows: int
    head: str
    broken_at: int | None = None
    reason: str | None = None
    args: dict[str, str] = {}


class _Broken(Exception):
    def __init__(self, row: int, reason: str, **args: str) -> None:
        self.row = row
        self.reason = f"server.audit.{reason}"
        self.args_ = args


def rows(tx: Tx) -> Iterator[sqlite3.Row]:
    """All audit rows in order."""
    after = 0
    while page := tx.all("audit_from", after=after, limit=PAGE):
        yield from page
        after = page[-1]["seq"]


def _check(row: sqlite3.Row, seq: int, previous: str) -> str:
    if row["seq"] != seq:
        raise _Broken(seq, "sequence")
    if row["prev"] != previous:
        raise _Broken(seq, "previous")
    if canon.chain(previous, row["payload"].encode()) != row["hash"]:
        raise _Broken(seq, "hash")
    said = msgspec.json.decode(row["payload"])
    if any(said.get(name) != row[name] for name in COLUMNS):
        raise _Broken(seq, "columns")
    link: str = row["hash"]
    return link


def _walk(tx: Tx, head: sqlite3.Row) -> None:
    link = canon.chain("", head["audit_salt"].encode())
    seq = 0
    for row in rows(tx):
        seq += 1
        link = _check(row, seq, link)
    if seq != head["audit_seq"] or link != head["audit_hash"]:
        raise _Broken(seq, "head")
    alone = tx.value("audit_unmatched")
    if alone is not None:
        raise _Broken(seq, "command", id=str(alone))


def verify(tx: Tx) -> Verified:
    """Recompute the whole chain."""
    head = tx.one("head")
    assert head is not None
    try:
        _walk(tx, head)
    except _Broken as broken:
        return Verified(
            ok=False,
            rows=head["audit_seq"],
            head=head["audit_hash"],
            broken_at=broken.row,
            reason=broken.reason,
            args=broken.args_,
        )
    return Verified(ok=True, rows=head["audit_seq"], head=head["audit_hash"])
