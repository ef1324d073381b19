"""Wrap-up: category and result by keys, a note whose draft is journalled, a promised call-back."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from agent_tui.blueprints.filled import Filled, filled, together
from agent_tui.desk.views import Categories, ContactView
from agent_tui.domain.centre import Category
from agent_tui.domain.commands import WrapUpContact
from agent_tui.errors import InputError
from agent_tui.tui.dialogs.fields import Choice, Field
from agent_tui.tui.dialogs.form import Form, Values
from agent_tui.tui.dialogs.pick import Item
from agent_tui.tui.keymap import half_width
from agent_tui.tui.perform import send, stands
from agent_tui.tui.screens.desk import DeskScreen


def moment(text: str, now: datetime, zone: ZoneInfo) -> datetime | None:
    """`15:30`, `+2h`, `+30m`, `03-05 10:00`, `2026-03-05 10:00`; None for nothing. InputError otherwise.

    A time of day that is past means tomorrow.
    """
    plain = "".join(map(half_width, text)).strip().lower()
    if not plain:
        return None
    try:
        if plain.startswith("+"):
            return now + _step(plain[1:])
        return _point(plain, now.astimezone(zone), zone)
    except (ValueError, KeyError, OverflowError):
        raise InputError("tui.form.not_a_time") from None


def _step(text: str) -> timedelta:
    unit = {"h": "hours", "m": "minutes", "d": "days"}[text[-1]]
    return timedelta(**{unit: int(text[:-1])})


def _point(text: str, local: datetime, zone: ZoneInfo) -> datetime:
    day, _, clock = text.rpartition(" ")
    hour, minute = (int(part) for part in clock.split(":"))
    if not day:
        found = local.replace(hour=hour, minute=minute, second=0, microsecond=0)
        return found if found > local else found + timedelta(days=1)
    parts = [int(part) for part in day.replace("/", "-").split("-")]
    year, month, date = parts if len(parts) == 3 else (local.year, *parts)
    found = datetime(year, month, date, hour, minute, tzinfo=zone)
    if found <= local:
        raise InputError("tui.form.past")
    return found


def _proposal(desk: DeskScreen, contact_id: str) -> Filled:
    opened = desk.seat.guide.opened(contact_id)
    return together([filled(one.run, desk.words.language, str(desk.words.zone)) for one in opened])


def _results(desk: DeskScreen, categories: tuple[Category, ...], category: str) -> tuple[Item[str], ...]:
    chosen = next((item for item in categories if item.id == category), None)
    return tuple(
        Item(result, desk.words.of("result", result), words=result) for result in (chosen.results if chosen else ())
    )


def _fields(desk: DeskScreen, view: ContactView, categories: tuple[Category, ...], proposal: Filled) -> list[Field]:
    words, key = desk.words, f"wrap_up:{view.contact.id}"
    category = proposal.category or view.contact.category or ""
    items = tuple(
        Item(c.id, words.name(c.names), desk.seat.groups.get(c.group, c.group), words=f"{c.id} {' '.join(c.words)}")
        for c in categories
    )
    call_back = proposal.call_back_at
    at = datetime.fromisoformat(call_back).astimezone(words.zone).strftime("%m-%d %H:%M") if call_back else ""
    return [
        Field(name="category", kind="choice", label=words("form.category"), items=items, value=category, required=True,
              hint=words("form.proposed") if proposal.category else ""),
        Field(name="result", kind="choice", label=words("form.result"), items=_results(desk, categories, category),
              value=proposal.result, required=True),
        Field(name="note", kind="area", label=words("form.note"), value=desk.door.draft(key) or proposal.note, draft=key),
        Field(name="call_back", kind="moment", label=words("form.call_back"), hint=words("form.call_back_hint"),
              value=desk.door.draft(f"{key}:call_back") or at, draft=f"{key}:call_back"),
    ]  # fmt: skip


async def wrap_up(desk: DeskScreen) -> None:
    """Ask, submit, and go on to the next."""
    view, words = desk.facts.own, desk.words
    if view is None:
        return
    categories = desk.door.view(Categories(group=view.contact.group))
    proposal = _proposal(desk, view.contact.id)

    def check(values: Values) -> tuple[str, str] | None:
        try:
            moment(values["call_back"], desk.facts.status.now, words.zone)
        except InputError as error:
            return words(error.key.removeprefix("tui.")), "call_back"
        return None

    def follow(form: Form, name: str) -> None:
        if name == "category":
            result = form.query_one("#field-result", Choice)
            items = _results(desk, categories, form.values["category"])
            keep = result.value if any(item.value == result.value for item in items) else ""
            result.offer(items, keep)

    form = Form(
        words, desk.painter, words.label("contact.wrap_up"), _fields(desk, view, categories, proposal),
        check=check, keep=desk.door.keep_draft, follow=follow,
    )  # fmt: skip
    values = await desk.ask(form)
    if values is None:
        desk.say(words("said.draft_kept"), "muted")
        return
    await _submit(desk, view, values, proposal)


async def _submit(desk: DeskScreen, view: ContactView, values: Values, proposal: Filled) -> None:
    at = moment(values["call_back"], desk.facts.status.now, desk.words.zone)
    command = WrapUpContact(
        contact_id=view.contact.id,
        category=values["category"],
        result=values["result"],
        note=values["note"],
        call_back_at=at.astimezone(ZoneInfo("UTC")).isoformat().replace("+00:00", "Z") if at else None,
        path=proposal.path,
        deviations=proposal.deviations,
        walks=desk.seat.guide.walks(view.contact.id),
    )
    outcome = await send(desk, command, desk.words.label("contact.wrap_up"), seen=view.contact)
    if stands(outcome):
        desk.door.drop_draft(f"wrap_up:{view.contact.id}")
        desk.seat.guide.forget(view.contact.id)
        desk.finished()
