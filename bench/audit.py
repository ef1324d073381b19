"""How long the proof of a large audit takes: every link, every command, the tree, one kept checkpoint."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from agent_tui import canon
from agent_tui.domain.rows import stamp
from agent_tui.server import audit, checkpoints, seed
from agent_tui.server.database import Database, Tx, read_apart
from agent_tui.server.signing import Signer
from bench.desk import Row

GOAL_S = 15.0
"""For a million rows, on the machine of a desk."""
AT = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


class Maker:
    """Rows like those of a day's work: every second one belongs to a command under authority."""

    def __init__(self, first: str) -> None:
        self.link = first
        self.commands: list[dict[str, Any]] = []

    def rows(self, count: int) -> Iterator[dict[str, Any]]:
        for seq in range(1, count + 1):
            yield self._row(seq)

    def _row(self, seq: int) -> dict[str, Any]:
        command = f"0195c0de-{seq:012x}" if seq % 2 else None
        shown = {
            "seq": seq,
            "at": stamp(AT),
            "actor": f"a{seq % 700}",
            "type": "PerformAction" if command else "SearchCustomers",
            "outcome": "applied",
            "customer_id": f"c{seq % 20_000}",
            "command_id": command,
        }
        facts = {
            "action": "waive_fee",
            "amount_minor": seq % 30_000,
            "args": canon.keyed(b"k", b"%d" % seq),
            "device": f"desk-{seq % 700}",
            "offline": False,
            "ruling": {"decision": "allow", "revision": canon.digest(b"policy"), "rules": ["waive_fee.level"]},
            "step_up_age_s": None,
            "target": f"contact:{seq}",
        }
        payload = canon.canonical({**shown, "facts": facts, "sealed": None})
        previous, self.link = self.link, canon.chain(self.link, payload)
        if command:
            self.commands.append(_command(command, seq))
        return {**shown, "payload": payload.decode(), "prev": previous, "hash": self.link}


def _command(id: str, seq: int) -> dict[str, Any]:
    fixed = {"kind": "agent", "device": "d", "target": None, "if_match": None, "offline": 0, "age_ms": 0}
    told = {"received_at": "", "outcome": "applied", "http": 200, "body": b"{}" * 100, "version": None}
    return {
        **fixed,
        **told,
        "id": id,
        "maker": f"a{seq % 700}",
        "type": "PerformAction",
        "fingerprint": canon.digest(id.encode()),
        "args": b"x" * 200,
        "feed_seq": seq,
        "audit_seq": seq,
    }


def fill(path: Path, count: int) -> None:
    """A database with `count` audit rows and a checkpoint over them."""
    db = Database(path)
    seed.ensure_head(db)
    signer = Signer.beside(path)

    def work(tx: Tx) -> None:
        maker = Maker(checkpoints.genesis(tx))
        tx.many("audit_add", maker.rows(count))
        tx.many("command_add", maker.commands)
        tx.run("move_head", feed_seq=0, audit_seq=count, audit_hash=maker.link)
        checkpoints.take(tx, signer, AT, "demand")

    db.write_now(work)
    db.close()


def rows(count: int = 1_000_000) -> Iterator[Row]:
    """Seconds to verify `count` rows, and to prove one of them."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "server.db"
        fill(path, count)
        start = time.perf_counter()
        found = read_apart(path, audit.verify)
        took = time.perf_counter() - start
        assert found.ok and found.rows == count and found.checkpoints == 1, found
        goal = GOAL_S * count / 1_000_000
        yield Row(f"audit verify, {count:,} rows", f"{took:.2f} s", f"≤ {goal:.1f} s", took <= goal)
        start = time.perf_counter()
        proof = read_apart(path, lambda tx: checkpoints.prove_row(tx, count // 3))
        took = (time.perf_counter() - start) * 1000
        assert proof is not None and checkpoints.holds(proof)
        yield Row(f"prove one row of {count:,}", f"{took:.1f} ms, {len(proof.path)} hashes", "≤ 50 ms", took <= 50)
