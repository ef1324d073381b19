"""`agent-tui audit export`: rows, checkpoints and proofs in a folder that can be checked without this program."""

from __future__ import annotations

import argparse
import getpass
import json
from collections.abc import Callable, Iterable
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agent_tui import canon
from agent_tui.cli import audit_check
from agent_tui.cli.audit_show import interval, zone
from agent_tui.clock import wall
from agent_tui.domain.rows import stamp
from agent_tui.errors import StoreError, UsageError
from agent_tui.i18n.catalog import say
from agent_tui.server.place import Where

if TYPE_CHECKING:
    from agent_tui.server.database import Tx
    from agent_tui.wire.audit import Checkpoint


def run(database: Where, args: argparse.Namespace, language: str) -> int:
    """Write the folder, then the row that says so. UsageError, StoreError."""
    from agent_tui.server.database import read_apart, write_apart

    since, until = interval(args, zone())
    person = read_apart(database, lambda tx: _person(tx, args.by))
    folder: Path = args.out
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError("audit.error.not_empty", path=str(folder))
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        facts = read_apart(database, lambda tx: write(tx, folder, since, until, language))
    except OSError as error:
        raise StoreError("audit.error.cannot_write", path=str(folder), reason=error.strerror) from None
    told = {**facts, "by": person, "account": getpass.getuser(), "since": stamp(since), "until": stamp(until)}
    write_apart(database, lambda tx: _record(tx, told))
    print(say("audit.export.done", language, rows=facts["rows"], checkpoints=facts["checkpoints"], path=str(folder)))
    return 0


def _person(tx: Tx, login: str) -> str:
    from agent_tui.domain.agent import Agent
    from agent_tui.server.state import TableState

    for person in TableState(tx).find(Agent):
        if login in (person.login, person.id):
            return person.id
    raise UsageError("audit.error.no_person", who=login)


def _record(tx: Tx, facts: dict[str, object]) -> None:
    from agent_tui.server.tail import AuditDraft, Tail

    tail = Tail(tx, wall())
    tail.audit(AuditDraft(actor="system:admin", type="ExportAudit", outcome="applied", facts=facts))
    tail.close()


def write(tx: Tx, folder: Path, since: datetime, until: datetime, language: str) -> dict[str, object]:
    """Everything of one interval. Returns what the audit keeps of it."""
    from agent_tui.server import checkpoints

    kept = checkpoints.all_of(tx)
    rows = (dict(row) for row in tx.each("audit_between", since=stamp(since), until=stamp(until)))
    numbers: list[int] = []
    _lines(folder / "rows.jsonl", (_noted(row, numbers) for row in rows))
    _lines(folder / "checkpoints.jsonl", (_builtins(one) for one in kept))
    _lines(folder / "proofs.jsonl", _proofs(tx, numbers, kept))
    _lines(folder / "consistency.jsonl", _growth(tx, kept))
    (folder / "check.py").write_bytes(Path(audit_check.__file__).read_bytes())
    (folder / "README.md").write_text(say("audit.export.readme", language), encoding="utf-8")
    digest = canon.digest((folder / "rows.jsonl").read_bytes())
    return {"rows": len(numbers), "checkpoints": len(kept), "digest": digest}


def _noted(row: dict[str, Any], numbers: list[int]) -> dict[str, Any]:
    numbers.append(row["seq"])
    return row


def _builtins(checkpoint: Checkpoint) -> dict[str, Any]:
    import msgspec

    found: dict[str, Any] = msgspec.to_builtins(checkpoint)
    return found


def _lines(file: Path, objects: Iterable[dict[str, Any]]) -> None:
    with file.open("w", encoding="utf-8") as out:
        for one in objects:
            out.write(json.dumps(one, ensure_ascii=False, separators=(",", ":")) + "\n")


def _proofs(tx: Tx, numbers: Iterable[int], kept: list[Checkpoint]) -> Iterable[dict[str, Any]]:
    """One for each row, against the last checkpoint; rows behind it are proved by a later export."""
    from agent_tui.server import checkpoints, merkle

    if not kept:
        return
    last = kept[-1]
    subtree = _remembering(checkpoints.subtree_of(tx))
    for seq in numbers:
        if seq > last.size:
            return
        path = [checkpoints.shown(one) for one in merkle.inclusion(seq - 1, last.size, subtree)]
        link = tx.value("audit_link", seq=seq)
        yield {"seq": seq, "index": seq - 1, "hash": link, "checkpoint": last.n, "path": path}


def _remembering(subtree: Callable[[int, int], bytes]) -> Callable[[int, int], bytes]:
    """Neighbours share most of their path."""
    known: dict[tuple[int, int], bytes] = {}

    def remembered(start: int, end: int) -> bytes:
        if (start, end) not in known:
            known[start, end] = subtree(start, end)
        return known[start, end]

    return remembered


def _growth(tx: Tx, kept: list[Checkpoint]) -> Iterable[dict[str, Any]]:
    """That each checkpoint extends the one before."""
    import msgspec

    from agent_tui.server import checkpoints

    for before, after in pairwise(kept):
        proof = checkpoints.prove_growth(tx, before.size, after.size)
        if proof is not None:
            yield msgspec.to_builtins(proof)
