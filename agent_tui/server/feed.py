"""Pages of the change feed and of the snapshot, read for one caller inside one read snapshot.

Whether a row is put or removed is decided by what the caller may see now, not by what it was when it changed. A
page never splits a transaction.
"""

from __future__ import annotations

import base64
from datetime import datetime

import msgspec

from agent_tui.clock import Clock
from agent_tui.server import problems, scope
from agent_tui.server.database import Row, Tx
from agent_tui.server.tail import head_of
from agent_tui.wire.digest import Digest, sums
from agent_tui.wire.feed import Change, Cursor, Page, SnapshotPage, parse_cursor

LIMIT = 500
"""Changed rows per page, unless one transaction has more."""


class Place(msgspec.Struct, frozen=True, array_like=True):
    """Where a snapshot goes on; opaque to the client."""

    cursor: str
    entity: str
    id: str
    total: int


def _put(row: Row, version: int) -> Change:
    return Change(entity=row["entity"], id=row["id"], version=version, image=msgspec.Raw(row["body"].encode()))


def _change(row: Row) -> Change:
    if row["body"] is None:
        return Change(entity=row["entity"], id=row["id"], version=row["version"], remove=True)
    return _put(row, row["now_version"])


def read_cursor(text: str) -> Cursor:
    """bad-request when it is not one of ours."""
    try:
        return parse_cursor(text)
    except ValueError:
        raise problems.fail("bad-request", key="server.refusal.bad_cursor", args={"field": "cursor"}) from None


class Feed:
    """Reads pages; stateless, so that a reconnect resumes anywhere."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def page(self, start: Cursor, to: Cursor, head: int, changes: tuple[Change, ...], *, more: bool) -> Page:
        """A page as of now, in business time."""
        now: datetime = self._clock.now()
        return Page(
            start=str(start), to=str(to), more=more, head=head, at=now, speed=self._clock.speed, changes=changes
        )

    def changes(self, tx: Tx, agent_id: str, cursor: Cursor, scanned: int = 0, limit: int = LIMIT) -> Page:
        """What changed after `cursor`. `scanned` may be ahead of it when what lies between is known to hold nothing
        for this caller. Raises cursor-too-old for another epoch or before the floor."""
        head = head_of(tx)
        newest = head["feed_seq"]
        if cursor.epoch != head["epoch"] or not head["feed_floor"] <= cursor.seq <= newest:
            raise problems.fail("cursor-too-old", key="server.refusal.cursor_too_old")
        rev = scope.revision(tx, agent_id)
        if cursor.rev != rev:
            to = Cursor(cursor.epoch, cursor.seq, rev)
            moved = self._moved_scopes(tx, agent_id, cursor)
            return self.page(cursor, to, newest, moved, more=cursor.seq < newest)
        after = max(cursor.seq, scanned)
        if after == newest:
            return self.page(cursor, Cursor(cursor.epoch, newest, rev), newest, (), more=False)
        last = tx.value("page_bound", agent_id=agent_id, after=after, limit=limit - 1)
        upto = newest if last is None else tx.value("txn_end", seq=last)
        rows = tx.all("changed", agent_id=agent_id, after=after, upto=upto)
        to = Cursor(cursor.epoch, upto, rev)
        return self.page(cursor, to, newest, tuple(map(_change, rows)), more=upto < newest)

    def _moved_scopes(self, tx: Tx, agent_id: str, since: Cursor) -> tuple[Change, ...]:
        """Rows that came into sight, and rows that went out of it, with the scopes given and taken since.

        A row may have left a scope before the caller lost that scope: its feed row is then for a scope they hold no
        more, so what the feed says of lost scopes is looked at here as well.
        """
        moved = {row["scope"] for row in tx.all("scope_delta", agent_id=agent_id, rev=since.rev)}
        changes: dict[tuple[str, str], Change] = {}
        for name in sorted(moved):
            for row in tx.all("left_scope", agent_id=agent_id, scope=name, after=since.seq):
                changes[row["entity"], row["id"]] = _change(row)
            for row in tx.all("in_scope", agent_id=agent_id, scope=name):
                gone = Change(entity=row["entity"], id=row["id"], version=row["version"], remove=True)
                changes[row["entity"], row["id"]] = _put(row, row["version"]) if row["visible"] else gone
        return tuple(changes.values())

    def snapshot(self, tx: Tx, agent_id: str, after: str = "", limit: int = LIMIT) -> SnapshotPage:
        """Current images by (entity, id). The cursor is that of the first page: catching up from it mends whatever
        changed while the pages were read."""
        if after:
            place = self._place(after)
        else:
            head = head_of(tx)
            cursor = Cursor(head["epoch"], head["feed_seq"], scope.revision(tx, agent_id))
            place = Place(str(cursor), "", "", tx.value("snapshot_total", agent_id=agent_id))
        rows = tx.all("snapshot", agent_id=agent_id, entity=place.entity, id=place.id, limit=limit)
        following = ""
        if len(rows) == limit:
            token = msgspec.json.encode(Place(place.cursor, rows[-1]["entity"], rows[-1]["id"], place.total))
            following = base64.urlsafe_b64encode(token).decode()
        return SnapshotPage(
            cursor=place.cursor,
            after=following,
            at=self._clock.now(),
            speed=self._clock.speed,
            total=place.total,
            changes=tuple(_put(row, row["version"]) for row in rows),
        )

    def digest(self, tx: Tx, agent_id: str) -> Digest:
        """What the caller's copy should be at this moment."""
        head = head_of(tx)
        cursor = Cursor(head["epoch"], head["feed_seq"], scope.revision(tx, agent_id))
        rows = ((row["entity"], row["id"], row["version"]) for row in tx.each("visible", agent_id=agent_id))
        return Digest(cursor=str(cursor), entities=sums(rows))

    def _place(self, after: str) -> Place:
        try:
            return msgspec.json.decode(base64.urlsafe_b64decode(after), type=Place)
        except (ValueError, msgspec.MsgspecError):
            raise problems.fail("bad-request", key="server.refusal.bad_cursor", args={"field": "after"}) from None
