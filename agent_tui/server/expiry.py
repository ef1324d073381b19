"""Ends requests and delegations whose time is over, by the server's clock.

Nobody waits for it: a decision that comes too late is judged by the clock inside its own transaction.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from agent_tui.domain.approval import Approval, ApprovalState, Delegation
from agent_tui.domain.effects import Event
from agent_tui.domain.rows import Entity
from agent_tui.server import limits, scope, usage, writing
from agent_tui.server.database import Tx
from agent_tui.server.hearing import ended
from agent_tui.server.services import Services
from agent_tui.server.state import TableState
from agent_tui.server.tail import AuditDraft, Tail

ACTOR = "system:expiry"
KINDS: dict[type[Entity], str] = {Approval: "ApprovalExpired", Delegation: "DelegationExpired"}
"""What the audit calls their ends."""


class Expiry:
    """Looks every second; writes only when something is due."""

    name = "expiry"
    every_s = 1.0
    woken = False

    def __init__(self, services: Services) -> None:
        self._services = services

    async def step(self) -> None:
        now = self._services.clock.now()
        if await self._services.db.read(lambda tx: due(tx, now)):
            day = limits.day_of(now, self._services.rules.timezone)
            await self._services.db.write(lambda tx: sweep(tx, now, day))


def due(tx: Tx, now: datetime) -> bool:
    """Whether anything began or ended by `now` that the tables do not show yet."""
    state = TableState(tx)
    if any(a.expires_at <= now for a in state.find(Approval, status=ApprovalState.PROPOSED)):
        return True
    held = state.find(Delegation, status="held")
    return any(d.valid_to <= now for d in held) or any(scope.outdated(tx, d.grantee_id, now) for d in held)


def sweep(tx: Tx, now: datetime, day: str) -> None:
    """Close what is over, give back what it had reserved, and bring the scopes of delegates in line. `day`: the
    centre's, at `now`."""
    state = TableState(tx)
    late = [a for a in state.find(Approval, status=ApprovalState.PROPOSED) if a.expires_at <= now]
    held = state.find(Delegation, status="held")
    over = [msgspec.structs.replace(d, ended=True) for d in held if d.valid_to <= now]
    puts: list[Entity] = [*over]
    events: list[Event] = []
    for approval in late:
        effects = ended(approval, ApprovalState.EXPIRED, now, ACTOR, "authority.is_expired")
        puts, events = [*puts, *effects.puts], [*events, *effects.events]
    entries = writing.put_all(tx, puts, now)
    released = [limits.Settle(command_id=approval.id, state="released") for approval in late]
    entries += usage.keep(tx, released, day, now)
    for grantee in {d.grantee_id for d in held}:
        scope.keep_person(tx, grantee, now)
    writing.add_events(tx, events, ACTOR)
    tail = Tail(tx, now)
    for row in puts:
        customer = row.customer_id if isinstance(row, Approval) else None
        facts: dict[str, object] = {"id": row.id}
        tail.audit(
            AuditDraft(actor=ACTOR, type=KINDS[type(row)], outcome="expired", customer_id=customer, facts=facts)
        )
    tail.feed(entries)
    tail.close()
