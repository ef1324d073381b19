"""Publishing a bulletin by keys, for those whom the policy lets: headline, text, for whom, until when."""

from __future__ import annotations

from datetime import datetime, timedelta

from agent_tui.desk.views import Groups, StatusOf
from agent_tui.domain.centre import Group
from agent_tui.domain.commands import PublishBulletin
from agent_tui.domain.knowledge import Page
from agent_tui.errors import AgentTuiError
from agent_tui.tui.deeds.wrap_up import moment
from agent_tui.tui.dialogs.fields import Field, resumed
from agent_tui.tui.dialogs.form import Form, Values
from agent_tui.tui.dialogs.pick import Item
from agent_tui.tui.panes.found_lines import own
from agent_tui.tui.perform import send, stands
from agent_tui.tui.screens.station import Station

EVERYBODY = "*"
DRAFTS = {name: f"bulletin:{name}" for name in ("title", "text", "until")}
LASTS = timedelta(days=14)
"""A bulletin's usual life."""


async def publish_bulletin(station: Station) -> None:
    """One language at a desk; a file has them all (`agent-tui admin bulletin publish`)."""
    words, door = station.words, station.door
    now: datetime = door.view(StatusOf()).now

    def check(values: Values) -> tuple[str, str] | None:
        try:
            until = moment(values["until"], now, words.zone)
        except AgentTuiError as error:
            return words(error.key.removeprefix("tui.")), "until"
        return None if until and until > now else (own(words, "publish.past"), "until")

    title = words.label("knowledge.publish")
    fields = [resumed(field, door.draft) for field in _fields(station, now)]
    form = Form(words, station.painter, title, fields, go="send", check=check, keep=door.keep_draft)
    values = await station.ask(form)
    if values is None:
        return
    if stands(await send(station, _command(values, now, station), title)):
        for key in DRAFTS.values():
            door.drop_draft(key)


def _fields(station: Station, now: datetime) -> list[Field]:
    words = station.words
    groups: tuple[Group, ...] = station.door.view(Groups())
    me = station.door.view(StatusOf()).me
    mine = me.groups if me else ()
    first = sorted(groups, key=lambda group: (group.id not in mine, group.kind != "department", group.id))
    publishers = tuple(Item(group.id, group.names.say(words.language)) for group in first)
    to = (Item(EVERYBODY, own(words, "publish.all")), *(Item(g.id, g.names.say(words.language)) for g in groups))
    yes_no = (Item("no", own(words, "publish.no_confirm")), Item("yes", own(words, "publish.confirm")))
    until = (now + LASTS).astimezone(words.zone).strftime("%m-%d %H:%M")
    return [
        Field(
            name="department",
            kind="choice",
            label=own(words, "publish.department"),
            items=publishers,
            value=first[0].id if first else "",
        ),
        Field(name="title", label=own(words, "publish.title"), required=True, draft=DRAFTS["title"]),
        Field(name="text", kind="area", label=own(words, "publish.text"), required=True, draft=DRAFTS["text"]),
        Field(name="to", kind="choice", label=own(words, "publish.to"), items=to, value=EVERYBODY),
        Field(
            name="until",
            kind="moment",
            label=own(words, "publish.until"),
            value=until,
            required=True,
            draft=DRAFTS["until"],
        ),
        Field(name="confirm", kind="choice", label=own(words, "publish.ask_confirm"), items=yes_no, value="no"),
    ]


def _command(values: Values, now: datetime, station: Station) -> PublishBulletin:
    words = station.words
    until = moment(values["until"], now, words.zone)
    assert until is not None, "checked by the form"
    page = Page(title=values["title"], text=values["text"])
    return PublishBulletin(
        bulletin_id=f"{values['department']}-{now:%y%m%d-%H%M%S}",
        department=values["department"],
        pages={words.language: page},
        to=() if values["to"] == EVERYBODY else (values["to"],),
        acknowledge=values["confirm"] == "yes",
        valid_from=now,
        valid_to=until,
    )
