"""Whether two copies hold the same rows, told by one number for each entity.

The number is the sum of the digests of the rows, so that it does not matter in which order either end reads them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import msgspec

_BYTES = 16
_SIZE = 1 << (8 * _BYTES)


class Sum(msgspec.Struct, frozen=True):
    """The rows of one entity."""

    count: int
    digest: str
    """`sum-sha256-128:<hex>`: the algorithm, then the sum."""


class Digest(msgspec.Struct, frozen=True, kw_only=True):
    """Answer of GET /v1/sync/digest: what the caller may see at `cursor`."""

    cursor: str
    entities: dict[str, Sum]
    """An entity without rows is not named."""


def sums(rows: Iterable[tuple[str, str, int]]) -> dict[str, Sum]:
    """The sums of (entity, id, version) by entity."""
    found: dict[str, tuple[int, int]] = {}
    for entity, id_, version in rows:
        count, total = found.get(entity, (0, 0))
        row = hashlib.sha256(f"{entity}\n{id_}\n{version}".encode()).digest()[:_BYTES]
        found[entity] = (count + 1, (total + int.from_bytes(row, "big")) % _SIZE)
    return {entity: Sum(count, f"sum-sha256-128:{total:032x}") for entity, (count, total) in found.items()}
