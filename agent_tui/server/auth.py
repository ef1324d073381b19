"""Signing in: Argon2id, opaque tokens kept as hashes, a throttle, step-up. All of it in real time.

A wrong login costs as much time and gets the same answer as a wrong password.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from functools import cache

import msgspec
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from agent_tui.clock import wall
from agent_tui.domain.rows import stamp
from agent_tui.server import problems
from agent_tui.server.caller import Caller
from agent_tui.server.database import Tx

TOKEN_S = 900
FREE_TRIES = 5
"""Failures in a row before the throttle begins."""
BLOCK_S = 30
"""First waiting time of the throttle; it doubles with each failure up to an hour."""


class Account(msgspec.Struct, frozen=True, kw_only=True):
    login: str
    agent_id: str
    kind: str


def _parse(text: str) -> datetime:
    return datetime.fromisoformat(text)


def token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


@cache
def _nobodys_hash(hasher: PasswordHasher) -> str:
    """What a wrong login is checked against, made once for a process."""
    return hasher.hash(secrets.token_urlsafe(16))


_HASHER = PasswordHasher()


class Doorman:
    """Passwords and tokens. Hashing takes a tenth of a second, so it is done outside transactions."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or _HASHER
        self._nobody = _nobodys_hash(self._hasher)

    def hash(self, password: str) -> str:
        return self._hasher.hash(password)

    def stored(self, tx: Tx, login: str) -> str:
        """The hash to check a password against; that of nobody for an unknown login. Raises slow-down."""
        row = tx.one("account", login=login)
        if row is None:
            return self._nobody
        if row["blocked_until"] and (wait := (_parse(row["blocked_until"]) - wall()).total_seconds()) > 0:
            raise problems.fail("slow-down", key="server.refusal.too_many_tries", retry_after_s=round(wait, 1))
        hashed: str = row["password_hash"]
        return hashed

    def right(self, hashed: str, password: str) -> bool:
        """Whether the password is the one that was hashed."""
        try:
            return self._hasher.verify(hashed, password)
        except (VerificationError, InvalidHashError):
            return False

    def mark(self, tx: Tx, login: str, *, right: bool) -> None:
        """Count a failure and set the throttle, or forget the failures."""
        row = tx.one("account", login=login)
        if row is None:
            return
        failures = 0 if right else row["failures"] + 1
        over = failures - FREE_TRIES
        until = wall() + timedelta(seconds=min(3600, BLOCK_S * 2**over)) if over >= 0 else None
        tx.run("account_mark", login=login, failures=failures, blocked_until=stamp(until) if until else None)

    def open(self, tx: Tx, login: str, device: str) -> tuple[Account, str]:
        """A new token for a person whose password was right."""
        row = tx.one("account", login=login)
        if row is None:
            raise problems.fail("bad-credentials", key="server.refusal.bad_credentials")
        token = secrets.token_urlsafe(32)
        now = wall()
        tx.run(
            "token_add",
            hash=token_hash(token),
            login=login,
            device=device,
            issued_at=stamp(now),
            expires_at=stamp(now + timedelta(seconds=TOKEN_S)),
        )
        return Account(login=row["login"], agent_id=row["agent_id"], kind=row["kind"]), token

    def caller(self, tx: Tx, token: str) -> Caller:
        """Who presents this token; not-signed-in when it is unknown or over."""
        row = tx.one("token", hash=token_hash(token))
        now = wall()
        if row is None or _parse(row["expires_at"]) <= now:
            raise problems.fail("not-signed-in", key="server.refusal.not_signed_in")
        age = int((now - _parse(row["step_up_at"])).total_seconds()) if row["step_up_at"] else None
        return Caller(
            kind=row["kind"],
            id=row["agent_id"],
            login=row["login"],
            device=row["device"],
            token=row["hash"],
            step_up_age_s=age,
        )

    def extend(self, tx: Tx, caller: Caller) -> None:
        tx.run("token_extend", hash=caller.token, expires_at=stamp(wall() + timedelta(seconds=TOKEN_S)))

    def step_up(self, tx: Tx, caller: Caller) -> None:
        tx.run("token_step_up", hash=caller.token, at=stamp(wall()))

    def close(self, tx: Tx, caller: Caller) -> None:
        tx.run("token_drop", hash=caller.token)
