"""Opening the two files of a profile. An up-to-date file needs SQLCipher and nothing else.

cache.db     disposable: another schema, another key or damage → dropped, made new, filled by a snapshot
journal.db   never disposable: migrated with a copy beside it; newer or unreadable → an error, nothing touched
             (`salvage` makes a new one of what can still be read)
"""

from __future__ import annotations

from pathlib import Path

from agent_tui.errors import Corrupt, NewerDatabase, StoreError
from agent_tui.store import schema
from agent_tui.store.cache import Cache
from agent_tui.store.engine import Connection, DatabaseError, connect, siblings, translate, user_version
from agent_tui.store.escrow import Boxes
from agent_tui.store.journal import Journal
from agent_tui.store.writer import Writer

SAVED = ".saved"
"""End of the name of what `salvage` made of a damaged journal, until it takes that one's place."""
LEAST_BYTES = 4096
"""One page: a journal that is shorter, and has no log beside it, was cut off."""


def open_cache(path: Path, key: bytes) -> Cache:
    """The cache, empty if there was none that can be used. DiskFull, StoreError."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        connection = connect(path, key, synchronous="NORMAL")
        stamp = user_version(connection, path)
        if stamp == schema.STAMP:
            return Cache(connection, path, key)
        connection.close()
    except Corrupt:
        pass
    return _new_cache(path, key)


def rebuild(cache: Cache) -> None:
    """Drop a damaged cache under its users and begin anew, empty but for whose it is. Where the disk has no room for a
    file it is kept in memory until the desk is opened again."""
    from agent_tui.domain.rows import ENTITIES
    from agent_tui.store.write import put_meta

    cache.close()
    try:
        cache.connection = _new_cache(cache.path, cache.key).connection
    except StoreError:
        cache.connection = _in_memory(cache.key)
    kept = {key: cache.meta[key] for key in ("agent_id", "banner", "epoch") if key in cache.meta}
    cache.meta = {}
    cache.entries.clear()
    cache.forget_guides()
    put_meta(cache, **kept)
    cache.changed(ENTITIES)


def _new_cache(path: Path, key: bytes) -> Cache:
    from agent_tui.store.create import create_cache

    for file in siblings(path):
        file.unlink(missing_ok=True)
    connection = connect(path, key, synchronous="NORMAL")
    try:
        create_cache(connection)
    except DatabaseError as error:
        connection.close()
        raise translate(error, path) from None
    path.chmod(0o600)
    return Cache(connection, path, key)


def _in_memory(key: bytes) -> Connection:
    from agent_tui.store.create import create_cache

    connection = connect(Path(":memory:"), key, synchronous="OFF")
    create_cache(connection)
    return connection


def open_journal(path: Path, key: bytes, boxes: Boxes | None = None) -> Journal:
    """The journal with its writer running. NewerDatabase, Corrupt (damaged or another key), DiskFull."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    saved = path.with_name(path.name + SAVED)
    if saved.exists() and not path.exists():
        saved.replace(path)
    if path.exists() and path.stat().st_size < LEAST_BYTES and not siblings(path)[1].exists():
        raise Corrupt("desk.store.unreadable", path=str(path))
    connection = connect(path, key, synchronous="FULL")
    try:
        _migrate(connection, path)
        _check(connection, path)
        reader = connect(path, key, synchronous="FULL")
    except BaseException:
        connection.close()
        raise
    return Journal(reader, Writer(connection, path), path, boxes)


def _check(connection: Connection, path: Path) -> None:
    """Corrupt when any page is not as it was written: a damaged row is better found now than when it is needed."""
    try:
        damaged = connection.execute("PRAGMA cipher_integrity_check").fetchall()
    except DatabaseError as error:
        raise translate(error, path) from None
    if damaged:
        raise Corrupt("desk.store.unreadable", path=str(path))


def _migrate(connection: Connection, path: Path) -> None:
    version = user_version(connection, path)
    if version > schema.JOURNAL_VERSION:
        raise NewerDatabase("desk.store.newer", path=str(path), found=version, known=schema.JOURNAL_VERSION)
    if version == schema.JOURNAL_VERSION:
        return
    from agent_tui.store.create import migrate_journal

    try:
        migrate_journal(connection, path, version)
    except DatabaseError as error:
        raise translate(error, path) from None
    path.chmod(0o600)
