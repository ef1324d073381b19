"""What people typed is encrypted in the database file: bodies of rows that carry free text, and texts on their way to a
link. SQL says `sealed(:body)` and `clear(body)`; the key is derived from the key file beside the database."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from agent_tui.errors import Corrupt

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
    path = key_file(database)
    if not path.exists():
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(os.urandom(32))
    return path.read_bytes()


def teach(connection: sqlite3.Connection, database: Path) -> None:
    """Give a connection the functions `sealed(body)`, `sealed_if(entity or event, body)` and `clear(body)`. Without the key file
    what is sealed cannot be read, and asking for it raises."""
    root = key_file(database).read_bytes() if key_file(database).exists() else b""
    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"agent-tui/rest").derive(root) if root else None
    cipher = AESGCM(key) if key else None

    def sealed(body: str) -> bytes:
        if cipher is None:
            raise Corrupt("server.error.wrong_key")
        nonce = os.urandom(_NONCE)
        return nonce + cipher.encrypt(nonce, body.encode(), None)

    def sealed_if(name: str, body: str) -> str | bytes:
        return sealed(body) if name in TYPED or name in WORDED else body

    def clear(body: str | bytes | None) -> str | None:
        if body is None or isinstance(body, str):
            return body
        if cipher is None:
            raise Corrupt("server.error.wrong_key")
        try:
            return cipher.decrypt(body[:_NONCE], body[_NONCE:], None).decode()
        except InvalidTag:
            raise Corrupt("server.error.wrong_key") from None

    connection.create_function("sealed", 1, sealed)
    connection.create_function("sealed_if", 2, sealed_if)
    connection.create_function("clear", 1, clear, deterministic=True)
