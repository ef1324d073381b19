"""Devices: which ones people work on, how long one may keep what it shows, and which must forget everything.

A revoked device is told so at every request (`device-revoked`) and its streams end; what it had not sent comes back in
sealed boxes (`escrow`).
"""

from __future__ import annotations

from datetime import datetime

from agent_tui.clock import wall
from agent_tui.domain.rows import stamp
from agent_tui.server import problems
from agent_tui.server.caller import Caller
from agent_tui.server.database import Tx
from agent_tui.server.tail import AuditDraft, Tail
from agent_tui.wire.device import Device, WipedReport
from agent_tui.wire.signed import good


def check(tx: Tx, device: str) -> None:
    """device-revoked when an administrator ordered this device to be wiped."""
    if device and tx.one("device_revoked", id=device) is not None:
        raise problems.fail("device-revoked", key="vault.refusal.device_revoked")


def seen(tx: Tx, caller: Caller, unsent: int, key: str = "") -> None:
    """A person is at work on their device, which holds `unsent` commands; the first key it shows is the one that it
    must sign with."""
    if key:
        tx.run("device_key_put", id=caller.device, key=key)
    tx.run("device_seen", id=caller.device, login=caller.login, at=stamp(wall()), unsent=unsent)


def revoke(tx: Tx, device: str, by: str, now: datetime) -> None:
    """From now on the device gets no answer but that it must forget everything. Audited; not-found for one nobody ever
    worked on. Ordering it twice changes nothing. `now` is business time."""
    if tx.one("device_known", id=device) is None:
        raise problems.fail("not-found", key="vault.refusal.no_device", args={"device": device})
    if tx.run("device_revoke", id=device, at=stamp(wall())):
        _record(tx, by, "WipeDevice", device, now)


def wiped(tx: Tx, report: WipedReport, now: datetime) -> None:
    """The device says that it has forgotten everything; counts once, and only for one that was told to. not-permitted
    when it has shown a key and this is not signed with it: somebody else says so."""
    known = tx.one("device_key", id=report.device)
    if known is not None and not good(known["key"], report.signature, report.text()):
        raise problems.fail("not-permitted", key="vault.refusal.unsigned")
    if tx.run("device_wiped", id=report.device, at=stamp(wall())):
        proof = {"at": report.at, "signature": report.signature, "key": known["key"]} if known is not None else {}
        if known is not None:
            tx.run("device_signed", id=report.device, signature=report.signature)
        _record(tx, "system:device", "DeviceWiped", report.device, now, **proof)


def _record(tx: Tx, actor: str, kind: str, device: str, now: datetime, **more: str) -> None:
    tail = Tail(tx, now)
    tail.audit(AuditDraft(actor=actor, type=kind, outcome="applied", facts={"device": device, **more}))
    tail.close()


def every(tx: Tx) -> tuple[Device, ...]:
    """All of them, those seen last first."""
    return tuple(
        Device(
            id=row["id"],
            login=row["login"],
            seen_at=row["seen_at"],
            unsent=row["unsent"],
            revoked_at=row["revoked_at"] or "",
            wiped_at=row["wiped_at"] or "",
            signed=bool(row["signature"]),
        )
        for row in tx.all("devices")
    )
