"""Errands to other systems: takes what the ledger put into the outbox there, and brings the result home.

An errand whose outcome nobody knows is never repeated by itself: it becomes a ticket for a person to look into, and
the limit it counts against stays reserved until they have. One that was begun before a restart is such an errand.
"""

from __future__ import annotations

import asyncio
from datetime import datetime

import msgspec

from agent_tui import ids
from agent_tui.domain.approval import Approval, ApprovalState
from agent_tui.domain.contact import Contact, Why
from agent_tui.domain.customer import Customer
from agent_tui.domain.effects import Event
from agent_tui.domain.rows import Entity, stamp
from agent_tui.domain.ticket import Ticket, TicketKind
from agent_tui.killpoint import kill_point
from agent_tui.server import limits, promises, resolving, usage, writing
from agent_tui.server.database import Tx
from agent_tui.server.forgotten import forgotten
from agent_tui.server.hearing import ended
from agent_tui.server.ports.port import Port, Result
from agent_tui.server.services import Services
from agent_tui.server.state import TableState
from agent_tui.server.tail import AuditDraft, Tail
from agent_tui.server.writing import Errand

BATCH = 20
ANSWER_S = 30.0
"""Real seconds another system has to answer; then nobody knows."""
DAY = "%y%m%d"
_ERRANDS = msgspec.json.Decoder(Errand)


class Due(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the outbox, opened."""

    key: str
    cause: str
    maker: str
    contact_id: str | None
    errand: Errand
    begun: bool = False
    """It was handed over before, and the answer never came."""


class ErrandsJob:
    """Runs after each commit and every second."""

    name = "errands"
    every_s = 1.0
    woken = True

    def __init__(self, services: Services, ports: tuple[Port, ...]) -> None:
        self._services = services
        self._ports = {port.name: port for port in ports}

    async def step(self) -> None:
        await asyncio.gather(*(self._run(due) for due in await self._services.db.read(self._due)))

    async def _run(self, due: Due) -> None:
        if due.begun:
            result = Result(outcome="unknown")
        else:
            await self._services.db.write(lambda tx: tx.run("ext_attempt", ext_key=due.key))
            kill_point("errand.asked")
            result = await self._perform(due)
            kill_point("errand.answered")
        now = self._services.clock.now()
        await self._services.db.write(lambda tx: self.settle(tx, due, result, now))

    def _due(self, tx: Tx) -> list[Due]:
        return [
            Due(
                key=row["ext_key"],
                cause=row["cause"],
                maker=row["maker"],
                contact_id=row["contact_id"],
                errand=_ERRANDS.decode(self._services.vault.open_command(row["ext_key"], row["body"])),
                begun=row["attempts"] > 0,
            )
            for row in tx.all("ext_new", limit=BATCH)
        ]

    async def _perform(self, due: Due) -> Result:
        port = self._ports.get(due.errand.external.port)
        if port is None:
            return Result(outcome="refused", reason="no such system")
        try:
            async with asyncio.timeout(ANSWER_S):
                return await port.perform(due.key, due.errand.external)
        except Exception:
            return Result(outcome="unknown")

    def settle(self, tx: Tx, due: Due, result: Result, now: datetime) -> None:
        """Write the result once: what was promised comes true, or a ticket is opened."""
        external = due.errand.external
        values = {"ext_key": due.key, "state": result.outcome, "at": stamp(now), "result": result.reason}
        if not tx.run("ext_settle", **values):
            return
        rows, events = self._outcome(tx, due, result, now)
        entries = writing.put_all(tx, rows, now)
        if result.outcome == "done":
            resolving.keep_clear(tx, self._services.vault, due.errand)
        if result.outcome != "unknown":
            done = result.outcome == "done"
            settled = limits.Settle(command_id=due.cause, state="used" if done else "released")
            entries += usage.keep(tx, (settled,), limits.day_of(now, self._services.rules.timezone), now)
        writing.add_events(tx, events, due.cause)
        tail = Tail(tx, now, due.cause)
        facts: dict[str, object] = {"key": due.key, "operation": external.operation, "port": external.port}
        tail.audit(
            AuditDraft(
                actor=f"system:{external.port}",
                type="ExternalResult",
                outcome=result.outcome,
                customer_id=external.customer_id,
                facts=facts,
            )
        )
        tail.feed(entries)
        if forgotten(TableState(tx), external.customer_id):
            tx.run("errands_drop", customer_id=external.customer_id)
        tail.close()

    def _outcome(self, tx: Tx, due: Due, result: Result, now: datetime) -> tuple[list[Entity], list[Event]]:
        """What is promised comes true, or a ticket is opened; a signed request that was refused there has failed."""
        state = TableState(tx)
        if result.outcome == "done":
            kept = promises.keep(due.errand.promise, state) if due.errand.promise else None
            return ([kept] if kept else []), []
        ticket = self._ticket(tx, due, result, now)
        approval = state.get(Approval, due.cause) if result.outcome != "unknown" else None
        if approval is None:
            return [ticket], [self._opened(ticket)]
        by = f"system:{due.errand.external.port}"
        over = ended(approval, ApprovalState.FAILED, now, by, "authority.failed_effect")
        return [ticket, *over.puts], [self._opened(ticket), *over.events]

    def _ticket(self, tx: Tx, due: Due, result: Result, now: datetime) -> Ticket:
        state = TableState(tx)
        external = due.errand.external
        contact = state.get(Contact, due.contact_id) if due.contact_id else None
        customer = state.get(Customer, external.customer_id)
        kind = "unknown" if result.outcome == "unknown" else "failed"
        args: dict[str, str | int] = {"operation": external.operation, "reason": result.reason}
        if amount := external.args.get("amount_minor"):
            args["amount_minor"] = amount
        why = Why(key=f"server.effect.{kind}", args=args)
        day = now.strftime(DAY)
        return Ticket(
            id=resolving.ticket_id(due.key),
            number=ids.ticket_number(day, state.tickets_on(day) + 1),
            kind=TicketKind.UNKNOWN_EFFECT,
            customer_id=external.customer_id,
            contact_id=due.contact_id,
            name=customer.name if customer else "",
            tier=customer.tier if customer else "standard",
            language=customer.language if customer else "zh",
            group=contact.group if contact else "",
            owner_id=due.maker,
            why=why,
            opened_at=now,
            effect=external.operation,
        )

    def _opened(self, ticket: Ticket) -> Event:
        data: dict[str, str | int | float | bool | None] = {"ticket": ticket.id, "kind": ticket.kind.value}
        return Event(
            name="TicketOpened",
            at=ticket.opened_at,
            contact_id=ticket.contact_id,
            agent_id=ticket.owner_id,
            group=ticket.group,
            customer_id=ticket.customer_id,
            data=data,
        )
