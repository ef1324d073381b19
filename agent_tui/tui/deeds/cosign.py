"""Co-signing by keys: the list of what waits, the page of one request, signing, refusing, withdrawing. The same at an
agent's desk and at a monitor."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from agent_tui.desk.views import Approvals, ApprovalView, Signers
from agent_tui.domain.agent import Agent
from agent_tui.domain.commands import DecideApproval, WithdrawApproval
from agent_tui.tui.authenticate import always, complaint, fresh, password_field
from agent_tui.tui.cosign_watch import tell_end
from agent_tui.tui.deeds.effects import open_list as open_effects
from agent_tui.tui.deeds.glass import break_glass
from agent_tui.tui.deeds.lending import delegations
from agent_tui.tui.deeds.lowering import lower
from agent_tui.tui.dialogs.approval import ApprovalPage, LivePick
from agent_tui.tui.dialogs.confirm import Confirm
from agent_tui.tui.dialogs.fields import Field
from agent_tui.tui.dialogs.form import Form, Paragraphs, Values
from agent_tui.tui.dialogs.pick import Item
from agent_tui.tui.panes.approval_lines import entry, own, what
from agent_tui.tui.perform import Deed, perform, send
from agent_tui.tui.screens.station import Station


async def open_list(station: Station) -> None:
    """What was refused just now is asked for; else the list of what waits, mine and others', and what was decided."""
    if await _ask_for_refused(station):
        return
    words = station.words
    while _items(station):
        title = own(words, "title")
        picked = LivePick(words, station.painter, title, lambda: _items(station), own(words, "keys.list"))
        chosen = await station.ask(picked)
        if chosen is None:
            return
        done = await open_one(station, chosen)
        # The row of what was just decided may still be on its way.
        if done and not any(view.part == "sign" and view.id != chosen for view in _known(station)):
            return
    if getattr(station, "refused_level", None):
        await perform(station, "view.approvers")
        return
    station.say(own(words, "nothing"), "muted")


async def _ask_for_refused(station: Station) -> bool:
    """Only at a desk, only for the customer that is still open."""
    wanted = getattr(station, "to_ask", None)
    facts = getattr(station, "facts", None)
    if wanted is None or facts is None or wanted.customer_id != facts.customer_id:
        return False
    from agent_tui.tui.deeds.action import carry_out
    from agent_tui.tui.screens.attending import Attending

    assert isinstance(station, Attending)  # nothing else keeps what was refused
    station.to_ask = None
    await carry_out(station, wanted.action, wanted.given)
    return True


def _known(station: Station) -> tuple[ApprovalView, ...]:
    return station.door.view(Approvals())


def _items(station: Station) -> Sequence[Item[str]]:
    return [Item(view.id, *entry(station.words, view), words=view.short_hash) for view in _known(station)]


def one(station: Station, id: str) -> ApprovalView | None:
    """The request as it now is."""
    found = station.door.view(Approvals(id=id))
    return found[0] if found else None


async def open_one(station: Station, id: str) -> bool:
    """Read a request; sign, refuse or withdraw it from there. True when something was done about it."""

    def able(view: ApprovalView) -> tuple[Agent, ...]:
        return station.door.view(Signers(level=view.approval.level, approval_id=view.id))

    while True:
        page = ApprovalPage(station.words, station.painter, lambda: one(station, id), able)
        chosen = await station.ask(page)
        if chosen is None or page.shown is None:
            return False
        if await _DOES[chosen](station, page.shown):
            return True


async def sign(station: Station, view: ApprovalView) -> bool:
    """Put one's name to exactly what was shown; True when it is done with."""
    words, label = station.words, what(station.words, view.approval)
    binds = own(
        words,
        "sign.binds",
        short=view.short_hash,
        customer=view.approval.customer_name,
        version=view.approval.target_version,
    )
    lent = view.delegation
    under = [(own(words, "sign.under", name=lent.grantor_name), "warn")] if lent is not None else []
    said = [(binds, "strong"), *under, (own(words, "sign.final"), "muted")]
    key = f"cosign:{view.id}:comment"
    comment = Field(name="reason", label=own(words, "sign.comment"), value=station.door.draft(key), draft=key)
    return await _decide(station, view, "sign", own(words, "sign.title", what=label), comment, said)


async def refuse(station: Station, view: ApprovalView) -> bool:
    """Say no, with the reason that its maker reads."""
    words, key = station.words, f"cosign:{view.id}"
    reason = Field(
        name="reason",
        label=own(words, "sign.refuse_reason"),
        required=True,
        value=station.door.draft(key),
        draft=key,
    )
    title = own(words, "sign.refuse_title", what=what(words, view.approval))
    said = [(own(words, "sign.refuse_final"), "muted")]
    return await _decide(station, view, "refuse", title, reason, said)


async def _decide(
    station: Station, view: ApprovalView, decision: str, title: str, reason: Field, said: Paragraphs
) -> bool:
    values = await _words_and_password(station, title, reason, said, decision)
    if values is None:
        return False
    command = DecideApproval(
        approval_id=view.id,
        decision=decision,
        payload_hash=view.approval.payload_hash,
        target_version=view.approval.target_version,
        reason=values["reason"],
        delegation_id=view.delegation.id if view.delegation else None,
    )
    outcome = await send(station, command, title, quiet=True)
    applied = outcome is not None and outcome.outcome == "applied"
    if applied:
        station.door.drop_draft(f"cosign:{view.id}")
    _say_decided(station, view, decision, applied)
    return True


def _say_decided(station: Station, view: ApprovalView, decision: str, applied: bool) -> None:
    """What came of it, if its row was here before the answer; else what I did, and the row will tell the rest."""
    now = one(station, view.id)
    if now is not None and not now.approval.open and (decision == "sign" or not applied):
        tell_end(station, now)
        return
    if not applied:
        return
    more = view.approval.people - len(view.approval.signed) - 1
    key = "i_refused" if decision == "refuse" else "i_signed_more" if more else "i_signed"
    station.say(own(station.words, f"told.{key}", what=what(station.words, view.approval), count=more), "ok")


async def _words_and_password(
    station: Station, title: str, reason: Field, said: Paragraphs, go: str
) -> Values | None:
    """What the signer writes, and that it is they who write it. `go` names what F9 does."""
    words = station.words
    wrong: Paragraphs = ()
    while True:
        asked = [] if fresh(station) else [password_field(station)]
        shown: Paragraphs = [*wrong, *said, *([(own(words, "password_why"), "muted")] if asked else [])]
        form = Form(
            words, station.painter, title, [reason, *asked], go=go, live=always(shown), keep=station.door.keep_draft
        )  # fmt: skip
        values = await station.ask(form)
        if values is None or not asked:
            return values
        wrong = await complaint(station, values["password"])
        if not wrong:
            return values
        reason = msgspec.structs.replace(reason, value=values["reason"])


async def withdraw(station: Station, view: ApprovalView) -> bool:
    """Take one's own request back."""
    words, label = station.words, what(station.words, view.approval)
    text = [(own(words, "withdraw.ask", what=label), "strong"), (own(words, "withdraw.hint"), "muted")]
    if not await station.ask(Confirm(words, station.painter, own(words, "page.title_asked"), text)):
        return False
    outcome = await send(station, WithdrawApproval(approval_id=view.id), label, quiet=True)
    if outcome is not None and outcome.outcome == "applied":
        station.say(own(words, "told.withdrawn", what=label), "ok")
    return True


_DOES = {"sign": sign, "refuse": refuse, "withdraw": withdraw, "lower": lower}

DEEDS: dict[str, Deed] = {
    "cosign.open": open_list,
    "cosign.watch": open_list,
    "cosign.lend": delegations,
    "cosign.effects": open_effects,
    "cosign.break_glass": break_glass,
}
