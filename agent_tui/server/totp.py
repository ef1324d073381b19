"""Time-based one-time passwords, RFC 6238 over RFC 4226: HMAC-SHA-1, 30 seconds, six digits, as authenticator apps have it.

A code counts one step early or late, and once: whoever reads it over a shoulder cannot use it again.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from datetime import datetime
from urllib.parse import quote

from agent_tui.clock import wall
from agent_tui.server.database import Tx
from agent_tui.server.vault import Vault

STEP_S = 30
DIGITS = 6
WINDOW = 1
"""Steps a clock may be off, either way."""
SECRET_BYTES = 20
"""RFC 4226 section 4 recommends the length of the hash."""


def code(secret: bytes, step: int) -> str:
    """The code of a time step; RFC 4226 section 5.3."""
    mac = hmac.new(secret, step.to_bytes(8, "big"), hashlib.sha1).digest()
    offset = mac[-1] & 0x0F
    number = int.from_bytes(mac[offset : offset + 4], "big") & 0x7FFF_FFFF
    return f"{number % 10**DIGITS:0{DIGITS}d}"


def step_at(moment: datetime) -> int:
    """The time step of a moment, in real time; RFC 6238 section 4.2."""
    return int(moment.timestamp()) // STEP_S


def matching(secret: bytes, given: str, now: int, last: int) -> int | None:
    """The step whose code was given, within the window and after `last`; None when there is none."""
    if len(given) != DIGITS or not given.isascii() or not given.isdigit():
        return None
    found = None
    for step in range(now - WINDOW, now + WINDOW + 1):
        # Every step is compared, so that the time taken says nothing about which one it was.
        if hmac.compare_digest(code(secret, max(step, 0)), given) and step > last:
            found = step
    return found


def new_secret() -> bytes:
    return secrets.token_bytes(SECRET_BYTES)


def shown(secret: bytes) -> str:
    """The secret as people type it into an app (RFC 4648 base32)."""
    return base64.b32encode(secret).decode().rstrip("=")


def uri(secret: bytes, login: str, issuer: str) -> str:
    """What an app reads from a QR code."""
    label = f"{quote(issuer)}:{quote(login)}"
    return f"otpauth://totp/{label}?secret={shown(secret)}&issuer={quote(issuer)}&digits={DIGITS}&period={STEP_S}"


def give(tx: Tx, vault: Vault, login: str, secret: bytes) -> None:
    """Keep a person's secret, sealed; an old one is gone."""
    tx.run("totp_put", login=login, secret=vault.seal_command(_bound(login), secret))


def take(tx: Tx, login: str) -> None:
    """The person steps up with the password only."""
    tx.run("totp_drop", login=login)


def accept(tx: Tx, vault: Vault, login: str, given: str) -> bool:
    """Whether a code is right now and was not used before; then it is used."""
    row = tx.one("totp", login=login)
    if row is None:
        return False
    secret = vault.open_command(_bound(login), bytes(row["secret"]))
    step = matching(secret, given, step_at(wall()), row["last_step"])
    return step is not None and tx.run("totp_used", login=login, step=step) == 1


def _bound(login: str) -> str:
    return f"totp/{login}"
