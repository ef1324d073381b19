"""The terminal management system: POS terminals in the field. Embedded simulator until a site connects its own."""

from __future__ import annotations

from agent_tui.domain.actions import ACTIONS
from agent_tui.server.ports.simulated import SimulatedSystem

NAME = "terminals"


def simulator(delay_s: float = 0.0) -> SimulatedSystem:
    """Knows every action that `domain.actions` sends to terminals."""
    operations = frozenset(id for id, action in ACTIONS.items() if action.external == NAME)
    return SimulatedSystem(NAME, operations, delay_s)
