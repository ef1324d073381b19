"""People who work at the centre, their authority and their state.

States are those of ECMA-269 (CSTA phase III) clause 6.1.2, worded as there.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec


class AgentState(StrEnum):
    LOGGED_OFF = "logged_off"
    NOT_READY = "not_ready"
    READY = "ready"
    RESERVED = "reserved"
    BUSY = "busy"
    WRAP_UP = "wrap_up"
    """CSTA: working after call."""


class Role(StrEnum):
    AGENT = "agent"
    SECOND_LINE = "second_line"
    SUPERVISOR = "supervisor"
    REVIEWER = "reviewer"
    TRAINER = "trainer"
    ADMINISTRATOR = "administrator"
    DEPARTMENT = "department"
    """Works for a department: answers its work orders and questions, publishes for it, takes no contacts."""


BREAK_REASONS = ("break", "meal", "training", "meeting", "system", "recalled", "no_answer")
"""Reasons of not ready."""
CHOSEN_REASONS = BREAK_REASONS[:-2]
"""Those a person may choose; `recalled` marks one called back by a supervisor, `no_answer` one who let it ring."""


class Agent(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    login: str
    name: str
    role: Role = Role.AGENT
    level: int = 1
    """Authority level 1 to 5 (L1 trainee … L5 manager)."""
    groups: tuple[str, ...] = ()
    second_groups: tuple[str, ...] = ()
    """Groups this person helps when they overflow (second line, 二线)."""
    team: str = ""
    manager: str = ""
    """Id of the line manager, where the centre names one: they do not judge this person's acts afterwards."""
    languages: tuple[str, ...] = ("zh",)
    certifications: dict[str, datetime] = {}
    """Certification code → valid until."""
    active: bool = True
    state: AgentState = AgentState.LOGGED_OFF
    reason: str | None = None
    """Why not ready: one of BREAK_REASONS."""
    since: datetime | None = None
    """When the present state began (business time)."""
    contacts: tuple[str, ...] = ()
    """Contacts reserved for, being handled or wrapped up by this person."""
    next_state: AgentState | None = None
    """State chosen while busy; taken after wrap-up."""
    next_reason: str | None = None
    idle_since: datetime | None = None
    """When this person last became free: the longest idle is offered first."""
    signed_in: bool = False
    """A desk or monitor of this person follows the feed: a request reaches them at once."""
    unsent: int = 0
    """Commands the desk said it still holds, for the supervisor."""
    unsent_since: datetime | None = None
    """When the oldest of them was made."""
    unsent_kinds: tuple[str, ...] = ()
    """What they are: types of commands, the oldest first; nothing of what they say."""
    version: int = 0

    @property
    def here(self) -> bool:
        """Whether they can be asked something now: on the floor, or at a screen of theirs."""
        return self.signed_in or self.state is not AgentState.LOGGED_OFF
