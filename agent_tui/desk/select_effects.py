"""Effects on other systems whose outcome nobody knows, out of the tickets this person sees."""

from __future__ import annotations

from datetime import timedelta

from agent_tui.desk.effect_views import Effects, EffectView
from agent_tui.desk.sight import Sight
from agent_tui.domain.agent import Agent
from agent_tui.domain.ticket import Ticket, TicketKind, TicketState
from agent_tui.store import read

LATELY = timedelta(hours=12)
"""Those settled within this long are still listed."""


def effects(sight: Sight, query: Effects) -> tuple[EffectView, ...]:
    """What waits longest comes first."""
    since = sight.clock.now() - LATELY
    tickets = (t for t in read.every(sight.cache, Ticket) if t.kind is TicketKind.UNKNOWN_EFFECT)
    wanted = (
        t for t in tickets if query.id == t.id or (not query.id and (t.closed_at is None or t.closed_at > since))
    )
    seen = [_view(sight, ticket) for ticket in wanted]
    return tuple(sorted(seen, key=lambda view: (not view.open, view.ticket.opened_at)))


def _view(sight: Sight, ticket: Ticket) -> EffectView:
    maker = read.get(sight.cache, Agent, ticket.owner_id) if ticket.owner_id else None
    return EffectView(
        ticket=ticket,
        maker=maker.name if maker is not None else "",
        mine=ticket.owner_id == sight.cache.agent_id,
        open=ticket.state is not TicketState.CLOSED,
    )
