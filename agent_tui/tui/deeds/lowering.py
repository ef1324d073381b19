"""Lowering the amount of a request for a co-sign by keys: what is signed becomes another text, and whoever changed it
does not sign it."""

from __future__ import annotations

from agent_tui.desk.views import ApprovalView
from agent_tui.domain.approval import Approval
from agent_tui.domain.commands import AmendApproval
from agent_tui.domain.money import parse
from agent_tui.tui.authenticate import always
from agent_tui.tui.dialogs.fields import Field, resumed
from agent_tui.tui.dialogs.form import Form, Paragraphs, Values
from agent_tui.tui.panes.approval_lines import own, what
from agent_tui.tui.perform import send, stands
from agent_tui.tui.screens.station import Station
from agent_tui.tui.words import Words


async def lower(station: Station, view: ApprovalView) -> bool:
    """Ask for the new amount and why, show what becomes of the request, send it; True when it is done with."""
    words, approval, key = station.words, view.approval, f"cosign:{view.id}:lower"
    drafts = (
        Field(name="amount", kind="amount", label=own(words, "lower.amount"), required=True, draft=f"{key}:amount"),
        Field(name="reason", label=own(words, "lower.reason"), required=True, draft=key),
    )
    said = [(own(words, "lower.final"), "warn")]
    if not view.mine:
        said.append((own(words, "lower.not_by_you"), "warn"))
    form = Form(
        words, station.painter, own(words, "lower.title", what=what(words, approval)),
        [resumed(field, station.door.draft) for field in drafts], go="check", live=always(said),
        check=lambda values: _wrong(words, approval, values), keep=station.door.keep_draft,
        effect=lambda values: _effect(words, approval, values, said),
    )  # fmt: skip
    values = await station.ask(form)
    if values is None:
        return False
    minor = parse(values["amount"]).minor
    command = AmendApproval(
        approval_id=view.id, amount_minor=minor, payload_hash=approval.payload_hash, reason=values["reason"]
    )
    outcome = await send(station, command, own(words, "lower.title", what=what(words, approval)), quiet=True)
    if stands(outcome):
        station.door.drop_draft(key)
        station.say(own(words, "told.i_lowered", amount=words.money(minor), what=what(words, approval)), "ok")
    return True


def _wrong(words: Words, approval: Approval, values: Values) -> tuple[str, str] | None:
    """Lower and nothing else: what is to be higher is another request."""
    try:
        minor = parse(values["amount"]).minor
    except ValueError:
        return words("form.not_a_number"), "amount"
    if 0 < minor < (approval.amount_minor or 0):
        return None
    return own(words, "lower.only", amount=words.money(approval.amount_minor)), "amount"


def _effect(words: Words, approval: Approval, values: Values, said: Paragraphs) -> Paragraphs:
    to = words.money(parse(values["amount"]).minor)
    change = own(words, "lower.effect", what=what(words, approval), amount=f"{to} {approval.currency}")
    return [(change, "strong"), (words.labelled(own(words, "lower.reason"), values["reason"]), "text"), *said]
