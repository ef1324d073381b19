"""Effects of unknown outcome: a person finds out and says so. Until then the limit stays reserved, and nothing repeats.

Whoever caused the effect, or signed for it, does not judge what became of it.
"""

from __future__ import annotations

import msgspec

from agent_tui import ids
from agent_tui.domain.approval import Approval, ApprovalState
from agent_tui.domain.commands import Command, MoveTicket, ResolveEffect
from agent_tui.domain.customer import Customer
from agent_tui.domain.effects import Effects, Event, Refusal
from agent_tui.domain.rows import Entity, stamp
from agent_tui.domain.standing import no, works
from agent_tui.domain.ticket import Ticket, TicketKind, TicketState
from agent_tui.server import customers, limits, promises, writing
from agent_tui.server.database import Tx
from agent_tui.server.forgotten import forgotten
from agent_tui.server.hearing import Hearing, ended
from agent_tui.server.state import TableState
from agent_tui.server.turn import Turn
from agent_tui.server.vault import Vault

_ERRANDS = msgspec.json.Decoder(writing.Errand)


class Lost(msgspec.Struct, frozen=True, kw_only=True):
    """An errand nobody knows the outcome of."""

    key: str
    cause: str
    maker: str
    contact_id: str | None
    body: bytes
    """What was asked for, sealed; empty since the customer was forgotten."""


def ticket_id(key: str) -> str:
    """The ticket of the errand `key`."""
    return ids.derived("errand", key)


def unknown(tx: Tx, ticket: str) -> Lost | None:
    """The errand behind a ticket, while nobody has said what became of it."""
    for row in tx.all("ext_unknown"):
        if ticket_id(row["ext_key"]) == ticket:
            return Lost(
                key=row["ext_key"],
                cause=row["cause"],
                maker=row["maker"],
                contact_id=row["contact_id"],
                body=bytes(row["body"] or b""),
            )
    return None


def stands_open(tx: Tx, command: Command) -> Refusal | None:
    """Why a ticket may not be closed yet: what became of its effect is still unknown."""
    if not isinstance(command, MoveTicket) or command.state != TicketState.CLOSED:
        return None
    ticket = TableState(tx).get(Ticket, command.ticket_id)
    if ticket is None or ticket.kind is not TicketKind.UNKNOWN_EFFECT or unknown(tx, ticket.id) is None:
        return None
    return Refusal(key="authority.resolve_first", args={"number": ticket.number})


def resolve(hearing: Hearing, command: ResolveEffect) -> Turn:
    """`done`: what was promised comes true and the limit is used. `not_done`: the limit is given back."""
    ticket = hearing.state.get(Ticket, command.ticket_id) or no("no_effect")
    lost = unknown(hearing.tx, ticket.id) or no("no_effect", conflict=True)
    reason = hearing.case.clean(command.reason)
    if command.outcome not in ("done", "not_done"):
        no("bad_outcome")
    if not reason:
        no("reason_needed")
    approval = hearing.state.get(Approval, lost.cause)
    _check_hands(hearing, lost, approval)
    done = command.outcome == "done"
    errand = _ERRANDS.decode(hearing.vault.open_command(lost.key, lost.body)) if lost.body else None
    puts: list[Entity] = [_closed(ticket, reason, hearing)]
    effects = Effects(events=(_event(ticket, lost, command.outcome, hearing),))
    if (
        done
        and errand
        and errand.promise is not None
        and (kept := promises.keep(errand.promise, hearing.state)) is not None
    ):
        puts.append(kept)
    if not done and approval is not None:
        over = ended(approval, ApprovalState.FAILED, hearing.now, hearing.matter.caller.id, "authority.failed_effect")
        puts, effects = [*puts, *over.puts], msgspec.structs.replace(effects, events=(*effects.events, *over.events))
    state = "done" if done else "refused"
    at = stamp(hearing.now)

    def settle(tx: Tx) -> None:
        tx.run("ext_resolve", ext_key=lost.key, state=state, at=at, result=f"resolved:{command.outcome}")
        if done and errand:
            keep_clear(tx, hearing.vault, errand)

    return Turn(
        effects=msgspec.structs.replace(effects, puts=tuple(puts)),
        holds=(limits.Settle(command_id=lost.cause, state="used" if done else "released"),),
        writes=(settle,),
        customer_id=ticket.customer_id,
        facts={"effect": lost.key, "maker": lost.maker, "outcome": command.outcome},
    )


def _check_hands(hearing: Hearing, lost: Lost, approval: Approval | None) -> None:
    me = hearing.me()
    needed = hearing.terms.effect_level
    if not works(me) or me.level < needed:
        no("level_too_low", level=me.level, needs=needed)
    if me.id == lost.maker:
        no("own_effect")
    if approval is not None and me.id in {approval.maker_id, *(s.signer_id for s in approval.signatures)}:
        no("own_effect")


def _closed(ticket: Ticket, reason: str, hearing: Hearing) -> Ticket:
    text = f"{ticket.text}\n{reason}".strip()
    return msgspec.structs.replace(ticket, state=TicketState.CLOSED, text=text, closed_at=hearing.now)


def _event(ticket: Ticket, lost: Lost, outcome: str, hearing: Hearing) -> Event:
    return Event(
        name="EffectResolved",
        at=hearing.now,
        contact_id=ticket.contact_id,
        agent_id=hearing.matter.caller.id,
        customer_id=ticket.customer_id,
        data={"ticket": ticket.id, "operation": ticket.effect, "outcome": outcome, "maker": lost.maker},
    )


def keep_clear(tx: Tx, vault: Vault, errand: writing.Errand) -> None:
    """A new number is kept encrypted, and found under its new form; the customer's row shows it already. Of somebody who was
    forgotten meanwhile nothing is kept."""
    mobile, state = errand.external.args.get("mobile"), TableState(tx)
    customer = state.get(Customer, errand.external.customer_id)
    if customer is None or forgotten(state, customer.id):
        return
    if errand.promise is not None and errand.promise.phone and mobile:
        vault.put(tx, customer.id, "phone", str(mobile))
        customers.index(tx, vault, customer)
