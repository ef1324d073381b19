"""The status line and the list of what is not done with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agent_tui.clock import wall
from agent_tui.desk.sight import Sight
from agent_tui.desk.views import NEVER_S, Pending, PendingWork, Reveal, Reveals, Status, StatusOf, Unconfirmed
from agent_tui.domain.centre import Figure
from agent_tui.domain.contact import Contact
from agent_tui.domain.ticket import Ticket
from agent_tui.store import place, read
from agent_tui.wire.session import SIMULATION

if TYPE_CHECKING:
    from agent_tui.desk.select_approvals import Waiting
    from agent_tui.store.journal import Item


def status(sight: Sight, query: StatusOf) -> Status:
    me = sight.me()
    figures = {figure.id: figure for figure in read.every(sight.cache, Figure)}
    waiting = sum(n for (list_, _), n in read.tally(sight.cache).items() if list_ == place.WAITING)
    requests = _requests(sight)
    return Status(
        me=me,
        connection=sight.link.connection.value,
        age_s=age_s(sight),
        now=sight.clock.now(),
        unsent=sight.pending.unsent(),
        attention=sight.pending.attention(),
        abandonment=figures.get("abandonment:centre"),
        service_level=figures.get("service_level:centre"),
        waiting=waiting,
        simulation=sight.cache.meta.get("banner") == SIMULATION,
        state=me.state if me else None,
        since=me.since if me else None,
        pending_state=sight.pending.asked_state(),
        why=sight.link.why,
        alert=sight.link.alert,
        glass_level=int(sight.cache.meta.get("break_glass_level", "3")),
        progress=sight.link.progress,
        to_sign=requests.to_sign if requests else 0,
        asked=requests.asked if requests else 0,
        asked_left_s=requests.left_s if requests else 0.0,
        findings=_findings(sight),
        to_read=_to_read(sight),
        answers=_answers(sight),
    )


def _requests(sight: Sight) -> Waiting | None:
    """Requests for a co-sign; a desk that knows of none does not load their rules."""
    if not sight.cache.first("rows_of_entity", "approval"):
        return None
    from agent_tui.desk.select_approvals import waiting

    return waiting(sight)


def _findings(sight: Sight) -> int:
    """A desk that knows of no review does not load their rules."""
    if not sight.cache.first("rows_of_entity", "review"):
        return 0
    from agent_tui.desk.select_review import unanswered

    return unanswered(sight)


def _to_read(sight: Sight) -> int:
    """A desk that knows of no bulletin does not load their rules."""
    if not sight.cache.first("rows_of_entity", "bulletin"):
        return 0
    from agent_tui.desk.select_knowledge import to_read

    return len(to_read(sight))


def _answers(sight: Sight) -> int:
    """Questions of mine that were answered, and those that my department has to answer."""
    found = read.questions(sight.cache)
    me = sight.me() if found else None
    groups = me.groups if me else ()
    mine = sum(ticket.owner_id == sight.cache.agent_id and ticket.state == "answered" for ticket in found)
    return mine + sum(ticket.group in groups and ticket.state in ("open", "in_progress") for ticket in found)


def pending_work(sight: Sight, query: PendingWork) -> tuple[Pending, ...]:
    known = {id_: read.get(sight.cache, Contact, id_) for id_ in sight.pending.contact_ids()}
    return sight.pending.list({id_: contact for id_, contact in known.items() if contact}, sight)


def unconfirmed(sight: Sight, query: Unconfirmed) -> tuple[Pending, ...]:
    found = {pending.id for pending in sight.pending.open() if _customer_of(sight, pending) == query.customer_id}
    return tuple(item for item in pending_work(sight, PendingWork()) if item.id in found) if found else ()


def _customer_of(sight: Sight, item: Item) -> str | None:
    """Whom a command is about, by its own word or by that of the row it is about."""
    from agent_tui.domain.commands import act_in

    if (named := getattr(act_in(item.command), "customer_id", None)) is not None:
        return str(named)
    entity, _, id_ = (item.target or "").partition(":")
    row: Contact | Ticket | None = None
    if entity == "contact":
        row = read.get(sight.cache, Contact, id_)
    elif entity == "ticket":
        row = read.get(sight.cache, Ticket, id_)
    return row.customer_id if row is not None else None


def reveals(sight: Sight, query: Reveals) -> tuple[Reveal, ...]:
    return sight.reveals.now()


def age_s(sight: Sight) -> float:
    age = sight.link.age_s()
    if age is not None:
        return age
    said = sight.cache.meta.get("wall")
    return max(0.0, wall().timestamp() - float(said)) if said and sight.cache.cursor else NEVER_S
