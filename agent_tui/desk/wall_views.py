"""Read models of the supervisor's wall: the centre's figures, its groups, its people.

Like `desk.views`: frozen and free of widgets.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from agent_tui.desk.query import Query

if TYPE_CHECKING:  # the models are made, never decoded: what they hold need not be loaded with them
    from agent_tui.domain.agent import Agent
    from agent_tui.domain.centre import Figure, Group, Notice
    from agent_tui.domain.contact import Channel, ContactState


class Wall(Query["WallView"], frozen=True):
    """What the supervisor's wall shows."""


class GroupTile(msgspec.Struct, frozen=True, kw_only=True):
    """One group on the wall."""

    group: Group
    waiting: int
    longest_s: float
    ready: int
    busy: int
    figures: dict[str, Figure]
    """Metric id → figure of this group."""


class AgentTile(msgspec.Struct, frozen=True, kw_only=True):
    agent: Agent
    in_state_s: float
    channel: Channel | None
    contact_state: ContactState | None
    long: bool
    """Longer in this state than is usual."""


class WallView(msgspec.Struct, frozen=True, kw_only=True):
    figures: dict[str, Figure]
    """Metric id → figure of the whole centre."""
    groups: tuple[GroupTile, ...]
    agents: tuple[AgentTile, ...]
    notices: tuple[Notice, ...]
    waiting: int
    longest_s: float
