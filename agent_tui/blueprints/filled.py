"""What a run fills in for the agent: the wrap-up, the note, and the command of the node where it stands."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from agent_tui.blueprints.conditions import Value
from agent_tui.blueprints.model import Ask, Check, Do, End, HandOver, Note, Send, node_map
from agent_tui.blueprints.shown import Shown, Teller, placeholder, shown
from agent_tui.blueprints.walk import Run, current, missed, path
from agent_tui.domain.actions import ACTIONS
from agent_tui.domain.commands import (
    Command,
    ConsultContact,
    PerformAction,
    RaiseWorkOrder,
    SendMessage,
    TransferContact,
    VerifyCaller,
)
from agent_tui.domain.contact import Verified


class Filled(msgspec.Struct, frozen=True, kw_only=True):
    """The wrap-up as the blueprint proposes it; the agent may change all of it."""

    category: str = ""
    """Empty until an end node is reached."""
    result: str = ""
    note: str = ""
    """The lines of its notes, private answers masked."""
    call_back_at: str | None = None
    """RFC 3339 in UTC."""
    path: tuple[str, ...] = ()
    deviations: tuple[str, ...] = ()
    missed: tuple[str, ...] = ()
    """Mandatory sentences that a deviation left unsaid."""
    answers: tuple[tuple[str, str], ...] = ()
    """`(node, answer as said)`, private ones masked."""


def filled(run: Run, language: str | None = None, zone: str = "Asia/Shanghai") -> Filled:
    """What the run gives the wrap-up, in `language` (the agent's; else the run's). `zone` reads local moments."""
    here = current(run)
    teller = Teller(run, language, mask=True)
    nodes = node_map(run.blueprint)
    notes = [teller.text(nodes[step.node].texts) for step in run.steps if isinstance(nodes[step.node], Note)]
    asks = {step.node: node for step in run.steps if isinstance(node := nodes[step.node], Ask)}
    end = here if isinstance(here, End) else None
    return Filled(
        category=end.category if end else "",
        result=end.result if end else "",
        note="\n".join(dict.fromkeys(notes)),
        call_back_at=_utc(shown(run).call_back, zone) if end and end.call_back else None,
        path=path(run),
        missed=missed(run),
        deviations=tuple(f"{deviation.node}: {deviation.reason}" for deviation in run.deviations),
        answers=tuple((ask.id, teller.say(placeholder(ask)) or "") for ask in asks.values()),
    )


def together(parts: Sequence[Filled]) -> Filled:
    """The wrap-up of several runs: the first that reached an end decides category and result, nothing else is lost."""
    ended = next((part for part in parts if part.category), Filled())
    return Filled(
        category=ended.category,
        result=ended.result,
        note="\n".join(dict.fromkeys(part.note for part in parts if part.note)),
        call_back_at=next((part.call_back_at for part in parts if part.call_back_at), None),
        path=tuple(step for part in parts for step in part.path),
        deviations=tuple(reason for part in parts for reason in part.deviations),
        missed=tuple(node for part in parts for node in part.missed),
        answers=tuple(answer for part in parts for answer in part.answers),
    )


def _utc(local: str, zone: str) -> str | None:
    try:
        moment = datetime.fromisoformat(local)
    except ValueError:
        return None
    return moment.replace(tzinfo=ZoneInfo(zone)).astimezone(ZoneInfo("UTC")).isoformat().replace("+00:00", "Z")


def command(
    run: Run,
    *,
    contact_id: str,
    customer_id: str | None = None,
    checks: tuple[str, ...] = (),
    desk: str | None = None,
) -> Command | None:
    """What to submit for the node where the run stands; None where nothing is, or a desk command does it.

    `checks` are the ids the caller got right, for an identity check; work orders are written in the language of the
    `desk`, else in the run's.
    """
    node = current(run)
    now = shown(run, desk)
    match node:
        case Check():
            return VerifyCaller(contact_id=contact_id, degree=Verified(node.degree), checks=checks)
        case Do() if node.action in ACTIONS and node.action != "raise_work_order" and customer_id:
            return _action(now, contact_id, customer_id)
        case HandOver(how="work_order"):
            # Of a caller whom nobody knows it is taken down all the same, as a work order.
            level = node.complaint if customer_id and node.complaint else None
            return RaiseWorkOrder(
                group=node.to, title=now.brief_title, text=now.brief, contact_id=contact_id, customer_id=customer_id,
                complaint=level,
            )  # fmt: skip
        case HandOver(how="consult"):
            return ConsultContact(contact_id=contact_id, to_kind="group", to_id=node.to)
        case HandOver():
            return TransferContact(contact_id=contact_id, to_kind="group", to_id=node.to, reason=now.brief_title)
        case Send(medium="chat"):
            return SendMessage(contact_id=contact_id, text=now.message)
    return None


def _action(now: Shown, contact_id: str, customer_id: str) -> PerformAction:
    args = dict(now.args)
    amount = args.pop("amount", None)
    return PerformAction(
        action=now.action,
        customer_id=customer_id,
        contact_id=contact_id,
        product_id=_text(args.pop("product", None)),
        ticket_id=_text(args.pop("ticket", None)),
        amount_minor=amount if isinstance(amount, int) else None,
        reason=_text(args.pop("reason", None)) or "",
        args={name: str(value) for name, value in args.items()},
    )


def _text(value: Value | None) -> str | None:
    return str(value) if value not in (None, "") else None
