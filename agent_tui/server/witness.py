"""What leaves the database so that nobody can quietly rewrite it: checkpoints into a file that others keep, and one line
for each audit row into the stream of the security people. Neither holds anything personal."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from agent_tui.domain.agent import Agent, AgentState
from agent_tui.errors import StoreError
from agent_tui.server import checkpoints
from agent_tui.server.database import Tx
from agent_tui.server.figures import day_start
from agent_tui.server.services import Services
from agent_tui.server.signing import Signer
from agent_tui.server.state import TableState
from agent_tui.server.tail import head_of
from agent_tui.wire.audit import Checkpoint

EVERY = timedelta(minutes=15)
"""Business time between two checkpoints, as long as something happens."""
BATCH = 1000
OUTSIDE = ("action", "amount_minor", "approval", "field", "offline", "device")
"""Facts of a row that the security people are told; ids and kinds only."""


def append(file: Path, lines: list[bytes]) -> None:
    """Add whole lines. StoreError when the file cannot be written."""
    try:
        with file.open("ab") as out:
            out.write(b"".join(line + b"\n" for line in lines))
            out.flush()
    except OSError as error:
        raise StoreError("audit.error.cannot_write", path=str(file), reason=error.strerror) from None


# ---- checkpoints -------------------------------------------------------------------------------------------------


class Keeper:
    """The file of checkpoints, brought up to date with the table."""

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._sent = 0

    def begin(self, tx: Tx) -> None:
        """Compare what the file holds with the table. StoreError when they are not of one audit: then nothing is served
        until somebody has looked."""
        if self._file is None or not self._file.exists():
            return
        here = [msgspec.json.encode(one) for one in checkpoints.all_of(tx)]
        kept = self._file.read_bytes().splitlines()
        if kept != here[: len(kept)]:
            raise StoreError("audit.error.rewritten", path=str(self._file))
        self._sent = len(kept)

    def send(self, tx: Tx) -> None:
        """Append what the file does not hold yet."""
        if self._file is None:
            return
        rows = tx.all("checkpoints_after", after=self._sent)
        if rows:
            append(self._file, [row["body"].encode() for row in rows])
            self._sent = rows[-1]["n"]


def begin(services: Services) -> Keeper:
    """The keeper of the file in the options, once it was compared with the database."""
    keeper = Keeper(services.options.checkpoints)
    services.db.read_now(keeper.begin)
    return keeper


class Checkpoints:
    """Takes a checkpoint every 15 business minutes, when a day closed, and when the last person left."""

    name = "checkpoints"
    every_s = 1.0
    woken = False

    def __init__(self, services: Services, signer: Signer, keeper: Keeper) -> None:
        self._services = services
        self._signer = signer
        self._keeper = keeper
        self._present = False

    async def step(self) -> None:
        now = self._services.clock.now()
        reason = await self._services.db.read(lambda tx: self._due(tx, now))
        if reason:
            await self._services.db.write(lambda tx: checkpoints.take(tx, self._signer, now, reason))
        await self._services.db.read(self._keeper.send)

    def finish(self) -> None:
        """The last checkpoint before the server stops."""
        now = self._services.clock.now()
        self._services.db.write_now(lambda tx: take_now(tx, self._signer, now, "stop"))
        self._services.db.read_now(self._keeper.send)

    def _due(self, tx: Tx, now: datetime) -> str:
        """Why one is due; empty when none is."""
        head = head_of(tx)
        last = checkpoints.last(tx)
        was, self._present = self._present, _somebody(tx)
        if last is None:
            return "schedule" if head["audit_seq"] else ""
        if datetime.fromisoformat(last.at) < day_start(now, self._services.rules.timezone):
            return "day"
        if head["audit_seq"] == last.size:
            return ""
        if was and not self._present:
            return "shift"
        return "schedule" if now - datetime.fromisoformat(last.at) >= EVERY else ""


def _somebody(tx: Tx) -> bool:
    return any(agent.state is not AgentState.LOGGED_OFF for agent in TableState(tx).find(Agent))


def take_now(tx: Tx, signer: Signer, now: datetime, reason: str) -> Checkpoint:
    """A checkpoint over everything, or the last one if it holds everything already."""
    head, last = head_of(tx), checkpoints.last(tx)
    if last is not None and last.size == head["audit_seq"]:
        return last
    return checkpoints.take(tx, signer, now, reason)


# ---- security events ---------------------------------------------------------------------------------------------


def event(payload: str) -> bytes:
    """One audit row as one line: who, what, how it ended, by which rules. No customer, no content."""
    said: dict[str, Any] = msgspec.json.decode(payload)
    facts = said["facts"]
    ruling = facts.get("ruling") or {}
    line = {name: said[name] for name in ("seq", "at", "actor", "type", "outcome")}
    line |= {name: facts[name] for name in OUTSIDE if facts.get(name) is not None}
    if ruling:
        line |= {"rules": ruling.get("rules", []), "revision": ruling.get("revision", "")}
    return json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode()


def last_line(file: Path) -> int:
    """The row of the last whole line of a file of events; 0 when there is none. A line cut off by a crash is dropped."""
    if not file.exists():
        return 0
    with file.open("r+b") as kept:
        size = kept.seek(0, 2)
        kept.seek(max(0, size - 65_536))
        tail = kept.read()
        whole = tail.rfind(b"\n") + 1
        kept.truncate(size - len(tail) + whole)
    lines = tail[:whole].splitlines()
    try:
        return int(json.loads(lines[-1])["seq"]) if lines else 0
    except (ValueError, KeyError):
        raise StoreError("audit.error.cannot_write", path=str(file), reason="JSON") from None


class Siem:
    """Follows the audit into a file, one line a row, each row once."""

    name = "siem"
    every_s = 1.0
    woken = True

    def __init__(self, services: Services, file: Path) -> None:
        self._services = services
        self._file = file
        self._seq = last_line(file)

    async def step(self) -> None:
        while rows := await self._services.db.read(lambda tx: tx.all("audit_from", after=self._seq, limit=BATCH)):
            append(self._file, [event(row["payload"]) for row in rows])
            self._seq = rows[-1]["seq"]
