"""Keeps the rows of `domain.usage` in line with what is held of limits, in the transaction that changes it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from agent_tui.domain.usage import AGENT, CUSTOMER, TEAM, DayUse
from agent_tui.server import limits, writing
from agent_tui.server.database import Row, Tx
from agent_tui.server.tail import Entry, Tail

_COLUMNS = {AGENT: ("agent_id", "grantor_id"), TEAM: ("team",), CUSTOMER: ("customer_id",)}
"""Whose sums a hold counts in."""


def keep(tx: Tx, holds: Iterable[limits.Hold], day: str, now: datetime) -> list[Entry]:
    """Write changes of what is held, and the sums of `day` (the centre's, at `now`) of everybody they count against."""
    touched: set[str] = set()
    for hold in holds:
        limits.keep(tx, hold)
        row = tx.one("limit_get", command_id=hold.command_id)
        touched |= _whose(row) if row is not None else set()
    return writing.put_all(tx, [_row(tx, id, day) for id in sorted(touched)], now)


def _whose(row: Row) -> set[str]:
    return {f"{kind}:{row[name]}" for kind, names in _COLUMNS.items() for name in names if row[name]}


def _row(tx: Tx, id: str, day: str) -> DayUse:
    kind, _, whose = id.partition(":")
    found = tx.all(f"use_{kind}", whose=whose, day=day)
    return DayUse(id=id, day=day, minor={row["action"]: int(row["total"]) for row in found if row["total"]})


def begin(tx: Tx, day: str, now: datetime) -> None:
    """At a start: rows for what a program that published none has held of `day`."""
    touched = {id for row in tx.all("holds_on", day=day) for id in _whose(row)}
    entries = writing.put_all(tx, [_row(tx, id, day) for id in sorted(touched)], now)
    if entries:
        tail = Tail(tx, now)
        tail.feed(entries)
        tail.close()
