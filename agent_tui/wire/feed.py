"""The change feed: pages of rows as they are now, for this caller."""

from __future__ import annotations

from datetime import datetime

import msgspec


class Change(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One row: put it, or remove it (gone, or no longer yours to see)."""

    entity: str
    id: str
    version: int
    remove: bool = False
    image: msgspec.Raw = msgspec.Raw(b"null")
    """JSON of the domain struct, masked for the caller; null with `remove`."""


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """Answer of /v1/sync/changes and data of each `page` event of /v1/sync/stream.

    Rows and `to` are stored in one local transaction. With `more` false the cache equals the server's view of
    this caller's scope at `head`.
    """

    start: str
    """The cursor this page continues; a client whose cursor differs drops the page and pulls."""
    to: str
    more: bool
    head: int
    at: datetime
    """Business time at the server."""
    speed: float = 1.0
    changes: tuple[Change, ...] = ()


class SnapshotPage(msgspec.Struct, frozen=True, kw_only=True):
    """Answer of /v1/sync/snapshot: current images by (entity, id), then `cursor` to catch up from."""

    cursor: str
    after: str
    """Where the next page starts; empty at the end."""
    at: datetime
    speed: float = 1.0
    total: int = 0
    changes: tuple[Change, ...] = ()


class Beat(msgspec.Struct, frozen=True, kw_only=True):
    """Data of each `beat` event of a stream, every 5 s."""

    head: int
    at: datetime
    speed: float = 1.0


class Cursor(msgspec.Struct, frozen=True):
    """`v1.<epoch>.<sequence>.<scope revision>`, opaque to the client."""

    epoch: str
    seq: int
    rev: int

    def __str__(self) -> str:
        return f"v1.{self.epoch}.{self.seq}.{self.rev}"


_DIGITS = 18
"""Of a sequence or revision at most: what fits into 63 bits."""


def parse_cursor(text: str) -> Cursor:
    """ValueError when it is not one of ours."""
    version, epoch, seq, rev = text.split(".")
    if version != "v1" or not epoch or not all(n.isascii() and n.isdigit() and len(n) <= _DIGITS for n in (seq, rev)):
        raise ValueError(text)
    return Cursor(epoch, int(seq), int(rev))
