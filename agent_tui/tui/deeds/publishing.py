"""Publishing a bulletin or an article by keys, for those whom the policy lets: in one's own language at least, and in the
others as far as they are written."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from agent_tui.desk.found import Articles
from agent_tui.desk.views import Groups, StatusOf
from agent_tui.domain.commands import PublishArticle, PublishBulletin
from agent_tui.domain.knowledge import Article, Bulletin, ContactPerson, page_in
from agent_tui.errors import AgentTuiError
from agent_tui.tui.deeds import pages
from agent_tui.tui.deeds.wrap_up import moment
from agent_tui.tui.dialogs.fields import Field, resumed
from agent_tui.tui.dialogs.form import Form, Values
from agent_tui.tui.dialogs.pick import Item, Pick
from agent_tui.tui.panes.found_lines import own
from agent_tui.tui.perform import send, stands
from agent_tui.tui.screens.station import Station
from agent_tui.tui.words import Words

EVERYBODY, AS_BEFORE = "*", "="
LASTS = timedelta(days=14)
"""A bulletin's usual life."""
KEPT = timedelta(days=730)
"""For so long an article stays in force until somebody looks at it again."""


async def publish_bulletin(station: Station, before: Bulletin | None = None) -> None:
    """In three languages at most; a language left empty is read in another, marked. `before`: the one that is corrected."""
    words, door = station.words, station.door
    now = door.view(StatusOf()).now
    title = own(words, "bulletin.correct") if before else words.label("knowledge.publish")
    key = pages.draft_of("bulletin", before.id if before else "")
    check = partial(_wrong, station, now)
    form = Form(words, station.painter, title, _resumed(station, _bulletin_fields(station, now, key, before)), go="send",
                check=check, keep=door.keep_draft)  # fmt: skip
    values = await station.ask(form)
    if values is None:
        return
    command = _bulletin(values, now, station, before)
    if stands(await send(station, command, title, seen=before)):
        door.drop_draft(key)


def _wrong(station: Station, now: datetime, values: Values) -> tuple[str, str] | None:
    """What keeps the form from being sent, and the field it is about."""
    words = station.words
    if "until" in values:
        try:
            until = moment(values["until"], now, words.zone)
        except AgentTuiError as error:
            return words(error.key.removeprefix("tui.")), "until"
        if not until or until <= now:
            return own(words, "publish.past"), "until"
    return pages.half(words, values)


def _resumed(station: Station, fields: list[Field]) -> list[Field]:
    return [resumed(field, station.door.draft) for field in fields]


def _publishers(station: Station) -> tuple[Item[str], ...]:
    """Groups and departments that may speak, one's own first."""
    groups = station.door.view(Groups())
    me = station.door.view(StatusOf()).me
    mine = me.groups if me else ()
    first = sorted(groups, key=lambda group: (group.id not in mine, group.kind != "department", group.id))
    return tuple(Item(group.id, group.names.say(station.words.language)) for group in first)


def _department(station: Station, chosen: str = "") -> Field:
    items = _publishers(station)
    value = chosen or (items[0].value if items else "")
    return Field(
        name="department", kind="choice", label=own(station.words, "publish.department"), items=items, value=value
    )


def _bulletin_fields(station: Station, now: datetime, key: str, before: Bulletin | None) -> list[Field]:
    words = station.words
    groups = station.door.view(Groups())
    to = [Item(EVERYBODY, own(words, "publish.all")), *(Item(g.id, g.names.say(words.language)) for g in groups)]
    if before:
        to.insert(0, Item(AS_BEFORE, own(words, "publish.as_before")))
    yes_no = (Item("no", own(words, "publish.no_confirm")), Item("yes", own(words, "publish.confirm")))
    known, asks = (before.pages, before.acknowledge) if before else ({}, False)
    return [
        _department(station, before.department if before else ""),
        *pages.fields(words, words.language, key, known),
        Field(name="to", kind="choice", label=own(words, "publish.to"), items=tuple(to), value=to[0].value),
        Field(name="until", kind="moment", label=own(words, "publish.until"), value=_until(words, now, before),
              required=True, draft=f"{key}:until"),
        Field(name="confirm", kind="choice", label=own(words, "publish.ask_confirm"), items=yes_no,
              value="yes" if asks else "no"),
        *(field for language in pages.others(words) for field in pages.fields(words, language, key, known)),
    ]  # fmt: skip


def _until(words: Words, now: datetime, before: Bulletin | None) -> str:
    """The end of its life as it stands in the form."""
    if before:
        return before.valid_to.astimezone(words.zone).strftime("%Y-%m-%d %H:%M")
    return (now + LASTS).astimezone(words.zone).strftime("%m-%d %H:%M")


def _bulletin(values: Values, now: datetime, station: Station, before: Bulletin | None = None) -> PublishBulletin:
    until = moment(values["until"], now, station.words.zone)
    assert until is not None, "checked by the form"
    if before and values["until"] == _until(station.words, now, before):
        until = before.valid_to
    to = () if values["to"] == EVERYBODY else (values["to"],)
    return PublishBulletin(
        bulletin_id=before.id if before else f"{values['department']}-{now:%y%m%d-%H%M%S}",
        department=values["department"],
        pages=pages.pages(values, before.pages if before else {}),
        to=before.to if before and values["to"] == AS_BEFORE else to,
        acknowledge=values["confirm"] == "yes",
        valid_from=before.valid_from if before else now,
        valid_to=until,
    )


# ---- articles --------------------------------------------------------------------------------------------------------


async def publish_article(station: Station) -> None:
    """A new article, or the next revision of one."""
    words, door = station.words, station.door
    known = door.view(Articles())
    title = words.label("knowledge.write")
    items = [Item("", own(words, "publish.new_article"))]
    items += [Item(one.id, page_in(one.pages, words.language).title, _owner(station, one)) for one in known]
    chosen = await station.ask(Pick(words, station.painter, title, items))
    if chosen is None:
        return
    before = next((one for one in known if one.id == chosen), None)
    key = pages.draft_of("article", chosen)
    now = door.view(StatusOf()).now
    form = Form(words, station.painter, title, _resumed(station, _article_fields(station, key, before)), go="send",
                check=partial(_wrong, station, now), keep=door.keep_draft)  # fmt: skip
    values = await station.ask(form)
    if values is not None and stands(await send(station, _article(values, before, now), title, seen=before)):
        door.drop_draft(key)


def _owner(station: Station, article: Article) -> str:
    owners = {item.value: item.label for item in _publishers(station)}
    return owners.get(article.department, article.department)


def _article_fields(station: Station, key: str, before: Article | None) -> list[Field]:
    words = station.words
    known = before.pages if before else {}
    person = before.people[0] if before else ContactPerson("", "")
    department = _department(station, before.department if before else "")
    return [
        department,
        *pages.fields(words, words.language, key, known),
        Field(name="name", label=own(words, "publish.person"), required=True, value=person.name, draft=f"{key}:name"),
        Field(name="extension", label=own(words, "publish.extension"), required=True, value=person.extension,
              draft=f"{key}:extension"),
        *(field for language in pages.others(words) for field in pages.fields(words, language, key, known)),
    ]  # fmt: skip


def _article(values: Values, before: Article | None, now: datetime) -> PublishArticle:
    """The first contact person is the form's; the others, and the duty of the first, stay as they were."""
    people = before.people if before else ()
    duty = people[0].duty if people and people[0].name == values["name"] else ""
    first = ContactPerson(values["name"], values["extension"], duty)
    return PublishArticle(
        article_id=before.id if before else f"{values['department']}-{now:%y%m%d-%H%M%S}",
        department=values["department"],
        pages=pages.pages(values, before.pages if before else {}),
        people=(first, *people[1:]),
        categories=before.categories if before else (),
        valid_from=before.valid_from if before else now,
        valid_to=max(before.valid_to, now + LASTS) if before else now + KEPT,
    )
