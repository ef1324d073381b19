"""How a customer who was forgotten is known: their row stays, with nothing personal in it."""

from __future__ import annotations

from agent_tui.domain.customer import Customer
from agent_tui.server.state import TableState

ERASED = "•"
"""What stands where something personal stood."""


def forgotten(state: TableState, customer_id: str) -> bool:
    """Whether nothing about this customer may be kept any more, whatever arrives late."""
    customer = state.get(Customer, customer_id)
    return customer is not None and (customer.name, customer.phone, customer.products) == (ERASED, "", ())
