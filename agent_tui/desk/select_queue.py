"""The queue pane's window: 100,000 rows cost what sixty do."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from agent_tui.desk.sight import Sight
from agent_tui.desk.views import QueuePage, QueueRow, QueueRows
from agent_tui.domain.complaint import COMPLAINT_LEVELS
from agent_tui.domain.contact import Why
from agent_tui.domain.ticket import TicketKind
from agent_tui.store import place
from agent_tui.store.window import Line, Window

LISTS = {
    "all": (place.WAITING, place.TICKET),
    "waiting": (place.WAITING, place.WAITING),
    "tickets": (place.TICKET, place.TICKET),
    "history": (place.HISTORY, place.HISTORY),
}


class _ContactLine(msgspec.Struct, frozen=True, kw_only=True):
    """The fields of a contact that a line shows; the rest of the body is skipped."""

    id: str
    channel: str
    state: str
    queued_at: datetime
    name: str = ""
    caller: str = ""
    tier: str = ""
    language: str = ""
    group: str = ""
    subject: str = ""
    established_at: datetime | None = None
    hold_since: datetime | None = None
    cleared_at: datetime | None = None
    closed_at: datetime | None = None
    why: tuple[Why, ...] = ()
    customer_id: str | None = None
    agent_id: str | None = None

    @property
    def since(self) -> datetime:
        if self.state in ("queued", "alerting"):
            return self.queued_at
        return self.closed_at or self.cleared_at or self.hold_since or self.established_at or self.queued_at


class _TicketLine(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    kind: str
    state: str
    number: str
    opened_at: datetime
    due_at: datetime | None = None
    name: str = ""
    tier: str = ""
    language: str = ""
    group: str = ""
    title: str = ""
    customer_id: str | None = None
    owner_id: str | None = None
    handler_id: str | None = None
    complaint_level: str | None = None


class _GroupLine(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    target_s: int | None = None


_contact = msgspec.json.Decoder(_ContactLine)
_ticket = msgspec.json.Decoder(_TicketLine)
_group = msgspec.json.Decoder(_GroupLine)


def queue_rows(sight: Sight, query: QueueRows) -> QueuePage:
    """The window asked for, with the length of the whole list."""
    if query.kind == "mine":
        total, lines = _mine(sight, query)
    else:
        window = sight.windows.get(query.kind)
        if window is None:
            window = sight.windows[query.kind] = Window(sight.cache, *LISTS[query.kind])
        total, lines = window.total(), window.lines(query.offset, query.limit)
    targets = _targets(sight)
    rows = tuple(_row(sight, line, targets) for line in lines)
    return QueuePage(total=total, offset=query.offset, rows=rows, known=bool(sight.cache.cursor))


def _mine(sight: Sight, query: QueueRows) -> tuple[int, list[Line]]:
    me, low, high = sight.cache.agent_id, place.floor(place.WAITING), place.floor(place.HISTORY)
    counted = sight.cache.first("count_of_agent", me, low, high)
    lines = sight.cache.all("window_of_agent", me, low, high, query.limit, query.offset)
    return (counted[0] if counted else 0), [(p, n, entity, body) for p, n, entity, body in lines]


def _targets(sight: Sight) -> dict[str, int | None]:
    """Group → seconds within which its customers are to be answered."""
    groups = (_group.decode(body) for (body,) in sight.cache.all("rows_of_entity", "group"))
    return {group.id: group.target_s for group in groups}


def _row(sight: Sight, line: Line, targets: dict[str, int | None]) -> QueueRow:
    _, _, entity, body = line
    if entity == "ticket":
        return _ticket_row(sight, _ticket.decode(body))
    return _contact_row(sight, _contact.decode(body), targets)


def _contact_row(sight: Sight, contact: _ContactLine, targets: dict[str, int | None]) -> QueueRow:
    target_s = targets.get(contact.group)
    waiting = contact.state in ("queued", "alerting")
    return QueueRow(
        id=contact.id,
        kind="contact",
        channel=contact.channel,
        state=contact.state,
        name=sight.reveals.name_of_contact(contact.id) or contact.name,
        caller=contact.caller,
        tier=contact.tier,
        language=contact.language,
        group=contact.group,
        subject=contact.subject,
        since=contact.since,
        due=contact.queued_at + timedelta(seconds=target_s) if waiting and target_s is not None else None,
        why=contact.why,
        customer_id=contact.customer_id,
        agent_id=contact.agent_id,
        mine=bool(contact.agent_id) and contact.agent_id == sight.cache.agent_id,
        pending=f"contact:{contact.id}" in sight.pending.by_target(),
    )


def _ticket_row(sight: Sight, ticket: _TicketLine) -> QueueRow:
    return QueueRow(
        id=ticket.id,
        kind="ticket",
        channel=ticket.kind,
        state=ticket.state,
        name=ticket.name,
        caller=ticket.number,
        tier=ticket.tier,
        language=ticket.language,
        group=ticket.group,
        subject=ticket.title,
        since=ticket.opened_at,
        due=ticket.due_at,
        why=(),
        customer_id=ticket.customer_id,
        agent_id=ticket.owner_id,
        mine=sight.cache.agent_id in ({ticket.owner_id, ticket.handler_id} - {None, ""}),
        pending=f"ticket:{ticket.id}" in sight.pending.by_target(),
        level=(ticket.complaint_level or COMPLAINT_LEVELS[0]) if ticket.kind == TicketKind.COMPLAINT else "",
        handler=sight.name_of(ticket.handler_id),
        handler_id=ticket.handler_id or "",
    )
