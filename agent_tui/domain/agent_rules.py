"""The state of each agent: an explicit machine, worded as ECMA-269 clause 6.1.2.

                    ready / not_ready
    logged_off ◄────────────────────────► not_ready ⇄ ready
                                              ▲         │ reserve
                                        lapse │         ▼
                                              └──── reserved ──► release: ready
                                                        │ engage
                             release (transferred)      ▼
               ready ◄─────────────────────────────── busy
                 ▲  finish                              │ wrap
                 └──────────────── wrap_up ◄────────────┘

A state chosen while reserved, busy or in wrap-up is kept as `next_state` and taken at release or finish.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from agent_tui.domain.agent import CHOSEN_REASONS, Agent, AgentState, Role
from agent_tui.domain.case import Case, refuse, stale
from agent_tui.domain.centre import Notice
from agent_tui.domain.commands import RecallFromBreak, SendNotice, SetAgentState
from agent_tui.domain.effects import Effects, Event

A = AgentState

AGENT_MOVES: dict[AgentState, dict[str, AgentState]] = {
    A.LOGGED_OFF: {"ready": A.READY, "not_ready": A.NOT_READY, "logged_off": A.LOGGED_OFF},
    A.NOT_READY: {"ready": A.READY, "not_ready": A.NOT_READY, "logged_off": A.LOGGED_OFF},
    A.READY: {"ready": A.READY, "not_ready": A.NOT_READY, "logged_off": A.LOGGED_OFF, "reserve": A.RESERVED},
    A.RESERVED: {"engage": A.BUSY, "release": A.READY, "lapse": A.NOT_READY},
    A.BUSY: {"engage": A.BUSY, "wrap": A.WRAP_UP, "release": A.READY},
    A.WRAP_UP: {"finish": A.READY},
}
"""State → move → state. What is not here does not happen."""

SETTLED = frozenset({A.LOGGED_OFF, A.NOT_READY, A.READY})
"""States in which a chosen state is taken at once."""

RECALLED_REASONS = frozenset({"break", "meal"})
RECALL_LASTS = timedelta(minutes=15)
NOTICE_LASTS = timedelta(hours=8)
FLOOR_ROLES = frozenset({Role.SUPERVISOR, Role.ADMINISTRATOR})


FREEING = frozenset({"release", "lapse", "finish"})
"""Moves that end with the state chosen meanwhile, if one was."""


def step(agent: Agent, move: str, case: Case, *, reason: str | None = None) -> tuple[Agent, tuple[Event, ...]]:
    """The agent after a move of AGENT_MOVES, and the fact of it (none where nothing changed)."""
    to = AGENT_MOVES[agent.state].get(move)
    if to is None:
        stale(f"agent_is_{agent.state.value}", agent=agent.name)
    if move in FREEING and agent.next_state is not None:
        to, reason = agent.next_state, agent.next_reason
        agent = msgspec.structs.replace(agent, next_state=None, next_reason=None)
    if (to, reason) == (agent.state, agent.reason):
        return agent, ()
    idle = agent.idle_since
    if to is A.READY and (agent.state is not A.RESERVED or idle is None):
        # A person whose caller gave up while ringing keeps their place among the idle.
        idle = case.now
    data = {"from": agent.state.value, "to": to.value, "reason": reason}
    changed = case.event("AgentStateChanged", None, agent.id, **data)
    moved = msgspec.structs.replace(agent, state=to, reason=reason, since=case.now, idle_since=idle)
    return moved, (changed,)


def reserve(agent: Agent, contact_id: str, case: Case) -> tuple[Agent, tuple[Event, ...]]:
    """Ready → reserved for a contact."""
    if agent.state is not A.READY or not agent.active:
        stale(f"agent_is_{agent.state.value}", agent=agent.name)
    moved, events = step(agent, "reserve", case)
    return msgspec.structs.replace(moved, contacts=(*agent.contacts, contact_id)), events


def engage(agent: Agent, case: Case) -> tuple[Agent, tuple[Event, ...]]:
    """Reserved → busy."""
    return step(agent, "engage", case)


def leave(agent: Agent, contact_id: str, case: Case, move: str = "release") -> tuple[Agent, tuple[Event, ...]]:
    """Without the contact, on by `release`, `finish` or `lapse` (not answered: not ready)."""
    free = msgspec.structs.replace(agent, contacts=tuple(c for c in agent.contacts if c != contact_id))
    if free.contacts:
        return free, ()
    return step(free, move, case, reason="no_answer" if move == "lapse" else None)


def set_agent_state(command: SetAgentState, case: Case) -> Effects:
    agent = case.agent()
    if command.state not in ("ready", "not_ready", "logged_off"):
        refuse("unknown_state", state=command.state)
    wanted = AgentState(command.state)
    reason = command.reason if wanted is A.NOT_READY else None
    if wanted is A.NOT_READY and reason not in CHOSEN_REASONS:
        refuse("reason_needed")
    if agent.state in SETTLED:
        moved, events = step(agent, command.state, case, reason=reason)
        return Effects(puts=(moved,) if moved is not agent else (), events=events)
    later = None if wanted is A.READY else wanted
    return Effects(puts=(msgspec.structs.replace(agent, next_state=later, next_reason=reason),))


def _floor_only(case: Case) -> None:
    if case.actor.kind == "agent" and case.agent().role not in FLOOR_ROLES:
        refuse("supervisors_only")


def recall_from_break(command: RecallFromBreak, case: Case) -> Effects:
    """People on break are marked and told; they come back themselves."""
    _floor_only(case)
    groups = set(command.groups)
    puts: list[Agent] = []
    events: list[Event] = []
    for agent in case.state.find(Agent, status=A.NOT_READY.value):
        named = agent.id in command.agents if command.agents else not groups or bool(groups & set(agent.groups))
        if named and agent.reason in RECALLED_REASONS:
            moved, changed = step(agent, "not_ready", case, reason="recalled")
            puts.append(moved)
            events += changed
    if not puts:
        refuse("nobody_on_break")
    notice = Notice(
        id=case.new_id(),
        kind="recall",
        key="domain.notice.recall",
        to=tuple(f"a:{agent.id}" for agent in puts),
        at=case.now,
        until=case.now + RECALL_LASTS,
        by=case.actor.id,
    )
    return Effects(puts=(*puts, notice), events=tuple(events))


def send_notice(command: SendNotice, case: Case) -> Effects:
    _floor_only(case)
    text = case.clean(command.text)
    if not text:
        refuse("empty_text")
    until: datetime = case.now + NOTICE_LASTS
    notice = Notice(
        id=case.new_id(),
        kind="message",
        key="domain.notice.message",
        args={"text": text},
        to=command.to,
        at=case.now,
        until=until,
        by=case.actor.id,
    )
    return Effects(puts=(notice,))
