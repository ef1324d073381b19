"""The change feed: pages of rows as they are now, for this caller."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec

At = Annotated[datetime, msgspec.Meta(tz=True)]
Speed = Annotated[float, msgspec.Meta(ge=0, le=1_000_000)]
Number = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
"""What both ends can keep; anything else is no page."""
BEAT_S = 5.0
"""How often a server beats that does not say it."""


class Change(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One row: put it, or remove it (gone, or no longer yours to see)."""

    entity: str
    id: str
    version: Number
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
    head: Number
    at: At
    """Business time at the server."""
    speed: Speed = 1.0
    changes: tuple[Change, ...] = ()


class SnapshotPage(msgspec.Struct, frozen=True, kw_only=True):
    """Answer of /v1/sync/snapshot: current images by (entity, id), then `cursor` to catch up from."""

    cursor: str
    after: str
    """Where the next page starts; empty at the end."""
    at: At
    speed: Speed = 1.0
    total: int = 0
    changes: tuple[Change, ...] = ()


class Beat(msgspec.Struct, frozen=True, kw_only=True):
    """Data of each `beat` event of a stream."""

    head: Number
    at: At
    speed: Speed = 1.0
    every_s: Annotated[float, msgspec.Meta(gt=0, le=60)] = BEAT_S
    """Real seconds until the next one."""


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
