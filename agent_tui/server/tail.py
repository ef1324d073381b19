"""The end of every ledger transaction: audit chained, feed rows numbered, head moved. Nothing follows it but COMMIT."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime

import msgspec

from agent_tui import canon
from agent_tui.domain.rows import stamp
from agent_tui.server.database import Row, Tx


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One row that changed, and whoever saw it before or sees it now."""

    entity: str
    id: str
    version: int
    scopes: frozenset[str]
    op: str = "put"


class AuditDraft(msgspec.Struct, frozen=True, kw_only=True):
    """What is recorded of one act, before it has its place in the chain. No personal data, no floats."""

    actor: str
    type: str
    outcome: str
    customer_id: str | None = None
    command_id: str | None = None
    facts: dict[str, object] = {}
    sealed: bytes | None = None
    """What was decided on, encrypted under the customer's key; the chain holds its digest."""


def make_head(tx: Tx) -> None:
    """The first head of a new database: a random epoch and the first link of the chain."""
    salt = secrets.token_hex(16)
    tx.run("create_head", epoch=secrets.token_hex(4), hash=canon.chain("", salt.encode()), salt=salt)


def head_of(tx: Tx) -> Row:
    """The one row that says how far feed and audit are; every database in use has it."""
    row = tx.one("head")
    assert row is not None
    return row


class Tail:
    """The open end of the ledger within one transaction."""

    def __init__(self, tx: Tx, now: datetime, cause: str | None = None) -> None:
        """`now` is business time; `cause` the id of the command."""
        head = head_of(tx)
        self._tx = tx
        self._at = stamp(now)
        self._cause = cause
        self._first = head["feed_seq"] + 1
        self.epoch: str = head["epoch"]
        self.feed_seq: int = head["feed_seq"]
        self.audit_seq: int = head["audit_seq"]
        self.audit_hash: str = head["audit_hash"]

    def audit(self, draft: AuditDraft) -> None:
        """Append one row to the chain."""
        previous = self.audit_hash
        self.audit_seq += 1
        payload = canon.canonical(
            {
                "seq": self.audit_seq,
                "at": self._at,
                "actor": draft.actor,
                "type": draft.type,
                "outcome": draft.outcome,
                "customer_id": draft.customer_id,
                "command_id": draft.command_id,
                "facts": draft.facts,
                "sealed": None if draft.sealed is None else canon.digest(draft.sealed),
            }
        )
        self.audit_hash = canon.chain(previous, payload)
        self._tx.run(
            "audit_add",
            seq=self.audit_seq,
            at=self._at,
            actor=draft.actor,
            type=draft.type,
            outcome=draft.outcome,
            customer_id=draft.customer_id,
            command_id=draft.command_id,
            payload=payload.decode(),
            prev=previous,
            hash=self.audit_hash,
        )
        if draft.sealed is not None:
            self._tx.run("sealed_add", seq=self.audit_seq, body=draft.sealed)

    def feed(self, entries: Iterable[Entry]) -> None:
        """Number the changed rows; one transaction's rows share its first number as `txn`."""
        for entry in entries:
            self.feed_seq += 1
            self._tx.run(
                "feed_add",
                seq=self.feed_seq,
                at=self._at,
                txn=self._first,
                entity=entry.entity,
                id=entry.id,
                version=entry.version,
                op=entry.op,
                cause=self._cause,
            )
            self._tx.many("feed_scope_add", [{"scope": s, "seq": self.feed_seq} for s in sorted(entry.scopes)])

    def close(self) -> None:
        """Move the head: the last statement before COMMIT."""
        self._tx.run("move_head", feed_seq=self.feed_seq, audit_seq=self.audit_seq, audit_hash=self.audit_hash)
