"""Delegation by keys: what was lent by me and to me, a new one for a named person and a time, and taking it back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from agent_tui.desk.commands import ACTION_LETTERS
from agent_tui.desk.lent_views import Lendable
from agent_tui.desk.views import Delegations, People, StatusOf
from agent_tui.domain.actions import ACTIONS, UNLENT
from agent_tui.domain.agent import Agent
from agent_tui.domain.approval import Delegation
from agent_tui.domain.commands import GrantDelegation, RevokeDelegation
from agent_tui.domain.money import parse
from agent_tui.domain.standing import works
from agent_tui.errors import InputError
from agent_tui.i18n.catalog import say
from agent_tui.tui.deeds.wrap_up import moment
from agent_tui.tui.dialogs.approval import LivePick, Several
from agent_tui.tui.dialogs.confirm import Confirm
from agent_tui.tui.dialogs.fields import Field, resumed
from agent_tui.tui.dialogs.form import Form, Paragraphs, Values
from agent_tui.tui.dialogs.keyed_page import KeyedPage
from agent_tui.tui.dialogs.pick import Item, Pick
from agent_tui.tui.line import Line, folded
from agent_tui.tui.panes.approval_lines import own, whereabouts
from agent_tui.tui.perform import send, stands
from agent_tui.tui.screens.station import Station
from agent_tui.tui.words import Words

NEW = "new"


async def delegations(station: Station) -> None:
    """The list; Enter on the first entry lends, on another shows it."""
    words = station.words
    while True:
        title = own(words, "lend.title")
        picked = LivePick(words, station.painter, title, lambda: _items(station), own(words, "keys.list"))
        chosen = await station.ask(picked)
        if chosen is None:
            return
        if chosen == NEW:
            await grant(station)
            continue
        found = next((d for d in _known(station) if d.id == chosen), None)
        if found is not None and await _read(station, found):
            await revoke(station, found)


def _known(station: Station) -> tuple[Delegation, ...]:
    return station.door.view(Delegations())


def _now(station: Station) -> datetime:
    return station.door.view(StatusOf()).now


def _me(station: Station) -> Agent | None:
    return station.door.view(StatusOf()).me


def _items(station: Station) -> Sequence[Item[str]]:
    words, now, me = station.words, _now(station), _me(station)
    first = Item(NEW, f"+ {own(words, 'lend.new')}", own(words, "lend.new_detail"))
    return [first, *(_item(words, d, now, me) for d in _known(station))]


def _item(words: Words, lent: Delegation, now: datetime, me: Agent | None) -> Item[str]:
    given = me is not None and lent.grantor_id == me.id
    who = (
        own(words, "lend.given", name=lent.grantee_name)
        if given
        else own(words, "lend.taken", name=lent.grantor_name)
    )
    until = own(words, "lend.until", until=words.day(lent.valid_to))
    return Item(lent.id, f"{state_of(words, lent, now)}  {who}  L{lent.max_level}", f"{until}  {_named(words, lent)}")


def state_of(words: Words, lent: Delegation, now: datetime) -> str:
    """In force, not yet, revoked or over; with its mark."""
    if lent.revoked_at is not None:
        return f"x {own(words, 'lend.revoked')}"
    if now >= lent.valid_to or lent.ended:
        return f"- {own(words, 'lend.over')}"
    return f"+ {own(words, 'lend.in_force')}" if lent.holds(now) else f". {own(words, 'lend.to_come')}"


def _named(words: Words, lent: Delegation) -> str:
    return words("comma").join(words.label(f"action.{action}") for action in lent.actions)


async def _read(station: Station, lent: Delegation) -> bool:
    """Show one; True when it is to be taken back."""
    words, now, me = station.words, _now(station), _me(station)
    over = lent.revoked_at is not None or lent.ended or now >= lent.valid_to
    given = me is not None and lent.grantor_id == me.id
    span = own(words, "lend.from", **{"from": words.day(lent.valid_from)}, until=words.day(lent.valid_to))
    text: list[tuple[str, str]] = [
        (f"{lent.grantor_name} > {lent.grantee_name}", "strong"),
        (f"{state_of(words, lent, now)}  {span}", "text"),
        (_extent(words, lent.max_level, lent.max_minor), "text"),
        (_named(words, lent), "text"),
        (words.labelled(own(words, "lend.reason"), lent.reason), "muted"),
    ]
    keys = {} if over else {"f7": own(words, "lend.keys_given" if given else "lend.keys_taken")}
    page = KeyedPage(words, station.painter, own(words, "lend.title"), lambda width: _lines(text, width), keys)
    if await station.ask(page) is None:
        return False
    question = "lend.revoke_ask" if given else "lend.revoke_own"
    name = lent.grantee_name if given else lent.grantor_name
    asked = [(own(words, question, name=name), "warn"), *text[1:]]
    yes = await station.ask(Confirm(words, station.painter, keys["f7"], asked))
    return yes is True


def _lines(text: list[tuple[str, str]], width: int) -> list[Line]:
    return [line for said, role in text for line in folded(said, width - 2, role, ((" ", "text"),))]


def _extent(words: Words, level: int, most: int) -> str:
    if not most:
        return own(words, "lend.effect_level_only", level=level)
    return own(words, "lend.effect_level", level=level, amount=words.money(most))


async def revoke(station: Station, lent: Delegation) -> None:
    """It ends at once."""
    label = f"{own(station.words, 'lend.revoke')} {lent.grantee_name}"
    await send(station, RevokeDelegation(delegation_id=lent.id), label)


async def grant(station: Station) -> None:
    """Whom, which actions, up to what, until when, why; then exactly that is shown and sent."""
    words, me = station.words, _me(station)
    if me is None:
        return
    people = station.door.view(People())
    items = [Item(a, f"{a.name} L{a.level}", f"{a.team}  {whereabouts(words, a)}", words=a.login)
             for a in sorted(people, key=lambda a: not a.here) if works(a) and a.id != me.id]  # fmt: skip
    to = await station.ask(Pick(words, station.painter, own(words, "lend.grantee"), items))
    if to is None:
        return
    offered: list[Item[tuple[str, ...]]] = [
        Item((action,), words.label(f"action.{action}"), action) for action in ACTION_LETTERS if action not in UNLENT
    ]
    several = Several(words, station.painter, own(words, "lend.actions"), offered, own(words, "keys.several"))
    actions = await station.ask(several)
    if actions is None:
        return
    if not actions:
        station.say(own(words, "lend.none_chosen"), "warn")
        return
    await _terms(station, me, to, actions)


async def _terms(station: Station, me: Agent, to: Agent, actions: tuple[str, ...]) -> None:
    words, key = station.words, f"lend:{to.id}"
    sums = any(ACTIONS[action].amount for action in actions)
    most, hint = own(words, "lend.most"), own(words, "lend.most_hint")
    when, later = own(words, "lend.when"), own(words, "lend.when_hint")
    fields = [
        Field(name="level", label=own(words, "lend.level"), required=True, value=str(me.level), draft=f"{key}:level")
    ]
    if sums:
        fields.append(Field(name="most", kind="amount", label=most, required=True, hint=hint, draft=f"{key}:most"))
    fields.append(
        Field(name="when", kind="moment", label=when, required=True, value="+8h", hint=later, draft=f"{key}:when")
    )
    fields.append(Field(name="reason", label=own(words, "lend.reason"), required=True, draft=key))
    fields = [resumed(field, station.door.draft) for field in fields]
    named = words("comma").join(words.label(f"action.{action}") for action in actions)

    def effect(values: Values) -> Paragraphs:
        until = words.day(_until(station, values))
        return [
            (own(words, "lend.effect", name=to.name, until=until), "strong"),
            (named, "text"),
            (_extent(words, int(values["level"]), _minor(values)), "text"),
            (own(words, "lend.effect_rule"), "muted"),
        ]

    reach = station.door.view(Lendable(actions=actions))
    limits = [(own(words, "lend.mine", sums=_sums(words, reach)), "muted")] if reach else []

    form = Form(
        words, station.painter, f"{own(words, 'lend.new')}  {to.name}", fields, go="check",
        check=lambda values: _wrong(station, me, values) or _beyond(words, reach, values), effect=effect, keep=station.door.keep_draft,
        live=lambda _: [(named, "muted"), *limits, (later, "muted")],
    )  # fmt: skip
    values = await station.ask(form)
    if values is None:
        return
    until = _until(station, values)
    command = GrantDelegation(
        grantee_id=to.id, actions=actions, max_level=int(values["level"]), max_minor=_minor(values),
        valid_to=until.isoformat() if until else "", reason=values["reason"],
    )  # fmt: skip
    label = f"{own(words, 'lend.title')} {to.name}"
    outcome = await send(station, command, label, quiet=True)
    if stands(outcome):
        station.door.drop_draft(key)
        station.say(own(words, "lend.done", name=to.name, until=words.day(until)), "ok")


def _sums(words: Words, reach: Mapping[str, int | None]) -> str:
    """What I may do at once myself of each action that is lent, where that has an end."""
    ends = (
        f"{words.label(f'action.{action}')} {words.money(most)}" for action, most in reach.items() if most is not None
    )
    return words("comma").join(ends) or own(words, "lend.no_end")


def _beyond(words: Words, reach: Mapping[str, int | None], values: Values) -> tuple[str, str] | None:
    """A sum above what I may do at once myself of one of the actions: the server would refuse it too."""
    for action, most in reach.items():
        if most is not None and _minor(values) > most:
            label = words.label(f"action.{action}")
            key = "lend.above" if most else "lend.not_mine"
            return own(words, key, action=label, most=words.money(most)), "most"
    return None


def _until(station: Station, values: Values) -> datetime | None:
    return moment(values["when"], _now(station), station.words.zone)


def _minor(values: Values) -> int:
    return parse(values["most"]).minor if values.get("most") else 0


def _wrong(station: Station, me: Agent, values: Values) -> tuple[str, str] | None:
    words = station.words
    if values["level"] not in {str(level) for level in range(1, me.level + 1)}:
        return own(words, "lend.bad_level", level=me.level), "level"
    try:
        _minor(values)
    except ValueError:
        return words("form.not_a_number"), "most"
    try:
        _until(station, values)
    except InputError as error:
        return say(error.key, words.language, **error.args_), "when"
    return None
