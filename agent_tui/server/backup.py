"""Backup and restore of a whole ledger, from either engine into either.

A backup is one gzip file of JSON lines: a heading, then table by table the columns and the rows as they are stored (what is
sealed stays sealed, so the key files are needed to read it), then the number of rows and the digest of everything before.
It is read in one snapshot while the server goes on.

A restored ledger begins a new epoch: desks load everything afresh and ask again about what they were told. What an outside
system was being asked for may have been done after the backup was made, so it counts as begun: nobody does it again without
looking.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import secrets
import zlib
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, cast

import msgspec

from agent_tui.clock import wall
from agent_tui.domain.rows import stamp
from agent_tui.errors import Corrupt, DiskFull, InputError, NewerDatabase, StoreError
from agent_tui.server.at_rest import Rest
from agent_tui.server.database import STATEMENTS, Database, Tx, read_apart
from agent_tui.server.migrations import SCHEMA_VERSION
from agent_tui.server.place import Where, beside, shown
from agent_tui.server.tail import AuditDraft, Tail

FORMAT = 1
TABLES = tuple(name.removeprefix("dump_") for name in STATEMENTS if name.startswith("dump_"))
"""In the order in which they are written; the head is the last."""
BATCH = 500
AHEAD = 2**32
"""So many numbers of requests to links are left out after a restore: a link asks for what follows the last one that it read,
and it may have read more than the backup holds."""
_PACKED = frozenset({("state", "body"), ("event", "body"), ("link_request", "body")})
"""Columns of text that may hold what is sealed."""
Progress = Callable[[int], None]


class Heading(msgspec.Struct, frozen=True, kw_only=True):
    """The first line."""

    agent_tui_backup: int
    schema: int
    at: str
    epoch: str
    feed_seq: int
    audit_seq: int
    audit_hash: str
    key: str
    """Mark of the key it was sealed with."""


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """Before the rows of each table."""

    table: str
    columns: list[str]


class End(msgspec.Struct, frozen=True, kw_only=True):
    """The last line."""

    rows: int
    sha256: str


_JSON = msgspec.json.Encoder()


def _written(value: Any) -> Any:
    return {"b": b64encode(value).decode()} if isinstance(value, bytes) else value


def _read(value: Any) -> Any:
    return b64decode(value["b"]) if isinstance(value, dict) else value


# ---- backup ------------------------------------------------------------------------------------------------------


def backup(where: Where, file: Path, progress: Progress | None = None) -> Heading:
    """Write the whole ledger into `file`, which must not exist; all of it or nothing. StoreError, DiskFull."""
    if file.exists():
        raise InputError("server.error.backup_exists", path=str(file))
    waiting = file.with_name(f".{file.name}.{os.getpid()}")
    mark = Rest(beside(where)).mark
    try:
        handle = os.open(waiting, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as raw:
            with gzip.GzipFile(fileobj=raw, mode="wb", filename="", mtime=0) as out:
                heading = read_apart(where, lambda tx: _dump(tx, mark, cast("Any", out).write, progress))
            raw.flush()
            os.fsync(raw.fileno())
        waiting.replace(file)
    except OSError as error:
        raise DiskFull("server.error.backup_write", path=str(file), reason=error.strerror or "") from None
    finally:
        waiting.unlink(missing_ok=True)
    return heading


def _dump(tx: Tx, mark: str, write: Callable[[bytes], int], progress: Progress | None) -> Heading:
    digest, rows = hashlib.sha256(), 0

    def line(what: object) -> None:
        data = _JSON.encode(what) + b"\n"
        digest.update(data)
        write(data)

    heading = _heading(tx, mark)
    line(heading)
    for table in TABLES:
        line(Table(table=table, columns=list(_columns(table))))
        for row in tx.each(f"dump_{table}"):
            line([_written(_unpacked(tx, table, name, row[name])) for name in row.keys()])  # noqa: SIM118
            rows += 1
            if progress is not None and not rows % BATCH:
                progress(rows)
    write(_JSON.encode(End(rows=rows, sha256=digest.hexdigest())) + b"\n")
    return heading


def _heading(tx: Tx, mark: str) -> Heading:
    head = tx.one("head")
    if head is None:
        raise StoreError("server.error.backup_empty")
    return Heading(
        agent_tui_backup=FORMAT,
        schema=SCHEMA_VERSION,
        at=stamp(wall()),
        epoch=head["epoch"],
        feed_seq=head["feed_seq"],
        audit_seq=head["audit_seq"],
        audit_hash=head["audit_hash"],
        key=mark,
    )


def _columns(table: str) -> Iterator[str]:
    """As the statement that reads the table names them."""
    listed = STATEMENTS[f"dump_{table}"].removeprefix("SELECT").partition("\nFROM ")[0]
    return (name.strip() for name in listed.split(","))


def _unpacked(tx: Tx, table: str, column: str, value: Any) -> Any:
    return tx.unpacked(value) if (table, column) in _PACKED else value


# ---- restore -----------------------------------------------------------------------------------------------------


def read_heading(file: Path) -> Heading:
    """What a backup says of itself, once all of it was read and found whole. Corrupt when it is not, NewerDatabase when it
    is of a newer program."""
    digest, rows, last = hashlib.sha256(), -1, b""
    first: Heading | None = None
    for line in _lines(file):
        if first is None:
            first = _decoded(line, Heading, file)
        if last:
            digest.update(last)
            rows += last.startswith(b"[") or rows < 0
        last = line
    end = _decoded(last, End, file)
    if first is None or end.sha256 != digest.hexdigest():
        raise Corrupt("server.error.backup_damaged", path=str(file))
    if first.agent_tui_backup > FORMAT or first.schema > SCHEMA_VERSION:
        raise NewerDatabase("server.error.newer_database", path=str(file), found=first.schema, known=SCHEMA_VERSION)
    return first


def _lines(file: Path) -> Iterator[bytes]:
    try:
        with gzip.open(file, "rb") as lines:
            yield from cast("Iterator[bytes]", lines)
    except (OSError, EOFError, zlib.error):
        raise Corrupt("server.error.backup_damaged", path=str(file)) from None


def _decoded(line: bytes, kind: type[Any], file: Path) -> Any:
    try:
        return msgspec.json.decode(line, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Corrupt("server.error.backup_damaged", path=str(file)) from None


def restore(file: Path, where: Where, by: str, progress: Progress | None = None) -> Heading:
    """Load a backup into an empty place and begin a new epoch there; all of it or nothing. `by` is who did it. InputError
    where there is a ledger already, Corrupt for a damaged backup or another key."""
    heading = read_heading(file)
    if Rest(beside(where)).mark != heading.key:
        raise Corrupt("server.error.backup_key", path=str(file), keys=f"{beside(where)}.key")
    db = Database(where)
    try:
        if db.read_now(lambda tx: tx.one("head")) is not None:
            raise InputError("server.error.restore_full", path=shown(where))
        db.write_now(lambda tx: _load(tx, file, progress))
        now = wall()
        db.write_now(lambda tx: begin_epoch(tx, heading, by, now))
    finally:
        db.close()
    return heading


def _load(tx: Tx, file: Path, progress: Progress | None) -> None:
    table, columns, batch, done = "", [""], list[dict[str, Any]](), 0
    for line in _lines(file):
        if line.startswith(b"["):
            values = [_read(value) for value in msgspec.json.decode(line)]
            batch.append({name: _packed(tx, table, name, v) for name, v in zip(columns, values, strict=True)})
        if len(batch) >= BATCH or (batch and not line.startswith(b"[")):
            tx.many(f"load_{table}", batch)
            done += len(batch)
            batch.clear()
            if progress is not None:
                progress(done)
        if line.startswith(b'{"table"'):
            opened = msgspec.json.decode(line, type=Table)
            table, columns = opened.table, opened.columns


def _packed(tx: Tx, table: str, column: str, value: Any) -> Any:
    return tx.packed(value) if (table, column) in _PACKED else value


def begin_epoch(tx: Tx, heading: Heading, by: str, now: datetime) -> None:
    """A new time, in which nothing of what happened after the backup is known."""
    tx.run("new_epoch", epoch=secrets.token_hex(4))
    tx.run("ext_begun")
    tx.run("requests_skip", ahead=AHEAD, at=stamp(now))
    tail = Tail(tx, now)
    facts: dict[str, object] = {"by": by, "epoch": heading.epoch, "made": heading.at, "rows": heading.audit_seq}
    tail.audit(AuditDraft(actor="system:admin", type="RestoreBackup", outcome="applied", facts=facts))
    tail.close()
