"""Rows of the cache as domain structs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast

from agent_tui.store import place
from agent_tui.store.cache import Cache

if TYPE_CHECKING:  # the first paint reads lines of the queue and no entities
    from agent_tui.domain.contact import Contact
    from agent_tui.domain.rows import Entity
    from agent_tui.domain.ticket import Ticket

E = TypeVar("E", bound="Entity")


def _name(kind: type[Any]) -> str:
    from agent_tui.domain.rows import NAMES

    return NAMES[kind]


def decode(entity: str, body: bytes) -> Entity:
    from agent_tui.domain import rows

    return rows.decode(entity, body)


def get(cache: Cache, kind: type[E], id: str | None) -> E | None:
    """The row with this id, or None."""
    if not id:
        return None
    name = _name(kind)
    row = cache.first("row_get", name, id)
    return cast("E", decode(name, row[0])) if row else None


def every(cache: Cache, kind: type[E]) -> tuple[E, ...]:
    """All rows of a small entity by their sort, remembered until one changes."""
    name = _name(kind)
    found = cache.memo.get(name)
    if found is None:
        found = tuple(decode(name, body) for (body,) in cache.all("rows_of_entity", name))
        cache.memo[name] = found
    return cast("tuple[E, ...]", found)


def of_customer(cache: Cache, kind: type[E], customer_id: str, limit: int) -> tuple[E, ...]:
    """At most `limit` rows about a customer, the latest sort first; contacts are `contacts_of`."""
    name = _name(kind)
    return tuple(cast("E", decode(name, body)) for (body,) in cache.all("rows_of_customer", customer_id, name, limit))


def contacts_of(cache: Cache, customer_id: str, limit: int) -> tuple[Contact, ...]:
    """At most `limit` contacts of a customer, the latest first, whatever their priority."""
    found = cache.all("contacts_of_customer", customer_id, limit)
    return tuple(cast("Contact", decode("contact", body)) for (body,) in found)


def contacts_ended(cache: Cache, limit: int) -> tuple[Contact, ...]:
    """At most `limit` closed contacts, those offered last first: their ids are in the order of time."""
    return tuple(cast("Contact", decode("contact", body)) for (body,) in cache.all("contacts_ended", limit))


def questions(cache: Cache) -> tuple[Ticket, ...]:
    """Every question about an article that this person may see, by when it is due."""
    return tuple(cast("Ticket", decode("ticket", body)) for (body,) in cache.all("questions"))


def hand_overs(cache: Cache) -> tuple[Ticket, ...]:
    """Everything that was handed over and that this person may see."""
    return tuple(cast("Ticket", decode("ticket", body)) for (body,) in cache.all("hand_overs"))


def of_parent(cache: Cache, kind: type[E], parent_id: str, limit: int) -> tuple[E, ...]:
    """At most `limit` rows that belong to a contact or ticket, the latest sort first."""
    name = _name(kind)
    return tuple(cast("E", decode(name, body)) for (body,) in cache.all("rows_of_parent", parent_id, name, limit))


def tally(cache: Cache) -> dict[tuple[int, str], int]:
    """(list, group) → how many; lists are those of `place`."""
    return {(list_, group): n for list_, group, n in cache.all("tally")}


def waiting_since_us(cache: Cache, group: str) -> int | None:
    """Since when (microseconds since 1970) the longest waiting contact of a group waits; None when none does."""
    moments = []
    for rank in range(4):
        low, high = place.floor(place.WAITING, rank), place.floor(place.WAITING, rank + 1)
        row = cache.first("first_place_of_group", group, low, high)
        if row and row[0] is not None:
            moments.append(place.moment_us(row[0]))
    return min(moments, default=None)
