"""The history database: calls loaded from a log, with what was repaired or refused of every file.

One SQLite file of this machine, its owner's only. Loading a file again adds nothing; all of a file is stored or
nothing of it.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from agent_tui.config import paths
from agent_tui.errors import Corrupt, DiskFull, InputError, NewerDatabase, StoreError, StoreLocked
from agent_tui.metrics.calllog import Call, CallLog, Remark

VERSION = 1
"""Of the tables below, kept in `user_version`."""
_CALL = {
    "id": str,
    "timezone": str,
    "day": str,
    "hour": int,
    "type": str,
    "priority": int,
    "customer_id": str,
    "arrived_at": str,
    "menu_s": int,
    "queued_at": str,
    "wait_s": int,
    "outcome": str,
    "answered_at": str,
    "talk_s": int,
    "server": str,
    "line": int,
    "file": str,
}


def default() -> Path:
    """Where the history is unless somebody says otherwise."""
    return paths.data_dir() / "history.db"


class Loaded(msgspec.Struct, frozen=True, kw_only=True):
    """What one import did."""

    new: int
    known: int
    """Calls that were there already, exactly so."""
    differing: tuple[Remark, ...]
    """Lines whose call was there already with other content; what was there stands."""


class History:
    """The open database. Close it, or use it in a `with`."""

    def __init__(self, path: Path | None = None) -> None:
        """Opens or makes the file. StoreError if it cannot."""
        import sqlite_utils

        self.path = path or default()
        with _said(self.path):
            _make_private(self.path, own=path is None)
            self._connection = sqlite3.connect(self.path)
            self._connection.execute("PRAGMA foreign_keys = ON")
            self._db: Any = sqlite_utils.Database(self._connection)
            try:
                self._prepare()
            except BaseException:
                self.close()
                raise

    @classmethod
    def existing(cls, path: Path | None = None) -> History:
        """Opens the file if it is there. InputError that says how to make one if it is not."""
        wanted = path or default()
        if not wanted.exists():
            raise InputError("report.error.no_history", path=str(wanted))
        return cls(path)

    def __enter__(self) -> History:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._connection.close()

    def _prepare(self) -> None:
        found = int(self._connection.execute("PRAGMA user_version").fetchone()[0])
        if found > VERSION:
            raise NewerDatabase("report.error.newer", path=str(self.path), found=found, known=VERSION)
        if found == VERSION:
            return
        if self._db.table_names():
            raise Corrupt("report.error.not_history", path=str(self.path))
        with self._connection:
            self._db["file"].create({"digest": str, "name": str, "loaded_at": str, "lines": int}, pk="digest")
            self._db["call"].create(_CALL, pk="id", foreign_keys=[("file", "file", "digest")])
            self._db["call"].create_index(["day"])
            self._db["remark"].create(
                {"file": str, "line": int, "reason": str, "kept": int},
                pk=("file", "line", "reason"),
                foreign_keys=[("file", "file", "digest")],
            )
            self._connection.execute(f"PRAGMA user_version = {VERSION}")

    def add(self, log: CallLog, *, name: str, digest: str, at: str, lines: int, timezone: str) -> Loaded:
        """Store what a file gave. `digest` tells files apart, `at` is when it was loaded (RFC 3339)."""
        with _said(self.path), self._connection:
            there = self._there(log.calls)
            fresh = [call for call in log.calls if call.id not in there]
            differing = [Remark(c.line, "differs") for c in log.calls if c.id in there and there[c.id] != _content(c)]
            self._db["file"].insert(
                {"digest": digest, "name": name, "loaded_at": at, "lines": lines}, pk="digest", ignore=True
            )
            self._db["call"].insert_all((_row(call, timezone, digest) for call in fresh), pk="id")
            self._db["remark"].insert_all(
                _remarks(digest, log, differing), pk=("file", "line", "reason"), ignore=True
            )
        known = len(log.calls) - len(fresh) - len(differing)
        return Loaded(new=len(fresh), known=known, differing=tuple(differing))

    def _there(self, calls: Iterable[Call]) -> dict[str, tuple[object, ...]]:
        days = [call.day for call in calls]
        if not days:
            return {}
        rows = self._db["call"].rows_where("day between ? and ?", [min(days).isoformat(), max(days).isoformat()])
        return {row["id"]: _content(_call(row)) for row in rows}

    def days(self) -> tuple[date, date] | None:
        """The first and the last day of which there are calls; None if there are none."""
        with _said(self.path):
            first, last = self._connection.execute("select min(day), max(day) from call").fetchone()
        return (date.fromisoformat(first), date.fromisoformat(last)) if first else None

    def calls(self, first: date, last: date) -> tuple[Call, ...]:
        """The calls of these days, both included, in order of arrival."""
        with _said(self.path):
            rows = self._db["call"].rows_where(
                "day between ? and ?", [first.isoformat(), last.isoformat()], order_by="arrived_at, id"
            )
            return tuple(_call(row) for row in rows)

    def timezone(self, first: date, last: date) -> str:
        """In whose time those days are. InputError if they are not all of one time zone."""
        query = "select distinct timezone from call where day between ? and ?"
        with _said(self.path):
            found = [zone for (zone,) in self._connection.execute(query, [first.isoformat(), last.isoformat()])]
        if len(found) != 1:
            raise InputError("report.error.zones", zones=", ".join(sorted(found)), path=str(self.path))
        return str(found[0])


def _row(call: Call, timezone: str, digest: str) -> dict[str, object]:
    built = msgspec.to_builtins(call)
    return {**{name: built[name] for name in _CALL if name in built}, "timezone": timezone, "file": digest}


def _call(row: dict[str, object]) -> Call:
    return msgspec.convert({name: row[name] for name in Call.__struct_fields__}, Call)


def _content(call: Call) -> tuple[object, ...]:
    """Everything but the line it stood on."""
    return tuple(getattr(call, name) for name in Call.__struct_fields__ if name != "line")


def _remarks(digest: str, log: CallLog, differing: Iterable[Remark]) -> Iterator[dict[str, object]]:
    for kept, remarks in ((1, log.repairs), (0, (*log.refusals, *differing))):
        for remark in remarks:
            yield {"file": digest, "line": remark.line, "reason": remark.reason, "kept": kept}


def _make_private(path: Path, *, own: bool) -> None:
    if own:
        paths.private(path.parent)
    else:
        path.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))


@contextmanager
def _said(path: Path) -> Iterator[None]:
    """What SQLite complains about, as an error of ours."""
    try:
        yield
    except sqlite3.Error as error:
        raise _translated(error, str(path)) from error
    except OSError as error:
        raise StoreError("report.error.unwritable", path=str(path), reason=error.strerror or "") from error


def _translated(error: sqlite3.Error, path: str) -> StoreError:
    code = (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF
    if code == sqlite3.SQLITE_FULL:
        return DiskFull("error.disk_full", path=path)
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return StoreLocked("report.error.locked", path=path)
    if code in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
        return Corrupt("report.error.not_history", path=path)
    return StoreError("report.error.unwritable", path=path, reason=str(error))
