"""The supervisor's wall: groups, people, figures."""

from __future__ import annotations

from datetime import datetime

from agent_tui.desk.select_centre import notices
from agent_tui.desk.sight import Sight
from agent_tui.desk.views import Notices
from agent_tui.desk.wall_views import AgentTile, GroupTile, Wall, WallView
from agent_tui.domain.agent import Agent, AgentState
from agent_tui.domain.centre import Figure, Group
from agent_tui.domain.contact import Contact
from agent_tui.store import place, read

LONG_S = {AgentState.NOT_READY: 900.0, AgentState.WRAP_UP: 180.0, AgentState.BUSY: 900.0, AgentState.RESERVED: 30.0}
"""Seconds after which a state is longer than usual; the others never are."""

_AT_WORK = frozenset({AgentState.BUSY, AgentState.RESERVED, AgentState.WRAP_UP})


def wall(sight: Sight, query: Wall) -> WallView:
    """The whole floor as this desk may see it."""
    now = sight.clock.now()
    people = tuple(a for a in read.every(sight.cache, Agent) if a.active)
    figures = read.every(sight.cache, Figure)
    waiting = _waiting(sight)
    groups = tuple(
        _group_tile(sight, group, people, figures, waiting.get(group.id, 0), now)
        for group in read.every(sight.cache, Group)
        if group.kind == "skill"
    )
    return WallView(
        figures={f.metric: f for f in figures if f.scope == "centre"},
        groups=groups,
        agents=tuple(_agent_tile(sight, a, now) for a in people if a.state != AgentState.LOGGED_OFF),
        notices=notices(sight, Notices()),
        waiting=sum(waiting.values()),
        longest_s=max((tile.longest_s for tile in groups), default=0.0),
    )


def _waiting(sight: Sight) -> dict[str, int]:
    return {group: n for (list_, group), n in read.tally(sight.cache).items() if list_ == place.WAITING}


def _group_tile(
    sight: Sight, group: Group, people: tuple[Agent, ...], figures: tuple[Figure, ...], waiting: int, now: datetime
) -> GroupTile:
    members = [a for a in people if group.id in a.groups]
    since_us = read.waiting_since_us(sight.cache, group.id) if waiting else None
    return GroupTile(
        group=group,
        waiting=waiting,
        longest_s=max(0.0, now.timestamp() - since_us / 1e6) if since_us is not None else 0.0,
        ready=sum(a.state == AgentState.READY for a in members),
        busy=sum(a.state in _AT_WORK for a in members),
        figures={f.metric: f for f in figures if f.scope == f"g:{group.id}"},
    )


def _agent_tile(sight: Sight, agent: Agent, now: datetime) -> AgentTile:
    contact = read.get(sight.cache, Contact, agent.contacts[0]) if agent.contacts else None
    in_state_s = max(0.0, (now - agent.since).total_seconds()) if agent.since else 0.0
    return AgentTile(
        agent=agent,
        in_state_s=in_state_s,
        channel=contact.channel if contact else None,
        contact_state=contact.state if contact else None,
        long=in_state_s > LONG_S.get(agent.state, float("inf")),
    )
