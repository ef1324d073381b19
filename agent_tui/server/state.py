"""What the rules may look at: the state tables, read inside the ledger's transaction."""

from __future__ import annotations

from typing import Any, TypeVar, cast

from agent_tui.domain.rows import NAMES, Entity, decode
from agent_tui.server.database import Tx

E = TypeVar("E", bound=Entity)


_NAMES: dict[type[Any], str] = dict(NAMES)


def _finder(status: str | None, agent_id: str | None, customer_id: str | None, parent_id: str | None) -> str:
    """The statement that has an index for the narrowest facet given."""
    if parent_id is not None:
        return "state_find_parent"
    if customer_id is not None:
        return "state_find_customer"
    if agent_id is not None:
        return "state_find_agent"
    return "state_find_status" if status is not None else "state_find"


class TableState:
    """`domain.effects.State` over one transaction."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    def get(self, kind: type[E], id: str) -> E | None:
        body = self._tx.value("state_get", entity=_NAMES[kind], id=id)
        return None if body is None else cast("E", decode(_NAMES[kind], body))

    def find(
        self,
        kind: type[E],
        *,
        status: str | None = None,
        group_id: str | None = None,
        agent_id: str | None = None,
        customer_id: str | None = None,
        parent_id: str | None = None,
    ) -> list[E]:
        rows = self._tx.all(
            _finder(status, agent_id, customer_id, parent_id),
            entity=_NAMES[kind],
            status=status,
            group_id=group_id,
            agent_id=agent_id,
            customer_id=customer_id,
            parent_id=parent_id,
        )
        return [cast("E", decode(_NAMES[kind], row["body"])) for row in rows]

    def tickets_on(self, day: str) -> int:
        """How many ticket numbers of `day` (`yymmdd`) were given out."""
        count: int = self._tx.value("numbers_on", day=day)
        return count

    def version(self, target: str) -> int | None:
        """The version of `entity:id`, None if there is no such row."""
        entity, _, id = target.partition(":")
        found: int | None = self._tx.value("state_version", entity=entity, id=id)
        return found
