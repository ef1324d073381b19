"""What is left undone on the floor, from the cache."""

from __future__ import annotations

from agent_tui.desk.hand_over_views import HandOverBoard, HandOvers
from agent_tui.desk.sight import Sight
from agent_tui.domain.agent import Agent
from agent_tui.domain.ticket import TicketState
from agent_tui.store import read


def board(sight: Sight, query: HandOvers) -> HandOverBoard:
    """Everything this person may see of it."""
    open_ = [ticket for ticket in read.hand_overs(sight.cache) if ticket.state is not TicketState.CLOSED]
    holders = [agent for agent in read.every(sight.cache, Agent) if agent.unsent]
    now = sight.clock.now()
    return HandOverBoard(
        tickets=tuple(sorted(open_, key=lambda t: (t.state is not TicketState.OPEN, t.opened_at))),
        holders=tuple(sorted(holders, key=lambda agent: agent.unsent_since or now)),
    )
