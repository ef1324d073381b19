"""A work order to a department, or a complaint to the people who may close it: the form that sends either."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agent_tui.desk.views import Groups, People
from agent_tui.domain.commands import RaiseWorkOrder
from agent_tui.domain.complaint import COMPLAINT_LEVELS, handlers_in
from agent_tui.i18n.message import msg
from agent_tui.tui.deeds.deal_fields import choice
from agent_tui.tui.dialogs.fields import Choice, Field
from agent_tui.tui.dialogs.form import Form, Paragraphs, Values
from agent_tui.tui.dialogs.pick import Item
from agent_tui.tui.perform import send, stands
from agent_tui.tui.screens.attending import Attending
from agent_tui.tui.words import Words
from agent_tui.wire.command import Outcome

ORDINARY = "work_order"
"""Chosen where the order is no complaint."""


async def raise_order(desk: Attending, given: Mapping[str, Any]) -> Outcome | None:
    """The form, filled with what is given, and what became of it; goes on while offline."""
    words, card = desk.words, desk.seat.card
    key = f"work_order:{card.customer.id if card else ''}"
    form = Form(
        words,
        desk.painter,
        words.label("action.raise_work_order"),
        _fields(desk, key, given),
        go="send",
        keep=desk.door.keep_draft,
        check=lambda values: _check(desk, values),
        live=lambda values: _first_response(desk, values),
        follow=lambda form, name: _follow(desk, form, name),
    )
    values = await desk.ask(form)
    if values is None:
        desk.say(words("said.draft_kept"), "muted")
        return None
    command = _command(desk, values)
    what = words.of("ticket_kind", "complaint") if command.complaint else words.label("action.raise_work_order")
    outcome = await send(desk, command, f"{what} {desk.seat.groups.get(values['group'], '')}")
    if stands(outcome):
        desk.door.drop_draft(key)
        desk.door.drop_draft(f"{key}:title")
    return outcome


def _command(desk: Attending, values: Values) -> RaiseWorkOrder:
    card, own = desk.seat.card, desk.facts.own or desk.facts.contact
    customer_id, level = card.customer.id if card else None, values.get("complaint", ORDINARY)
    # Whoever looks at one customer while another is on the line writes about the one they see.
    contact = own.contact if own and customer_id in (None, own.contact.customer_id) else None
    return RaiseWorkOrder(
        group=values["group"],
        title=values["title"],
        text=values["text"],
        contact_id=contact.id if contact else None,
        customer_id=customer_id,
        complaint=level if level != ORDINARY else None,
    )


# ---- to whom ---------------------------------------------------------------------------------------------------------


def _parties(desk: Attending, level: str) -> tuple[Item[str], ...]:
    """Of a work order the departments first. Of a complaint the groups in which somebody may close it, first where most
    may; every skill group where nobody is known to."""
    skill = desk.door.view(Groups(kind="skill"))
    groups = (*desk.door.view(Groups(kind="department")), *skill)
    if level != ORDINARY:
        people, now = desk.door.view(People()), desk.facts.status.now
        able = {group.id: handlers_in(group.id, people, now) for group in skill}
        groups = tuple(sorted((g for g in skill if able[g.id]), key=lambda g: -able[g.id])) or skill
    return tuple(Item(g.id, desk.words.name(g.names), g.contact_person, words=g.id) for g in groups)


def _follow(desk: Attending, form: Form, name: str) -> None:
    """Another kind goes to others: whom it cannot go to is no longer offered, and the likeliest is chosen."""
    if name != "complaint":
        return
    level, chosen = form.values["complaint"], form.query_one("#field-group", Choice)
    items = _parties(desk, level)
    if tuple(items) == tuple(chosen.items):
        return
    likeliest = _only(desk) if level == ORDINARY else items[0].value if items else ""
    chosen.offer(items, chosen.value if any(item.value == chosen.value for item in items) else likeliest)


def _check(desk: Attending, values: Values) -> tuple[str, str] | None:
    """A complaint to a department would be closed by nobody; the server says the same."""
    departments = {group.id for group in desk.door.view(Groups(kind="department"))}
    if values.get("complaint", ORDINARY) != ORDINARY and values["group"] in departments:
        return desk.words.msg(msg("domain.complaint_to_department")), "group"
    return None


def _only(desk: Attending) -> str:
    """The department, where there is one only."""
    departments = desk.door.view(Groups(kind="department"))
    return departments[0].id if len(departments) == 1 else ""


# ---- the form --------------------------------------------------------------------------------------------------------


def _kinds(words: Words) -> tuple[Item[str], ...]:
    """An ordinary order, or a complaint of one of the levels."""
    complaint = words.of("ticket_kind", "complaint")
    levels = (Item(x, f"{words.of('complaint_level', x)}{complaint}", words=x) for x in COMPLAINT_LEVELS)
    return (Item(ORDINARY, words.of("ticket_kind", ORDINARY), words=ORDINARY), *levels)


def _first_response(desk: Attending, values: Values) -> Paragraphs:
    """Of a complaint, until when somebody must have taken it up, by the centre's own clocks."""
    level = values.get("complaint", ORDINARY)
    group = next((g for g in desk.door.view(Groups()) if g.id == values.get("group")), None)
    if level == ORDINARY or group is None:
        return []
    words, now = desk.words, desk.facts.status.now
    first, decided = group.complaint.first_due(level, now), group.complaint.decided_by(now)
    return [(words("form.complaint_due", first=words.when(first, now), decided=words.day(decided)), "warn")]


def _fields(desk: Attending, key: str, given: Mapping[str, Any]) -> list[Field]:
    """What a work order asks for; texts are kept under `key`."""
    words, party = desk.words, str(given.get("group", "")) or _only(desk)
    title = desk.door.draft(f"{key}:title") or str(given.get("title", ""))
    text = desk.door.draft(key) or str(given.get("text", ""))
    # A complaint is somebody's: without a customer there is nothing to choose.
    kinds = [choice("complaint", words("form.complaint"), _kinds(words), ORDINARY)] if desk.seat.card else []
    return [
        *kinds,
        choice("group", words("form.department"), _parties(desk, ORDINARY), party),
        Field(name="title", label=words("form.title"), required=True, value=title, draft=f"{key}:title"),
        Field(name="text", kind="area", label=words("form.text"), required=True, value=text, draft=key),
    ]
