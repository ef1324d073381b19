"""What a reviewer reads of an act: its row in the audit, and the act as it was sent, personal values masked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from agent_tui import ids
from agent_tui.domain.agent import Agent
from agent_tui.domain.approval import Approval
from agent_tui.domain.commands import Command, MoveTicket, PerformAction, RaiseWorkOrder, RevealField
from agent_tui.domain.customer import Customer
from agent_tui.domain.review import Review, ReviewState, Stratum
from agent_tui.domain.scrub import scrub
from agent_tui.metrics.sampling import Act, Drawn
from agent_tui.server.database import Tx
from agent_tui.server.payload import HIDDEN, MASKS, PLAIN, act_of
from agent_tui.server.services import Services
from agent_tui.server.state import TableState
from agent_tui.server.vault import Vault


def review_id(act: Act) -> str:
    """The same for an act whenever and by whomever it is opened."""
    return ids.derived("review", act.command_id)


def reviews(
    tx: Tx, services: Services, drawn: Sequence[Drawn], day: str, now: datetime, *, sample_id: str = ""
) -> list[Review]:
    """One review for each of `drawn`; one that was opened before stays as far as it is, and is counted in this draw."""
    state = TableState(tx)
    names = {agent.id: agent.name for agent in state.find(Agent)}
    due = now + timedelta(days=services.review.due_days)
    found: list[Review] = []
    for one in drawn:
        before = state.get(Review, review_id(one.act))
        if before is not None:
            found.append(msgspec.structs.replace(before, sample_id=sample_id or before.sample_id))
            continue
        fresh = _review(one, day, names.get(one.act.maker, ""), now)
        told = _told(tx, services.vault, one.act)
        found.append(msgspec.structs.replace(fresh, sample_id=sample_id, due_at=due, **told))
    return found


def second_look(first: Review, sample_id: str, now: datetime, due: timedelta) -> Review:
    """The same act for another reviewer, without what the first one found."""
    return msgspec.structs.replace(
        first,
        id=ids.derived("again", first.id),
        sample_id=sample_id,
        again_of=first.id,
        first_reviewer=first.reviewer_id,
        stratum=Stratum.SECOND,
        strata=(Stratum.SECOND, *first.strata),
        state=ReviewState.OPEN,
        opened_at=now,
        due_at=now + due,
        reviewer_id=None,
        done_at=None,
        finding=None,
        kind=None,
        text="",
        answered_at=None,
        answer="",
        follow_ups=(),
        closed_at=None,
        version=0,
    )


def _review(one: Drawn, day: str, maker_name: str, now: datetime) -> Review:
    act = one.act
    return Review(
        id=review_id(act),
        command_id=act.command_id,
        audit_seq=act.seq,
        action=act.action,
        maker_id=act.maker,
        maker_name=maker_name,
        checkers=act.checkers,
        team=act.team,
        level=act.level,
        customer_id=act.customer_id,
        amount_minor=act.amount_minor,
        currency=act.currency,
        verdict=act.verdict,
        rules=act.rules,
        revision=act.revision,
        limit_minor=act.limit_minor,
        day_minor=act.day_minor,
        approved_in_s=act.approved_in_s,
        acted_at=act.at,
        stratum=one.stratum,
        strata=one.strata,
        day=day,
        opened_at=now,
    )


# ---- the act as it was sent --------------------------------------------------------------------------------------


def _told(tx: Tx, vault: Vault, act: Act) -> dict[str, Any]:
    """Why, for what and with what, from the sealed command; of a signed act also what its signers read."""
    approval = TableState(tx).get(Approval, act.command_id)
    if approval is not None:
        done = act_of(tx, vault, approval.id, approval.maker_id)
        return {
            "contact_id": approval.contact_id,
            "product": approval.product,
            "reason": approval.reason,
            "args": _args(done.args) if done else (),
            "rules": approval.rules,
            "revision": approval.revision,
            "limit_minor": approval.limit_minor,
            "day_minor": (None, approval.used_minor, None),
        }
    sealed = tx.value("command_args", id=act.command_id, maker=act.maker)
    if sealed is None:
        return {}
    return _of_command(msgspec.json.decode(vault.open_command(act.command_id, sealed), type=Command), tx)


def _of_command(command: Command, tx: Tx) -> dict[str, Any]:
    told: dict[str, Any] = {"contact_id": getattr(command, "contact_id", None)}
    match command:
        case PerformAction():
            product = _product(tx, command)
            told |= {"product": product, "reason": scrub(command.reason).text, "args": _args(command.args)}
        case RevealField():
            told |= {"reason": scrub(command.purpose).text, "args": (("field", command.field.value),)}
        case RaiseWorkOrder():
            told |= {"reason": scrub(f"{command.title} {command.text}").text, "args": (("group", command.group),)}
        case MoveTicket():
            told |= {"reason": scrub(command.text).text, "args": (("state", command.state),)}
    return told


def _product(tx: Tx, command: PerformAction) -> str:
    customer = TableState(tx).get(Customer, command.customer_id)
    products = customer.products if customer else ()
    found = next((product for product in products if product.id == command.product_id), None)
    return f"{found.kind} {found.number}" if found else ""


def _args(args: dict[str, str]) -> tuple[tuple[str, str], ...]:
    """Names and values; what may say something about a person is masked."""
    return tuple((name, _shown(name, value)) for name, value in sorted(args.items()))


def _shown(name: str, value: str) -> str:
    if name in PLAIN:
        return scrub(value).text
    return MASKS[name](value) if name in MASKS else HIDDEN
