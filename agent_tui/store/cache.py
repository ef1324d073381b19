"""The cache as an object: one connection on the event loop, its named statements, and what was read from it last."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from agent_tui import sql
from agent_tui.store.engine import Connection, DatabaseError, translate

if TYPE_CHECKING:
    from agent_tui.domain.rows import Entity
    from agent_tui.search.entry import Entry

QUERIES = sql.load("agent_tui.store", "queries.sql")


class GuideWords(NamedTuple):
    known: tuple[tuple[str, int], ...]
    """In order, each with its `typo.letters`."""
    upto: tuple[int, ...]
    """At n: how many guides the first n are found in, added up."""


class Cache:
    """Rows as the server last showed them to this person; disposable."""

    MOST_ENTRIES: ClassVar[int] = 400
    """Prepared guides kept in memory."""

    def __init__(self, connection: Connection, path: Path, key: bytes) -> None:
        self.connection = connection
        self.path = path
        self.key = key
        self.meta: dict[str, str] = {}
        self.memo: dict[str, tuple[Entity, ...]] = {}
        """Small entities that every view needs, decoded; emptied when one of them changes."""
        self.order_revision = 0
        """Grows whenever the order of a list may have changed."""
        self.entries: dict[int, Entry] = {}
        """Guides that were looked at, by their number in the index."""
        self.guide_words: GuideWords | None = None
        """Latin words of guides, for typing errors; None until they are asked for."""
        self.guide_count: int | None = None
        self.names: dict[str, bool] = {}
        """Other names that were looked for → whether any guide is called so; emptied when a guide changes."""
        self.counts: dict[str, int] = {}
        """Tokens that were looked for → how many guides hold them; emptied when a guide changes."""
        self.load_meta()

    @property
    def cursor(self) -> str:
        """Where the next page must start; empty before the first snapshot is complete."""
        return self.meta.get("cursor", "")

    @property
    def agent_id(self) -> str:
        """Who signed in last; empty when nobody ever did."""
        return self.meta.get("agent_id", "")

    def load_meta(self) -> None:
        self.meta = dict(self.all("meta_all"))

    def all(self, name: str, *args: Any) -> list[tuple[Any, ...]]:
        """Every row of a named statement. StoreError of its kind when the file cannot be read."""
        try:
            rows: list[tuple[Any, ...]] = self.connection.execute(QUERIES[name], args).fetchall()
        except DatabaseError as error:
            raise translate(error, self.path) from None
        return rows

    def first(self, name: str, *args: Any) -> tuple[Any, ...] | None:
        rows = self.all(name, *args)
        return rows[0] if rows else None

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """All that is written inside, or nothing. StoreError of its kind when the file cannot be written."""
        try:
            self.connection.execute("BEGIN IMMEDIATE")
            yield self.connection
            self.connection.execute("COMMIT")
        except BaseException as error:
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")
            if isinstance(error, DatabaseError):
                raise translate(error, self.path) from None
            raise

    def changed(self, entities: Iterable[str]) -> None:
        """Forget what was remembered of these entities."""
        for entity in entities:
            self.memo.pop(entity, None)
            if entity in ("contact", "ticket"):
                self.order_revision += 1

    def forget_guides(self) -> None:
        """Forget what the index was remembered to know of its words: a guide came, went or changed."""
        self.guide_words = self.guide_count = None
        self.names.clear()
        self.counts.clear()

    def close(self) -> None:
        self.connection.close()
