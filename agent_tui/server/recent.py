"""The newest rows of the feed as one process keeps them for all of its streams, and what of them is for whom.

It answers as `feed.sql:changed` does at the moment it was read, without asking the database for each caller: whether a
row is put or removed is decided by the scopes it has now and those the caller holds now. Images are masked before they
are stored and are the same for everybody who may see the row, so one is kept for all. Pure.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from operator import attrgetter
from typing import NamedTuple

from agent_tui.wire.feed import Change

LIMIT = 500
"""Changed rows that are kept at most, and so the most that a page made of them holds."""
Place = tuple[str, str]


class Mark(NamedTuple):
    """One row of the feed, and whose it is: of those who saw the row before the change or see it since."""

    seq: int
    entity: str
    id: str
    version: int
    scopes: frozenset[str]


class Image(NamedTuple):
    """A row as it is now, and who may see it; one that is gone has no scopes."""

    put: Change
    scopes: frozenset[str]


class Recent:
    """Complete from `since` (not with it) to `upto`."""

    def __init__(self, limit: int = LIMIT) -> None:
        self._limit = limit
        self.since = 0
        self.upto = 0
        self._marks: list[Mark] = []
        self._images: dict[Place, Image] = {}

    def begin(self, upto: int) -> None:
        """Know nothing of what came until here."""
        self.since = self.upto = upto
        self._marks, self._images = [], {}

    def add(self, upto: int, marks: Iterable[Mark], images: Mapping[Place, Image]) -> None:
        """What came after `self.upto`, in order, with the rows as they are at `upto`."""
        self._marks.extend(marks)
        self._images.update(images)
        self.upto = upto
        if len(self._marks) > self._limit:
            self._forget(len(self._marks) - self._limit // 2)

    def _forget(self, count: int) -> None:
        self.since = self._marks[count - 1].seq
        del self._marks[:count]
        kept = {(mark.entity, mark.id) for mark in self._marks}
        self._images = {place: image for place, image in self._images.items() if place in kept}

    def _for(self, held: frozenset[str], after: int) -> Iterator[Mark]:
        first = bisect_right(self._marks, after, key=attrgetter("seq"))
        return (mark for mark in self._marks[first:] if not mark.scopes.isdisjoint(held))

    def concerns(self, held: frozenset[str], after: int) -> bool:
        """Whether anything since `after` is for somebody who holds these scopes."""
        return next(self._for(held, after), None) is not None

    def changes(self, held: frozenset[str], after: int) -> tuple[Change, ...]:
        """What came after `after` (not before `since`) for somebody who holds these scopes, each row once, in the
        order of their last changes."""
        last: dict[Place, Mark] = {}
        for mark in self._for(held, after):
            before = last.pop((mark.entity, mark.id), mark)
            last[mark.entity, mark.id] = mark._replace(version=max(before.version, mark.version))
        return tuple(self._change(mark, held) for mark in last.values())

    def _change(self, mark: Mark, held: frozenset[str]) -> Change:
        image = self._images[mark.entity, mark.id]
        if image.scopes.isdisjoint(held):
            return Change(entity=mark.entity, id=mark.id, version=mark.version, remove=True)
        return image.put
