"""Signing in: Argon2id, opaque tokens kept as hashes and bound to a device, step-up. All of it in real time.

A wrong login costs as much time and gets the same answer as a wrong password; guessing is slowed down by `throttle`.
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
from agent_tui.domain.agent import Agent
from agent_tui.domain.rows import stamp
from agent_tui.server import problems
from agent_tui.server.caller import Caller
from agent_tui.server.database import Row, Tx
from agent_tui.server.state import TableState
from agent_tui.server.tail import AuditDraft, Tail
from agent_tui.server.terms import Terms


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

    def __init__(self, hasher: PasswordHasher | None = None, terms: Terms | None = None) -> None:
        self._terms = terms or Terms()
        self._hasher = hasher or _HASHER
        self._nobody = _nobodys_hash(self._hasher)

    def hash(self, password: str) -> str:
        return self._hasher.hash(password)

    def stored(self, tx: Tx, login: str) -> str:
        """The hash to check a password against; that of nobody for an unknown or locked login, which takes as long."""
        row = tx.one("account", login=login)
        hashed: str = row["password_hash"] if row is not None else ""
        return hashed or self._nobody

    def right(self, hashed: str, password: str) -> bool:
        """Whether the password is the one that was hashed."""
        try:
            return self._hasher.verify(hashed, password)
        except (VerificationError, InvalidHashError):
            return False

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
            expires_at=stamp(now + timedelta(seconds=self._terms.token_s)),
        )
        return Account(login=row["login"], agent_id=row["agent_id"], kind=row["kind"]), token

    def caller(self, tx: Tx, token: str) -> Caller:
        """Who presents this token; not-signed-in when it is unknown, over, or of somebody who no longer works here."""
        row = self._row(tx, token_hash(token))
        if not works(tx, row["kind"], row["agent_id"]):
            raise problems.fail("not-signed-in", key="server.refusal.not_signed_in")
        return Caller(
            kind=row["kind"],
            id=row["agent_id"],
            login=row["login"],
            device=row["device"],
            token=row["hash"],
            step_up_age_s=self._step_up_age_s(row),
        )

    def _step_up_age_s(self, row: Row) -> int | None:
        """None when the session was never authenticated again, or so long ago that it counts for nothing."""
        if not row["step_up_at"]:
            return None
        age = int((wall() - _parse(row["step_up_at"])).total_seconds())
        return age if age <= self._terms.step_up_s else None

    def present(self, tx: Tx, caller: Caller) -> None:
        """not-signed-in once the token of a caller who was let in is over; for streams, which outlive it."""
        self._row(tx, caller.token)

    def _row(self, tx: Tx, hashed: str) -> Row:
        row = tx.one("token", hash=hashed)
        if row is None or _parse(row["expires_at"]) <= wall():
            raise problems.fail("not-signed-in", key="server.refusal.not_signed_in")
        return row

    def extend(self, tx: Tx, caller: Caller) -> None:
        """Another `token_s`; not-signed-in when the session has lasted `session_s`."""
        row, now = self._row(tx, caller.token), wall()
        if _parse(row["issued_at"]) + timedelta(seconds=self._terms.session_s) <= now:
            raise problems.fail("not-signed-in", key="server.refusal.not_signed_in")
        tx.run("token_extend", hash=caller.token, expires_at=stamp(now + timedelta(seconds=self._terms.token_s)))

    def step_up(self, tx: Tx, caller: Caller) -> None:
        tx.run("token_step_up", hash=caller.token, at=stamp(wall()))

    def close(self, tx: Tx, caller: Caller) -> None:
        tx.run("token_drop", hash=caller.token)


def works(tx: Tx, kind: str, agent_id: str) -> bool:
    """Whether a person still works here; links always do."""
    if kind != "agent":
        return True
    agent = TableState(tx).get(Agent, agent_id)
    return agent is not None and agent.active


def revoke(tx: Tx, login: str, device: str, now: datetime, by: str, *, lock: bool = False) -> int:
    """End the sessions of a login, of one device only unless it is empty; with `lock` nobody signs in with it until a
    new password is set. Streams of a server that runs end as soon as it looks (`upkeep.Ears`). Returns how many
    ended; `now` is business time."""
    hashes = [row["hash"] for row in tx.all("tokens_of", login=login, device=device)]
    for hashed in hashes:
        tx.run("token_drop", hash=hashed)
    if lock:
        tx.run("account_lock", login=login)
    facts: dict[str, object] = {"login": login, "device": device, "by": by, "ended": len(hashes), "locked": lock}
    tail = Tail(tx, now)
    tail.audit(AuditDraft(actor="system:admin", type="RevokeSessions", outcome="applied", facts=facts))
    tail.close()
    return len(hashes)
