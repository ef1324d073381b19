"""What the cache holds, in the numbers by which the server can be asked whether it is right."""

from __future__ import annotations

from pathlib import Path

from agent_tui.domain.rows import ENTITIES
from agent_tui.store.cache import QUERIES
from agent_tui.store.engine import DatabaseError, connect, translate
from agent_tui.wire.digest import Digest, sums


def digest(path: Path, key: bytes) -> Digest:
    """Cursor and sums of one snapshot, read over a connection of its own: it takes a while and disturbs nobody.

    Corrupt or StoreError when the file cannot be read.
    """
    connection = connect(path, key, synchronous="NORMAL")
    try:
        connection.execute("BEGIN")
        cursor = dict(connection.execute(QUERIES["meta_all"])).get("cursor", "")
        found = sums(connection.execute(QUERIES["row_versions"]))
    except DatabaseError as error:
        raise translate(error, path) from None
    finally:
        connection.close()
    return Digest(cursor=cursor, entities=found)


def differing(mine: Digest, told: Digest) -> frozenset[str]:
    """Entities whose rows are not the same. What this program does not know is no difference: it keeps none of it."""
    names = (mine.entities.keys() | told.entities.keys()) & set(ENTITIES)
    return frozenset(name for name in names if mine.entities.get(name) != told.entities.get(name))
