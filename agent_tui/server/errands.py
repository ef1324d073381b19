"""Errands to other systems: takes what the ledger put into the outbox there, and brings the result home.

An errand whose outcome nobody knows is never repeated by itself: it becomes a ticket for a person to look into.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from agent_tui import ids
from agent_tui.domain.contact import Contact, Why
from agent_tui.domain.customer import Customer
from agent_tui.domain.effects import Event
from agent_tui.domain.rows import Entity, stamp
from agent_tui.domain.ticket import Ticket, TicketKind
from agent_tui.server import customers, promises, writing
from agent_tui.server.database import Tx
from agent_tui.server.ports.port import Port, Result
from agent_tui.server.services import Services
from agent_tui.server.state import TableState
from agent_tui.server.tail import AuditDraft, Tail
from agent_tui.server.writing import Errand

BATCH = 20
DAY = "%y%m%d"
_ERRANDS = msgspec.json.Decoder(Errand)


class Due(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the outbox, opened."""

    key: str
    cause: str
    maker: str
    contact_id: str | None
    errand: Errand


class ErrandsJob:
    """Runs after each commit and every second."""

    name = "errands"
    every_s = 1.0
    woken = True

    def __init__(self, services: Services, ports: tuple[Port, ...]) -> None:
        self._services = services
        self._ports = {port.name: port for port in ports}

    async def step(self) -> None:
        for due in await self._services.db.read(self._due):
            await self._run(due)

    async def _run(self, due: Due) -> None:
        await self._services.db.write(lambda tx: tx.run("ext_attempt", ext_key=due.key))
        result = await self._perform(due)
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
            )
            for row in tx.all("ext_new", limit=BATCH)
        ]

    async def _perform(self, due: Due) -> Result:
        port = self._ports.get(due.errand.external.port)
        if port is None:
            return Result(outcome="refused", reason="no such system")
        try:
            return await port.perform(due.key, due.errand.external)
        except Exception:
            return Result(outcome="unknown")

    def settle(self, tx: Tx, due: Due, result: Result, now: datetime) -> None:
        """Write the result once: what was promised comes true, or a ticket is opened."""
        external = due.errand.external
        values = {"ext_key": due.key, "state": result.outcome, "at": stamp(now), "result": result.reason}
        if not tx.run("ext_settle", **values):
            return
        state = TableState(tx)
        rows: list[Entity] = []
        if result.outcome != "done":
            rows.append(self._ticket(tx, due, result, now))
        elif due.errand.promise is not None and (kept := promises.keep(due.errand.promise, state)) is not None:
            rows.append(kept)
            self._keep_clear(tx, due, kept)
        entries = writing.put_all(tx, rows, now)
        writing.add_events(tx, [self._opened(row) for row in rows if isinstance(row, Ticket)], due.cause)
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
        tail.close()

    def _keep_clear(self, tx: Tx, due: Due, customer: Customer) -> None:
        """A new number is kept encrypted, and found under its new form."""
        mobile = due.errand.external.args.get("mobile")
        if due.errand.promise is not None and due.errand.promise.phone and mobile:
            self._services.vault.put(tx, customer.id, "phone", str(mobile))
            customers.index(tx, self._services.vault, customer)

    def _ticket(self, tx: Tx, due: Due, result: Result, now: datetime) -> Ticket:
        state = TableState(tx)
        external = due.errand.external
        contact = state.get(Contact, due.contact_id) if due.contact_id else None
        customer = state.get(Customer, external.customer_id)
        kind = "unknown" if result.outcome == "unknown" else "failed"
        why = Why(key=f"server.effect.{kind}", args={"operation": external.operation, "reason": result.reason})
        day = now.strftime(DAY)
        return Ticket(
            id=ids.derived("errand", due.key),
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
