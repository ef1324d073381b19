"""What a command changes once another system has confirmed it.

A card is shown as blocked when core banking says that it is, not when somebody asked for it. The change is kept
with the request as a difference, so that it fits whatever the customer's row has become in the meantime.
"""

from __future__ import annotations

import msgspec

from agent_tui.domain.customer import Customer
from agent_tui.domain.effects import Effects
from agent_tui.domain.rows import Entity
from agent_tui.server.forgotten import forgotten
from agent_tui.server.state import TableState


class Promise(msgspec.Struct, frozen=True, kw_only=True):
    """A difference to one customer's row, waiting for a confirmation."""

    customer_id: str
    phone: str | None = None
    """The new masked number, if it changes."""
    statuses: dict[str, str] = {}
    """Product id → status."""


class Split(msgspec.Struct, frozen=True, kw_only=True):
    now: Effects
    later: Promise | None = None


def difference(before: Customer, after: Customer) -> Promise:
    """What `after` changes of `before`, of all that an outside system may have to confirm."""
    was = {product.id: product.status for product in before.products}
    changed = {p.id: p.status for p in after.products if was.get(p.id) != p.status}
    phone = after.phone if after.phone != before.phone else None
    return Promise(customer_id=after.id, phone=phone, statuses=changed)


def split(effects: Effects, state: TableState) -> Split:
    """Effects without an external part are written as they are."""
    if not effects.externals:
        return Split(now=effects)
    kept: list[Entity] = []
    later: Promise | None = None
    for row in effects.puts:
        before = state.get(Customer, row.id) if isinstance(row, Customer) else None
        if isinstance(row, Customer) and before is not None:
            later = difference(before, row)
        else:
            kept.append(row)
    return Split(now=msgspec.structs.replace(effects, puts=tuple(kept)), later=later)


def keep(promise: Promise, state: TableState) -> Customer | None:
    """The customer's row with the promise kept; None if there is no such customer any more, or they were forgotten."""
    customer = state.get(Customer, promise.customer_id)
    if customer is None or forgotten(state, customer.id):
        return None
    products = tuple(
        msgspec.structs.replace(p, status=promise.statuses.get(p.id, p.status)) for p in customer.products
    )
    return msgspec.structs.replace(customer, products=products, phone=promise.phone or customer.phone)
