"""What people typed is encrypted in the database: bodies of rows that carry free text, and texts on their way to a
link. SQL says `sealed(:body)` and `clear(body)`; the key is derived from the key file beside the database."""

from __future__ import annotations

import contextlib
import hashlib
import os
import sqlite3
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from agent_tui.errors import Corrupt
from agent_tui.killpoint import kill_point

TYPED = frozenset({"contact", "thread", "note", "ticket", "approval", "delegation", "review", "notice"})
"""Entities that carry what somebody wrote."""
WORDED = frozenset({"FieldRevealed", "ContactTransferred", "ContactConsulted"})
"""Events that carry a reason in somebody's words."""
_NONCE = 12


def key_file(database: Path) -> Path:
    """Where the key of a database lies."""
    return database.with_name(database.name + ".key")


def root_key(database: Path) -> bytes:
    """The key of a database, made with mode 0600 the first time."""
    return make_once(key_file(database))


def make_once(path: Path) -> bytes:
    """32 random bytes in a file of mode 0600, made the first time; of several processes that start together one makes it,
    whole, and all read the same."""
    if not path.exists():
        waiting = path.with_name(f".{path.name}.{os.getpid()}")
        handle = os.open(waiting, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(os.urandom(32))
            file.flush()
            os.fsync(file.fileno())
        kill_point("server.key")
        with contextlib.suppress(FileExistsError):
            os.link(waiting, path)
        waiting.unlink()
    return path.read_bytes()


class Rest:
    """Seals and opens under the key of one database. Without the key file what is sealed cannot be read, and asking for it
    raises Corrupt."""

    def __init__(self, database: Path) -> None:
        root = key_file(database).read_bytes() if key_file(database).exists() else b""
        self._cipher = AESGCM(_derive(root, b"rest")) if root else None
        self.mark = hashlib.sha256(_derive(root, b"mark")).hexdigest() if root else ""
        """Tells keys apart without telling anything of them."""

    def sealed(self, body: str) -> bytes:
        if self._cipher is None:
            raise Corrupt("server.error.wrong_key")
        nonce = os.urandom(_NONCE)
        return nonce + self._cipher.encrypt(nonce, body.encode(), None)

    def sealed_if(self, name: str, body: str) -> str | bytes:
        """Sealed where the entity or event of this name carries what somebody wrote."""
        return self.sealed(body) if name in TYPED or name in WORDED else body

    def clear(self, body: str | bytes | None) -> str | None:
        """What `sealed_if` was given."""
        if body is None or isinstance(body, str):
            return body
        if self._cipher is None:
            raise Corrupt("server.error.wrong_key")
        try:
            return self._cipher.decrypt(body[:_NONCE], body[_NONCE:], None).decode()
        except InvalidTag:
            raise Corrupt("server.error.wrong_key") from None


def _derive(root: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"agent-tui/" + purpose).derive(root)


def teach(connection: sqlite3.Connection, database: Path) -> None:
    """Give a connection the functions `sealed(body)`, `sealed_if(entity or event, body)` and `clear(body)`."""
    rest = Rest(database)
    connection.create_function("sealed", 1, rest.sealed)
    connection.create_function("sealed_if", 2, rest.sealed_if)
    connection.create_function("clear", 1, rest.clear, deterministic=True)
