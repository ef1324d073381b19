"""What goes wrong in the embedded simulators, on request: `waive_fee=unknown`, `block_card=refused`, `*=delay:5`."""

from __future__ import annotations

from collections.abc import Iterable

from agent_tui.domain.actions import ACTIONS
from agent_tui.errors import UsageError
from agent_tui.server.ports.simulated import SimulatedSystem

EVERY = "*"
LONGEST_S = 600.0
REFUSED = "refused by order"


def inject(faults: Iterable[str], systems: Iterable[SimulatedSystem]) -> None:
    """Set up the systems so. UsageError names what is not understood."""
    systems = tuple(systems)
    for text in faults:
        operation, _, how = text.partition("=")
        if operation != EVERY and (operation not in ACTIONS or not ACTIONS[operation].external):
            known = ", ".join(id for id, action in ACTIONS.items() if action.external)
            raise UsageError("authority.fault.operation", text=text, known=known)
        for system in systems:
            for one in system.operations if operation == EVERY else {operation} & system.operations:
                _set(system, one, how, text)


def _set(system: SimulatedSystem, operation: str, how: str, text: str) -> None:
    kind, _, seconds = how.partition(":")
    if how == "unknown":
        system.silent.add(operation)
    elif how == "refused":
        system.refuses[operation] = REFUSED
    elif kind == "delay" and _number(seconds) is not None:
        system.delays[operation] = _number(seconds) or 0.0
    else:
        raise UsageError("authority.fault.how", text=text)


def _number(text: str) -> float | None:
    """Seconds within reason, or None."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if 0 <= value <= LONGEST_S else None
