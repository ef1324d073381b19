"""What the centre publishes to every desk: groups, people, categories, blueprints, notices."""

from __future__ import annotations

from functools import lru_cache

from agent_tui.desk.sight import Sight
from agent_tui.desk.views import Blueprints, Categories, Directory, Groups, Notices, Party, People
from agent_tui.domain.agent import Agent, AgentState
from agent_tui.domain.centre import Bundle, Category, Group, Notice
from agent_tui.domain.contact import Contact
from agent_tui.store import read
from agent_tui.wire.signed import trusted

BLUEPRINTS = ("blueprint", "retired")
"""Kinds of bundle that carry a blueprint."""


def categories(sight: Sight, query: Categories) -> tuple[Category, ...]:
    """Those of `group` first, each part by id."""
    return tuple(sorted(read.every(sight.cache, Category), key=lambda c: (c.group != query.group, c.id)))


def notices(sight: Sight, query: Notices) -> tuple[Notice, ...]:
    """In force now, newest first."""
    now = sight.clock.now()
    current = (n for n in read.every(sight.cache, Notice) if n.until is None or n.until > now)
    return tuple(sorted(current, key=lambda n: n.at, reverse=True))


def groups(sight: Sight, query: Groups) -> tuple[Group, ...]:
    return tuple(g for g in read.every(sight.cache, Group) if query.kind in ("", g.kind))


def people(sight: Sight, query: People) -> tuple[Agent, ...]:
    """Everybody active, by name."""
    return tuple(a for a in read.every(sight.cache, Agent) if a.active)


def blueprints(sight: Sight, query: Blueprints) -> tuple[Bundle, ...]:
    """Every version that the server signed, by id: whoever takes one out looks at its dates, whoever has one out goes on
    with it."""
    key = sight.cache.meta.get("signing_key", "")
    return tuple(b for b in read.every(sight.cache, Bundle) if b.kind in BLUEPRINTS and _trusted(b, key))


@lru_cache(maxsize=512)
def _trusted(bundle: Bundle, key: str) -> bool:
    return trusted(bundle, key)


def directory(sight: Sight, query: Directory) -> tuple[Party, ...]:
    """Groups and people: the contact's own group, open groups, people who are free, then the rest."""
    contact = read.get(sight.cache, Contact, query.contact_id)
    group_id = contact.group if contact else ""
    known = sorted(read.every(sight.cache, Group), key=lambda g: (g.id != group_id, not g.open_now, g.id))
    others = (a for a in read.every(sight.cache, Agent) if a.active and a.id != sight.cache.agent_id)
    ordered = sorted(others, key=lambda a: (a.state != AgentState.READY, group_id not in a.groups, a.name))
    return tuple(_group_party(sight, g) for g in known) + tuple(_agent_party(a) for a in ordered)


def _group_party(sight: Sight, group: Group) -> Party:
    state = "open" if group.open_now else "closed"
    label = group.names.say(sight.language)
    return Party(kind="group", id=group.id, label=label, state=state, detail=group.contact_person)


def _agent_party(agent: Agent) -> Party:
    return Party(kind="agent", id=agent.id, label=agent.name, state=agent.state.value, detail=" ".join(agent.groups))
