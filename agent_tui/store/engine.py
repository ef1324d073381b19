"""The one place that knows SQLCipher: opening a keyed connection, and its errors in our words.

SQLCipher's exceptions are not those of `sqlite3`; nobody else may catch them by name.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeAlias

from sqlcipher3 import dbapi2

from agent_tui.errors import Corrupt, DiskFull, StoreError, StoreLocked

Connection: TypeAlias = Any
DatabaseError: type[Exception] = dbapi2.DatabaseError
IntegrityError: type[Exception] = dbapi2.IntegrityError

KEY_BYTES = 32
BUSY_MS = 2000
CACHE_KIB = 8192
"""Decrypted pages kept in memory by one connection: the order index of 100,000 contacts and some windows."""

_FULL = 13
_CORRUPT = frozenset({11, 26})
_BUSY = frozenset({5, 6})


def translate(error: Exception, path: Path) -> StoreError:
    """Our error for one of SQLCipher's; a wrong key and a damaged file cannot be told apart."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    text = str(error)
    if code == _FULL or "is full" in text:
        return DiskFull("desk.store.full", path=str(path))
    if code in _CORRUPT or "not a database" in text or "malformed" in text:
        return Corrupt("desk.store.unreadable", path=str(path))
    if code in _BUSY:
        return StoreLocked("desk.store.locked", path=str(path.parent))
    return StoreError("desk.store.failed", path=str(path), reason=text)


def connect(path: Path, key: bytes, *, synchronous: str) -> Connection:
    """A connection in autocommit mode (transactions are begun by name), WAL, usable from any one thread at a time.

    `key` is 32 raw bytes; `synchronous` is OFF, NORMAL or FULL. StoreError of the kind `translate` finds.
    """
    if len(key) != KEY_BYTES:
        raise ValueError(f"a store key has {KEY_BYTES} bytes, not {len(key)}")
    try:
        connection = dbapi2.connect(str(path), isolation_level=None, check_same_thread=False)
    except DatabaseError as error:
        raise translate(error, path) from None
    try:
        # First of all: SQLCipher writes its errors to stderr, where the desk is painted.
        connection.execute("PRAGMA cipher_log_level = NONE")
        connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        connection.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(f"PRAGMA synchronous = {synchronous}")
        connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        connection.execute("PRAGMA temp_store = MEMORY")
    except DatabaseError as error:
        connection.close()
        raise translate(error, path) from None
    return connection


def user_version(connection: Connection, path: Path) -> int:
    """The number the file was stamped with; reading it proves the key."""
    try:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])
    except DatabaseError as error:
        raise translate(error, path) from None


def siblings(path: Path) -> tuple[Path, ...]:
    """The file and those SQLite keeps beside it."""
    return (path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm"))
