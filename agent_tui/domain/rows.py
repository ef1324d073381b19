"""The entities that travel through the feed, their facets and their scopes.

A facet is what a list selects or sorts by; both ends keep the same facets beside the body, so that the client's
apply step is one upsert for every entity. A scope says who may see a row:

    staff          everybody signed in                g:<group>     members of a group
    a:<agent>      one person                         c:<customer>  who handles a contact of that customer
    floor          supervisors, reviewers, trainers  sign:<level>   who may co-sign at that level
    t:<team>       the people of a team
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import TypeAlias

import msgspec

from agent_tui.clock import stamp as stamp
from agent_tui.domain.agent import Agent
from agent_tui.domain.approval import Approval, Delegation
from agent_tui.domain.centre import Bundle, Category, CommandRow, Figure, Group, Notice
from agent_tui.domain.contact import Contact, ContactState, Thread
from agent_tui.domain.customer import Customer
from agent_tui.domain.knowledge import Article, Bulletin, Reading
from agent_tui.domain.release import Release
from agent_tui.domain.review import Review, Sample
from agent_tui.domain.ticket import Note, Ticket
from agent_tui.domain.usage import AGENT, TEAM, DayUse

Entity: TypeAlias = (
    Agent
    | Contact
    | Thread
    | Customer
    | Ticket
    | Note
    | Group
    | Category
    | Figure
    | Notice
    | Bundle
    | CommandRow
    | Approval
    | Delegation
    | Review
    | Sample
    | Bulletin
    | Article
    | Reading
    | Release
    | DayUse
)

ENTITIES: dict[str, type[Entity]] = {
    "agent": Agent,
    "contact": Contact,
    "thread": Thread,
    "customer": Customer,
    "ticket": Ticket,
    "note": Note,
    "group": Group,
    "category": Category,
    "figure": Figure,
    "notice": Notice,
    "bundle": Bundle,
    "command": CommandRow,
    "approval": Approval,
    "delegation": Delegation,
    "review": Review,
    "sample": Sample,
    "bulletin": Bulletin,
    "article": Article,
    "reading": Reading,
    "release": Release,
    "use": DayUse,
}
NAMES: dict[type[Entity], str] = {kind: name for name, kind in ENTITIES.items()}


class Facets(msgspec.Struct, frozen=True, kw_only=True):
    """Columns beside the body of a row. `sort` is what its lists are ordered by, ascending."""

    status: str = ""
    group_id: str = ""
    agent_id: str = ""
    customer_id: str = ""
    parent_id: str = ""
    sort: str = ""


def queue_sort(contact: Contact) -> str:
    """Priority first, then waiting time: the order in which equals are served."""
    return f"{contact.priority.rank}|{stamp(contact.queued_at)}"


def _queue_facets(row: Contact | Ticket) -> Facets:
    customer = row.customer_id or ""
    if isinstance(row, Contact):
        agent = row.agent_id or ""
        return Facets(
            status=row.state, group_id=row.group, agent_id=agent, customer_id=customer, sort=queue_sort(row)
        )
    return Facets(
        status=row.state,
        group_id=row.group,
        # Whose move it is: whoever has it in hand, otherwise its owner.
        agent_id=row.handler_id or row.owner_id or "",
        customer_id=customer,
        parent_id=row.about or row.contact_id or "",
        sort=stamp(row.due_at or row.opened_at),
    )


def _authority_facets(row: Approval | Delegation) -> Facets:
    if isinstance(row, Delegation):
        status = "revoked" if row.revoked_at else "ended" if row.ended else "held"
        return Facets(status=status, agent_id=row.grantee_id, parent_id=row.grantor_id, sort=stamp(row.valid_to))
    return Facets(
        status=row.state,
        agent_id=row.maker_id,
        customer_id=row.customer_id,
        parent_id=row.contact_id or "",
        sort=stamp(row.expires_at),
    )


def _review_facets(row: Review | Sample) -> Facets:
    if isinstance(row, Sample):
        return Facets(sort=f"{row.day}|{row.size:012}")
    return Facets(
        status=row.state,
        group_id=row.team,
        agent_id=row.maker_id,
        customer_id=row.customer_id or "",
        parent_id=row.sample_id,
        sort=f"{row.day}|{row.audit_seq:012}",
    )


def _wording_facets(row: Bulletin | Article | Reading | Release) -> Facets:
    if isinstance(row, Release):
        sort = f"{row.blueprint}|{row.number:06}"
        return Facets(
            status=row.state, group_id=row.owner, agent_id=row.author_id, parent_id=row.blueprint, sort=sort
        )
    if isinstance(row, Reading):
        status = "acknowledged" if row.acknowledged_at else "read"
        return Facets(
            status=status,
            group_id=row.department,
            agent_id=row.agent_id,
            parent_id=row.bulletin_id,
            sort=stamp(row.read_at),
        )
    ended = row.withdrawn_at if isinstance(row, Bulletin) else row.retired_at
    return Facets(status="ended" if ended else "published", group_id=row.department, sort=stamp(row.published_at))


def _wording_scopes(row: Bulletin | Article | Reading | Release) -> frozenset[str]:
    match row:
        case Release():
            return frozenset({"floor", f"a:{row.author_id}"})
        case Bulletin(to=to) if to:
            return frozenset({"floor", f"g:{row.department}"} | {f"g:{group}" for group in to})
        case Reading():
            return frozenset({"floor", f"g:{row.department}", f"a:{row.agent_id}"})
        case _:
            return frozenset({"staff"})


def _use_facets(row: DayUse) -> Facets:
    match row.kind:
        case "agent":
            return Facets(status=row.day, agent_id=row.whose, sort=row.id)
        case "team":
            return Facets(status=row.day, group_id=row.whose, sort=row.id)
        case _:
            return Facets(status=row.day, customer_id=row.whose, sort=row.id)


def facets(row: Entity) -> Facets:
    """The facets of any row."""
    match row:
        case Contact() | Ticket():
            return _queue_facets(row)
        case Agent():
            return Facets(status=row.state, group_id=row.team, agent_id=row.id, sort=row.name)
        case Thread():
            agent, customer = row.agent_id or "", row.customer_id or ""
            return Facets(group_id=row.group, agent_id=agent, customer_id=customer, parent_id=row.id)
        case Customer():
            return Facets(status=row.tier, customer_id=row.id, sort=row.id)
        case Note():
            return Facets(
                agent_id=row.author_id,
                customer_id=row.customer_id or "",
                parent_id=row.contact_id or row.ticket_id or "",
                sort=stamp(row.at),
            )
        case Figure():
            return Facets(status=row.level, group_id=row.scope, sort=row.id)
        case Notice():
            return Facets(status=row.kind, sort=stamp(row.at))
        case Group():
            return Facets(status=row.kind, group_id=row.id, sort=row.id)
        case Category():
            return Facets(group_id=row.group, sort=row.id)
        case Bundle():
            return Facets(status=row.kind, sort=row.id)
        case CommandRow():
            return Facets(status=row.outcome, agent_id=row.maker_id, sort=stamp(row.at))
        case Approval() | Delegation():
            return _authority_facets(row)
        case Review() | Sample():
            return _review_facets(row)
        case Bulletin() | Article() | Reading() | Release():
            return _wording_facets(row)
        case DayUse():
            return _use_facets(row)


def scopes(row: Entity) -> frozenset[str]:
    """Who may see the row as it now is."""
    match row:
        case Contact():
            waits = row.state in (ContactState.QUEUED, ContactState.ALERTING)
            groups = (row.group, *row.overflow_groups) if waits else ()
            return _floor_and(groups=groups, agents=(row.agent_id,), customer=row.customer_id)
        case Thread():
            return _floor_and(agents=(row.agent_id,), customer=row.customer_id)
        case Customer():
            return _floor_and(customer=row.id)
        case Ticket():
            people = (row.owner_id, row.handler_id)
            return _floor_and(groups=(row.group,), agents=people, customer=row.customer_id)
        case Note():
            return _floor_and(agents=(row.author_id,), customer=row.customer_id)
        case Notice():
            return frozenset(row.to) if row.to else frozenset({"staff"})
        case CommandRow():
            return frozenset({f"a:{row.maker_id}"})
        case Approval():
            return frozenset({f"a:{row.maker_id}", f"sign:{row.level}", "floor"})
        case Delegation():
            return frozenset({f"a:{row.grantor_id}", f"a:{row.grantee_id}", "floor"})
        case Review():
            return frozenset({"floor"} | ({f"a:{row.maker_id}"} if row.told else set()))
        case Sample():
            return frozenset({"floor"})
        case Bulletin() | Article() | Reading() | Release():
            return _wording_scopes(row)
        case DayUse():
            return frozenset({{AGENT: "a", TEAM: "t"}.get(row.kind, "c") + f":{row.whose}"})
        case Bundle(kind="proposal" | "archived"):
            # Whoever releases or reprints it reads it by its id; no desk has use for it.
            return frozenset()
        case Agent() | Group() | Category() | Figure() | Bundle():
            return frozenset({"staff"})


def _floor_and(
    *, groups: Iterable[str | None] = (), agents: Iterable[str | None] = (), customer: str | None = None
) -> frozenset[str]:
    """Supervisors, and whoever works in one of the groups, is one of the agents, or has the customer open; None is nobody."""
    seen = {"floor", *(f"g:{group}" for group in groups if group), *(f"a:{agent}" for agent in agents if agent)}
    if customer:
        seen.add(f"c:{customer}")
    return frozenset(seen)


_ENCODER = msgspec.json.Encoder()


@cache
def _decoder(entity: str) -> msgspec.json.Decoder[Entity]:
    return msgspec.json.Decoder(ENTITIES[entity])


def encode(row: Entity) -> bytes:
    """The JSON body of a row."""
    return _ENCODER.encode(row)


def decode(entity: str, body: bytes | str) -> Entity:
    """The row of a JSON body. msgspec.ValidationError if it is none."""
    return _decoder(entity).decode(body)
