"""The life of a contact: accept, hold, consult, transfer, end; verify, note, correct the group; and the next step."""

from __future__ import annotations

import re

from agent_tui.desk.views import Directory, Groups, Party
from agent_tui.domain.commands import (
    AcceptContact,
    AddNote,
    ClearContact,
    ConsultContact,
    CorrectGroup,
    EndConsult,
    HoldContact,
    RetrieveContact,
    TransferContact,
    VerifyCaller,
)
from agent_tui.domain.contact import ContactState, Verified
from agent_tui.tui.deeds.blueprint import answer_written
from agent_tui.tui.deeds.wrap_up import wrap_up
from agent_tui.tui.dialogs.confirm import Confirm
from agent_tui.tui.dialogs.fields import Field
from agent_tui.tui.dialogs.form import Form
from agent_tui.tui.dialogs.pick import Item, Pick
from agent_tui.tui.facts import next_step
from agent_tui.tui.perform import perform, send, stands
from agent_tui.tui.screens.desk import DeskScreen


async def next_one(desk: DeskScreen) -> None:
    """Whatever comes next."""
    step = next_step(desk.facts)
    if step.command == "view.blueprint" and desk.facts.read:
        await answer_written(desk)
    elif step.command:
        await perform(desk, step.command)
    else:
        desk.say(desk.words.msg(step.label), "muted")


def _own(desk: DeskScreen) -> str:
    own = desk.facts.own
    return own.contact.id if own else ""


async def accept(desk: DeskScreen) -> None:
    desk.seat.own_again()
    desk.seat.chosen = _own(desk)
    await send(desk, AcceptContact(contact_id=_own(desk)), desk.words.label("contact.accept"), quiet=True)


async def hold(desk: DeskScreen) -> None:
    """Hold, or back from hold."""
    held = desk.facts.state == ContactState.HOLD
    command = RetrieveContact(contact_id=_own(desk)) if held else HoldContact(contact_id=_own(desk))
    await send(desk, command, desk.words("next.retrieve") if held else desk.words("contact_state.hold"), quiet=True)


async def _party(desk: DeskScreen, title: str) -> Party | None:
    parties = desk.door.view(Directory(contact_id=_own(desk)))
    words = desk.words
    items = [
        Item(
            party,
            party.label,
            f"{words.of('party', party.kind)}  {words.of('state', party.state)}  {party.detail}",
            words=party.id,
        )
        for party in parties
    ]
    return await desk.ask(Pick(words, desk.painter, title, items))


async def consult(desk: DeskScreen) -> None:
    party = await _party(desk, desk.words("pick.consult"))
    if party:
        command = ConsultContact(contact_id=_own(desk), to_kind=party.kind, to_id=party.id)
        await send(desk, command, desk.words("consulting", who=party.label))


async def end_consult(desk: DeskScreen) -> None:
    await send(desk, EndConsult(contact_id=_own(desk)), desk.words.label("contact.end_consult"))


async def transfer(desk: DeskScreen) -> None:
    """To whom is being consulted, or to a group or person chosen now."""
    own = desk.facts.own
    if own is None:
        return
    consult = own.contact.consult
    to = (consult.to_kind, consult.to_id, consult.to_id) if consult else None
    if to is None:
        party = await _party(desk, desk.words("pick.transfer"))
        to = (party.kind, party.id, party.label) if party else None
    if to is not None:
        command = TransferContact(contact_id=own.contact.id, to_kind=to[0], to_id=to[1])
        await send(desk, command, f"{desk.words.label('contact.transfer')} {to[2]}", seen=own.contact)


async def regroup(desk: DeskScreen) -> None:
    """The triage was wrong."""
    view = desk.facts.contact or desk.facts.own
    if view is None:
        return
    groups = desk.door.view(Groups(kind="skill"))
    items = [Item(g.id, desk.words.name(g.names), words=g.id) for g in groups if g.id != view.contact.group]
    group = await desk.ask(Pick(desk.words, desk.painter, desk.words("pick.regroup"), items))
    if group:
        what = f"{desk.words.label('contact.regroup')} {desk.seat.groups.get(group, group)}"
        await send(desk, CorrectGroup(contact_id=view.contact.id, group=group), what, seen=view.contact)


async def verify(desk: DeskScreen) -> None:
    """Record the degree by hand; the blueprint's check records the answers too."""
    words, own = desk.words, desk.facts.own
    if own is None:
        return
    items = [
        Item(degree, words.of("verified", degree), words=degree) for degree in Verified if degree != Verified.NONE
    ]
    degree = await desk.ask(Pick(words, desk.painter, words("pick.verified"), items))
    if not degree:
        return
    key = f"verify:{own.contact.id}"
    label, hint = words("form.checks"), words("form.checks_hint")
    fields = [Field(name="checks", label=label, required=True, hint=hint, value=desk.door.draft(key), draft=key)]
    form = Form(words, desk.painter, words.of("verified", degree), fields, keep=desk.door.keep_draft)
    values = await desk.ask(form)
    if values is None:
        return
    # What was checked, in the agent's words; the answers themselves are never kept.
    checks = tuple(part for part in re.split(r"[,，、;；\s]+", values["checks"]) if part)
    command = VerifyCaller(contact_id=own.contact.id, degree=degree, checks=checks)
    if stands(await send(desk, command, words.of("verified", degree), seen=own.contact)):
        desk.door.drop_draft(key)


async def note(desk: DeskScreen) -> None:
    """A note, journalled as it is typed."""
    words, facts = desk.words, desk.facts
    view = facts.contact or facts.own
    about = view.contact.id if view else facts.customer_id or ""
    key = f"note:{about}"
    field = Field(
        name="note", kind="area", label=words("form.note"), required=True, draft=key, value=desk.door.draft(key)
    )
    form = Form(words, desk.painter, words.label("contact.note"), [field], keep=desk.door.keep_draft)
    values = await desk.ask(form)
    if values is None:
        desk.say(words("said.draft_kept"), "muted")
        return
    command = AddNote(
        text=values["note"],
        contact_id=view.contact.id if view else None,
        customer_id=view.contact.customer_id if view else facts.customer_id,
    )
    if stands(await send(desk, command, words.label("contact.note"))):
        desk.door.drop_draft(key)


async def end(desk: DeskScreen) -> None:
    words, own = desk.words, desk.facts.own
    if own is None:
        return
    name = own.customer.name if own.customer else own.contact.name or own.contact.caller
    asked = Confirm(words, desk.painter, words.label("contact.end"), [(words("ask.end", name=name), "text")])
    if await desk.ask(asked):
        await send(desk, ClearContact(contact_id=own.contact.id), words.label("contact.end"), quiet=True)


async def other(desk: DeskScreen) -> None:
    """The next of my contacts to the front."""
    ids = [view.contact.id for view in desk.facts.mine]
    at = ids.index(_own(desk)) if _own(desk) in ids else -1
    desk.seat.own_again()
    desk.seat.chosen = ids[(at + 1) % len(ids)]
    desk.refresh_view(frozenset({"*"}))


DEEDS = {
    "contact.next": next_one,
    "contact.accept": accept,
    "contact.hold": hold,
    "contact.consult": consult,
    "contact.end_consult": end_consult,
    "contact.transfer": transfer,
    "contact.regroup": regroup,
    "contact.verify": verify,
    "contact.note": note,
    "contact.end": end,
    "contact.wrap_up": wrap_up,
    "contact.other": other,
}
