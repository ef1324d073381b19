"""Bulletins and articles as one person sees them: what is still to be read, who confirmed, who owns what."""

from __future__ import annotations

from agent_tui.desk.found import (
    Acknowledgement,
    ArticleOf,
    Articles,
    ArticleView,
    BulletinOf,
    Bulletins,
    BulletinView,
    Department,
    Departments,
    Questions,
    Readers,
    TicketOf,
    TicketView,
)
from agent_tui.desk.sight import Sight
from agent_tui.domain.agent import Agent, Role
from agent_tui.domain.centre import Group
from agent_tui.domain.hands_rules import off_shift
from agent_tui.domain.knowledge import Article, Bulletin, ContactPerson, Reading, about_article, reading_id
from agent_tui.domain.knowledge_rules import still_to_read
from agent_tui.domain.ticket import Note, Ticket, TicketState
from agent_tui.store import read

NOTES_AT_MOST, QUESTIONS_AT_MOST = 50, 50
OUTSIDE = frozenset({Role.DEPARTMENT, Role.ADMINISTRATOR})
"""Roles of whom no bulletin for all staff asks a confirmation."""


def bulletins(sight: Sight, query: Bulletins) -> tuple[BulletinView, ...]:
    """In force and for me; what I must read first."""
    seen = (_bulletin_view(sight, bulletin) for bulletin in _for_me(sight))
    current = [view for view in seen if view.in_force]
    return tuple(sorted(current, key=lambda view: (not view.to_read, -view.bulletin.published_at.timestamp())))


def articles(sight: Sight, query: Articles) -> tuple[Article, ...]:
    """In force, my own departments' first, by id."""
    me, now = sight.me(), sight.clock.now()
    mine = me.groups if me else ()
    current = (article for article in read.every(sight.cache, Article) if article.holds(now))
    return tuple(sorted(current, key=lambda article: (article.department not in mine, article.id)))


def bulletin_of(sight: Sight, query: BulletinOf) -> BulletinView | None:
    found = read.get(sight.cache, Bulletin, query.id)
    return _bulletin_view(sight, found) if found else None


def to_read(sight: Sight) -> frozenset[str]:
    """Ids of bulletins in force that I still have to read or to confirm."""
    return frozenset(view.bulletin.id for view in bulletins(sight, Bulletins()) if view.to_read)


def _for_me(sight: Sight) -> list[Bulletin]:
    me = sight.me()
    groups = (*me.groups, *me.second_groups) if me else ()
    return [bulletin for bulletin in read.every(sight.cache, Bulletin) if bulletin.concerns(groups)]


def _bulletin_view(sight: Sight, bulletin: Bulletin) -> BulletinView:
    now = sight.clock.now()
    reading = read.get(sight.cache, Reading, reading_id(bulletin.id, sight.cache.agent_id))
    return BulletinView(
        bulletin=bulletin,
        department=_name(sight, bulletin.department),
        reading=reading,
        to_read=still_to_read(bulletin, reading, now),
        in_force=bulletin.holds(now),
    )


def readers(sight: Sight, query: Readers) -> Acknowledgement | None:
    """Of everybody it is for; without the scope to see others' readings only my own counts as known."""
    bulletin = read.get(sight.cache, Bulletin, query.bulletin_id)
    if bulletin is None:
        return None
    people = [a for a in read.every(sight.cache, Agent) if _asked(a, bulletin)]
    done, missing = [], []
    for agent in people:
        reading = read.get(sight.cache, Reading, reading_id(bulletin.id, agent.id))
        if reading is None or still_to_read(bulletin, reading, bulletin.valid_from):
            missing.append(agent)
        else:
            done.append((agent, reading))
    return Acknowledgement(bulletin=bulletin, done=tuple(done), missing=tuple(missing))


def _asked(agent: Agent, bulletin: Bulletin) -> bool:
    return agent.active and agent.role not in OUTSIDE and bulletin.concerns((*agent.groups, *agent.second_groups))


def article_of(sight: Sight, query: ArticleOf) -> ArticleView | None:
    article = read.get(sight.cache, Article, query.id)
    if article is None:
        return None
    asked = read.of_parent(sight.cache, Ticket, about_article(article.id), QUESTIONS_AT_MOST)
    return ArticleView(
        article=article,
        department=_name(sight, article.department),
        in_force=article.holds(sight.clock.now()),
        asked=tuple(sorted(asked, key=lambda t: t.opened_at, reverse=True)),
    )


def ticket_of(sight: Sight, query: TicketOf) -> TicketView | None:
    ticket = read.get(sight.cache, Ticket, query.id)
    if ticket is None:
        return None
    me = sight.me()
    handler = read.get(sight.cache, Agent, ticket.handler_id) if ticket.handler_id else None
    off = off_shift(handler)
    return TicketView(
        ticket=ticket,
        group=_name(sight, ticket.group),
        notes=read.of_parent(sight.cache, Note, ticket.id, NOTES_AT_MOST),
        mine=ticket.owner_id == sight.cache.agent_id,
        ours=me is not None and ticket.group in me.groups,
        held=bool(ticket.handler_id) and ticket.handler_id == sight.cache.agent_id,
        owner=sight.name_of(ticket.owner_id),
        handler=sight.name_of(ticket.handler_id),
        off_shift=off,
        off_since=handler.since if handler and off else None,
    )


def questions(sight: Sight, query: Questions) -> tuple[Ticket, ...]:
    """Mine that were answered, those my department must answer, then the rest; closed ones are over."""
    me = sight.me()
    groups = me.groups if me else ()

    def turn(ticket: Ticket) -> int:
        if ticket.owner_id == sight.cache.agent_id and ticket.state is TicketState.ANSWERED:
            return 0
        return 1 if ticket.group in groups and ticket.state is not TicketState.ANSWERED else 2

    seen = [t for t in read.questions(sight.cache) if t.state is not TicketState.CLOSED]
    concerned = [t for t in seen if t.owner_id == sight.cache.agent_id or t.group in groups]
    return tuple(sorted(concerned, key=lambda t: (turn(t), t.opened_at)))


def departments(sight: Sight, query: Departments) -> tuple[Department, ...]:
    """By name; each person once."""
    now = sight.clock.now()
    articles = [article for article in read.every(sight.cache, Article) if article.holds(now)]
    found = [
        _department(sight, group, [article for article in articles if article.department == group.id])
        for group in read.every(sight.cache, Group)
        if group.kind == "department"
    ]
    return tuple(sorted(found, key=lambda department: department.name))


def _department(sight: Sight, group: Group, articles: list[Article]) -> Department:
    own = _person(group.contact_person)
    named = [person for article in articles for person in article.people]
    people = {(person.name, person.extension): person for person in (*named, *own)}
    first = [(person.name, person.extension) for person in own]
    ordered = [*first, *(key for key in people if key not in first)]
    return Department(
        group=group,
        name=group.names.say(sight.language),
        people=tuple(people[key] for key in ordered),
        articles=len(articles),
    )


def _person(said: str) -> tuple[ContactPerson, ...]:
    """A group's contact person, written as name and extension."""
    name, _, extension = said.rpartition(" ")
    return (ContactPerson(name or extension, extension if name else ""),) if said else ()


def _name(sight: Sight, group_id: str) -> str:
    group = read.get(sight.cache, Group, group_id)
    return group.names.say(sight.language) if group else ""
