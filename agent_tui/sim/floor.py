"""What robots see of the floor: the rows of one observer's feed, and a bell that rings when something changed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from typing import TypeVar

from agent_tui.domain import rows
from agent_tui.domain.agent import Agent
from agent_tui.domain.centre import Category, Figure, Group
from agent_tui.domain.contact import OPEN_STATES, Contact, Thread
from agent_tui.domain.rows import Entity
from agent_tui.sim.pace import Pace
from agent_tui.sim.seat import News
from agent_tui.wire.feed import Change, Page

E = TypeVar("E", bound=Entity)
KEPT = frozenset(
    {"agent", "contact", "customer", "thread", "group", "category", "figure", "ticket", "approval", "bundle"}
)


def _name(kind: type) -> str:
    return next(name for name in KEPT if rows.ENTITIES[name] is kind)


class Floor:
    """Rows by kind and id, as of the last page."""

    def __init__(self, pace: Pace) -> None:
        self.pace = pace
        self.pages = 0
        self.head = 0
        self._rows: dict[str, dict[str, Entity]] = {name: {} for name in KEPT}
        self._bells: list[Callable[[str, str], None]] = []
        self.ready = asyncio.Event()
        """Set once the feed has caught up for the first time."""

    def listen(self, bell: Callable[[str, str], None]) -> None:
        """`bell(entity, id)` after each row that changed."""
        self._bells.append(bell)

    def hear(self, news: News) -> None:
        """Take in a page or a beat."""
        self.pace.hear(news.at, news.speed)
        self.head = max(self.head, news.head)
        if not isinstance(news, Page):
            return
        self.pages += 1
        changed = [(change.entity, change.id) for change in news.changes if change.entity in KEPT]
        for change in news.changes:
            self.take(change)
        if not news.more:
            self.ready.set()
        for entity, id in changed:
            for bell in self._bells:
                bell(entity, id)

    def take(self, change: Change) -> None:
        """Keep or remove the row of a change; silently, no bell rings."""
        if change.entity in KEPT:
            self.store(change.entity, change.id, None if change.remove else bytes(change.image))

    def store(self, entity: str, id: str, image: bytes | None) -> None:
        """Keep a row; None removes it."""
        table = self._rows[entity]
        if image is None:
            table.pop(id, None)
        else:
            table[id] = rows.decode(entity, image)

    async def follow(self, news: AsyncIterator[News]) -> None:
        """Until the stream ends."""
        async for word in news:
            self.hear(word)

    def get(self, kind: type[E], id: str) -> E | None:
        row = self._rows[_name(kind)].get(id)
        return row if isinstance(row, kind) else None

    def all(self, kind: type[E]) -> Iterator[E]:
        return (row for row in list(self._rows[_name(kind)].values()) if isinstance(row, kind))

    def contact(self, id: str) -> Contact | None:
        return self.get(Contact, id)

    def agent(self, id: str) -> Agent | None:
        return self.get(Agent, id)

    def thread(self, id: str) -> Thread | None:
        return self.get(Thread, id)

    def images(self) -> dict[tuple[str, str], bytes]:
        """Every row as bytes, for comparison."""
        return {(name, id): rows.encode(row) for name, table in self._rows.items() for id, row in table.items()}

    def open_contacts(self) -> list[Contact]:
        return [contact for contact in self.all(Contact) if contact.state in OPEN_STATES]

    def categories(self) -> dict[str, Category]:
        return {category.id: category for category in self.all(Category)}

    def groups(self) -> dict[str, Group]:
        return {group.id: group for group in self.all(Group)}

    def figures(self) -> dict[str, Figure]:
        return {figure.id: figure for figure in self.all(Figure)}
