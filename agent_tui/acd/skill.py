"""Who can take what: by group, by overflow, by language."""

from __future__ import annotations

from agent_tui.domain.agent import Agent, AgentState
from agent_tui.domain.contact import Contact, ContactState


def waiting(contact: Contact) -> bool:
    """Whether the contact stands in a queue."""
    return contact.state is ContactState.QUEUED


def free(agent: Agent) -> bool:
    """Whether the agent may be offered something."""
    return agent.state is AgentState.READY and agent.active and not agent.contacts


def speaks(agent: Agent, contact: Contact) -> bool:
    return contact.language in agent.languages


def first_line(agent: Agent, contact: Contact) -> bool:
    """The contact is of one of the agent's own groups."""
    return contact.group in agent.groups


def helps(agent: Agent, contact: Contact) -> bool:
    """The contact overflowed, to one of the agent's groups or from one that the agent helps (二线)."""
    if contact.overflowed_at is None:
        return False
    return contact.group in agent.second_groups or any(g in agent.groups for g in contact.overflow_groups)


def can_take(agent: Agent, contact: Contact) -> bool:
    return speaks(agent, contact) and (first_line(agent, contact) or helps(agent, contact))
