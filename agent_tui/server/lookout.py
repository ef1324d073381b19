"""One pair of eyes for all streams of a process: after commits it reads once what is new, and wakes whom it concerns.

A look is one snapshot: the head, the new rows, and of each stream whether its session holds and which scope revision its
person has. A stream whose revision is still the one it knows its scopes by takes its page from the rows read for all. In
any doubt (scopes given or taken, session over, device revoked, too far behind, the look failed) it reads for itself, as
a desk that pulls does.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import msgspec

from agent_tui.clock import wall
from agent_tui.domain.rows import stamp
from agent_tui.server.bus import Bus, wait
from agent_tui.server.caller import Caller
from agent_tui.server.database import Database, Row, Tx
from agent_tui.server.recent import LIMIT, Image, Mark, Place, Recent
from agent_tui.server.tail import head_of
from agent_tui.wire.feed import Change, Cursor

log = logging.getLogger("agent_tui.server")
BREATH_S = 0.05
"""At most this often a look: a burst of commits becomes one page."""
GLANCE_S = 1.0
"""And at least this often, for what no commit tells: sessions run out."""


class Follower:
    """One stream: who, how far it has come, and an event for when there is something for it."""

    def __init__(self, caller: Caller, cursor: Cursor) -> None:
        self.caller = caller
        self.cursor = cursor
        """What the other end has."""
        self.scanned = cursor.seq
        """Until here nothing more is for them."""
        self.held: frozenset[str] | None = None
        """Their scopes at the cursor's revision; None: they must read for themselves."""
        self.woken = asyncio.Event()

    def doubt(self) -> None:
        """What is known of them may not hold any more."""
        self.held = None
        self.woken.set()


class Seen(NamedTuple):
    """What one look found."""

    epoch: str
    head: int
    floor: int
    revisions: dict[str, int | None]
    """Of each session asked about; None when it is over."""
    marks: list[Mark] | None
    """None when there were too many to read for all."""
    images: dict[Place, Image]


def _marks(rows: list[Row]) -> list[Mark]:
    scopes: defaultdict[int, set[str]] = defaultdict(set)
    for row in rows:
        scopes[row["seq"]].add(row["scope"])
    whole = {row["seq"]: row for row in rows}
    return [
        Mark(seq, row["entity"], row["id"], row["version"], frozenset(scopes[seq]))
        for seq, row in sorted(whole.items())
    ]


def _images(tx: Tx, after: int, upto: int) -> dict[Place, Image]:
    scopes: defaultdict[Place, set[str]] = defaultdict(set)
    for row in tx.all("touched_scopes", after=after, upto=upto):
        scopes[row["entity"], row["id"]].add(row["scope"])
    return {
        (row["entity"], row["id"]): Image(_put(row), frozenset(scopes[row["entity"], row["id"]]))
        for row in tx.all("touched_rows", after=after, upto=upto)
    }


def _put(row: Row) -> Change:
    body = msgspec.Raw((row["body"] or "null").encode())
    return Change(entity=row["entity"], id=row["id"], version=row["version"] or 0, image=body)


def look(tx: Tx, after: int, sessions: list[str], limit: int = LIMIT) -> Seen:
    """Everything new since `after` unless it is more than `limit` rows, and how it stands with these sessions (hashes of tokens)."""
    head = head_of(tx)
    now = stamp(wall())
    revisions: dict[str, int | None] = dict.fromkeys(sessions)
    for row in tx.all("followers", sessions=msgspec.json.encode(sessions).decode()):
        holds = row["expires_at"] > now and not row["revoked"]
        revisions[row["hash"]] = row["rev"] if holds else None
    upto = head["feed_seq"]
    found = Seen(head["epoch"], upto, head["feed_floor"], revisions, None, {})
    if upto == after:
        return found._replace(marks=[])
    if not 0 < upto - after <= limit:
        return found
    marks = _marks(tx.all("touched", after=after, upto=upto))
    return found._replace(marks=marks, images=_images(tx, after, upto))


class Crowd:
    """Everybody who follows at this process, and what was last seen. No I/O: looks are handed in."""

    def __init__(self, limit: int = LIMIT) -> None:
        """At most `limit` changed rows are kept for all."""
        self.limit = limit
        self._recent = Recent(limit)
        self._seen: Seen | None = None
        self.followers: set[Follower] = set()

    @property
    def upto(self) -> int:
        """What came after this is asked for by the next look."""
        return self._recent.upto

    def sessions(self) -> list[str]:
        """Whose sessions the next look asks about."""
        return sorted({follower.caller.token for follower in self.followers})

    def head(self, follower: Follower) -> int:
        """The newest number anybody here has heard of."""
        return max(follower.scanned, self._seen.head if self._seen else 0)

    def changes(self, follower: Follower) -> tuple[Change, ...] | None:
        """What the last look has for them, and they have it then; None when they must read for themselves."""
        seen = self._seen
        if follower.held is None or (seen is not None and self._doubtful(follower, seen)):
            return None
        if seen is None or follower.caller.token not in seen.revisions or seen.head <= follower.scanned:
            return ()
        found = self._recent.changes(follower.held, follower.scanned)
        follower.scanned = seen.head
        return found

    def take(self, seen: Seen) -> None:
        """Keep what a look has found, and wake whom it concerns."""
        if seen.marks is None:
            self._recent.begin(seen.head)
        else:
            self._recent.add(seen.head, seen.marks, seen.images)
        self._seen = seen
        for follower in self.followers:
            self._tell(follower, seen)

    def doubt(self) -> None:
        """A look has failed: everybody reads for themselves."""
        for follower in self.followers:
            follower.doubt()

    def _tell(self, follower: Follower, seen: Seen) -> None:
        """Whoever the new rows do not concern has come this far too."""
        if follower.held is None or follower.caller.token not in seen.revisions:
            return
        if self._doubtful(follower, seen):
            follower.doubt()
        elif seen.head > follower.scanned:
            if self._recent.concerns(follower.held, follower.scanned):
                follower.woken.set()
            else:
                follower.scanned = seen.head

    def _doubtful(self, follower: Follower, seen: Seen) -> bool:
        """Whether what this stream knows of itself may be outdated. A look may be older than what the stream has read
        since; then its revision is not higher and its head not ahead."""
        cursor, revision = follower.cursor, seen.revisions.get(follower.caller.token, 0)
        if revision is None or revision > cursor.rev or seen.floor > cursor.seq or seen.epoch != cursor.epoch:
            return True
        return seen.head > follower.scanned and follower.scanned < self._recent.since


class Lookout:
    """Looks for as long as somebody follows. Lives on the event loop."""

    def __init__(self, db: Database, bus: Bus) -> None:
        self.crowd = Crowd()
        self._db = db
        self._bus = bus
        self._task: asyncio.Task[None] | None = None

    @contextmanager
    def follow(self, caller: Caller, cursor: Cursor) -> Iterator[Follower]:
        """Watch for one stream until the block ends."""
        follower = Follower(caller, cursor)
        self.crowd.followers.add(follower)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._watch(), name="lookout")
        try:
            yield follower
        finally:
            self.crowd.followers.discard(follower)
            if not self.crowd.followers and self._task is not None:
                self._task.cancel()
                self._task = None

    async def _watch(self) -> None:
        with self._bus.sleeper() as woken:
            while not self._bus.closing:
                woken.clear()
                await self._look()
                await asyncio.sleep(BREATH_S)
                await wait(woken, GLANCE_S)
        for follower in self.crowd.followers:
            follower.woken.set()

    async def _look(self) -> None:
        after, sessions, limit = self.crowd.upto, self.crowd.sessions(), self.crowd.limit
        try:
            self.crowd.take(await self._db.read(lambda tx: look(tx, after, sessions, limit)))
        except Exception as error:
            # The kind only: messages may hold personal data.
            log.error("lookout: %s", type(error).__name__)
            self.crowd.doubt()
