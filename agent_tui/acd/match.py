"""Who gets whom: the contact next in the order of service to the agent longest idle who can take it.

A pure function of a snapshot. Two laws hold, each a test: nobody gets a contact while an earlier one of the same priority
that they could take goes without, and nobody gets two. The contact's own group comes before those who help.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

import msgspec

from agent_tui.acd import skill
from agent_tui.acd.priority import order
from agent_tui.domain.agent import Agent
from agent_tui.domain.contact import Contact, Why
from agent_tui.domain.rows import stamp
from agent_tui.domain.talk import waited


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """What the router looks at, read in one transaction. Those who do not wait or are not free are passed over."""

    contacts: tuple[Contact, ...]
    agents: tuple[Agent, ...]


class Assignment(msgspec.Struct, frozen=True, kw_only=True):
    contact_id: str
    agent_id: str
    why: tuple[Why, ...]


def idleness(agent: Agent) -> tuple[str, str]:
    """Sort key, the longest idle first."""
    return (stamp(agent.idle_since or agent.since), agent.id)


class _Pool:
    """Free agents by group, the longest idle first."""

    def __init__(self, agents: Iterable[Agent]) -> None:
        self.own: dict[str, list[Agent]] = {}
        self.second: dict[str, list[Agent]] = {}
        for agent in sorted(filter(skill.free, agents), key=idleness):
            for group in agent.groups:
                self.own.setdefault(group, []).append(agent)
            for group in agent.second_groups:
                self.second.setdefault(group, []).append(agent)

    def first(self, contact: Contact, lists: Iterable[list[Agent]]) -> Agent | None:
        """The longest idle of all lists who speaks the contact's language."""
        heads = (head for agents in lists if (head := self._head(contact, agents)) is not None)
        return min(heads, key=idleness, default=None)

    def _head(self, contact: Contact, agents: list[Agent]) -> Agent | None:
        return next((a for a in agents if skill.speaks(a, contact)), None)

    def take(self, agent: Agent) -> None:
        for groups, lists in ((agent.groups, self.own), (agent.second_groups, self.second)):
            for group in groups:
                lists[group] = [a for a in lists[group] if a.id != agent.id]

    def helpers(self, contact: Contact) -> Iterator[list[Agent]]:
        if contact.overflowed_at is not None:
            yield from (self.own.get(group, []) for group in contact.overflow_groups)
            yield self.second.get(contact.group, [])


def match(snapshot: Snapshot, now: datetime) -> tuple[Assignment, ...]:
    """Assignments for all who can be served at `now`, in the order of service. The same snapshot, the same answer."""
    pool = _Pool(snapshot.agents)
    found = []
    for contact in sorted(filter(skill.waiting, snapshot.contacts), key=order):
        agent = pool.first(contact, (pool.own.get(contact.group, []),))
        agent = agent or pool.first(contact, pool.helpers(contact))
        if agent is not None:
            pool.take(agent)
            found.append(Assignment(contact_id=contact.id, agent_id=agent.id, why=why(contact, agent, now)))
    return tuple(found)


def why(contact: Contact, agent: Agent, now: datetime) -> tuple[Why, ...]:
    """Why this contact goes to this agent: its place, then the agent's."""
    rank = order(contact)[0]
    place = (Why(key=f"domain.why.priority_{rank}"),) if rank < 3 else ()
    by = "own_group" if skill.first_line(agent, contact) else "helping"
    idle = agent.idle_since or agent.since
    return (
        *place,
        Why(key="domain.why.waited", args={"seconds": int(waited(contact, now))}),
        Why(key=f"domain.why.{by}"),
        Why(key="domain.why.longest_idle", args={"seconds": int((now - idle).total_seconds()) if idle else 0}),
    )
