"""The bank's core system: cards, limits, fees, customer data. Embedded simulator until a bank connects its own."""

from __future__ import annotations

from agent_tui.domain.actions import ACTIONS
from agent_tui.server.ports.simulated import SimulatedSystem

NAME = "core_banking"


def simulator(delay_s: float = 0.0) -> SimulatedSystem:
    """Knows every action that `domain.actions` sends to core banking."""
    operations = frozenset(id for id, action in ACTIONS.items() if action.external == NAME)
    return SimulatedSystem(NAME, operations, delay_s)
