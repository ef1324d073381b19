"""Customers: taking them in with everything clear encrypted, and finding them again."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from itertools import islice

import msgspec

from agent_tui.clock import wall
from agent_tui.domain import masking
from agent_tui.domain.customer import Customer, Product, Secret, Tier
from agent_tui.domain.rows import decode
from agent_tui.server import forms, seed, writing
from agent_tui.server.database import Database, Tx
from agent_tui.server.place import Where
from agent_tui.server.state import TableState
from agent_tui.server.tail import AuditDraft, Entry, Tail
from agent_tui.server.vault import Vault
from agent_tui.wire.session import FoundCustomer

BATCH = 200
MAX_FOUND = 50


class NewCustomer(msgspec.Struct, frozen=True, kw_only=True):
    """A customer as the bank's file has them, in the clear. Numbers of cards and accounts are cut to their tail and
    kept nowhere."""

    id: str
    kind: str = "person"
    name: str = ""
    tier: Tier = Tier.STANDARD
    language: str = "zh"
    phone: str = ""
    id_number: str = ""
    email: str = ""
    address: str = ""
    since: str = ""
    entitlements: tuple[str, ...] = ()
    sensitivity: str | None = None
    frozen: bool = False
    marketing_consent: bool = False
    products: tuple[Product, ...] = ()
    satisfaction: tuple[int, ...] = ()


def _product(product: Product) -> Product:
    if product.kind in ("terminal", "merchant"):
        return product
    return msgspec.structs.replace(product, number=masking.mask_card(product.number))


def masked(new: NewCustomer, now: datetime) -> Customer:
    """The row that desks may hold."""
    return Customer(
        id=new.id,
        kind=new.kind,
        name=new.name if new.kind == "merchant" else masking.mask_name(new.name),
        tier=new.tier,
        language=new.language,
        phone=masking.mask_phone(new.phone),
        id_number=masking.mask_id_number(new.id_number),
        email=masking.mask_email(new.email),
        address=masking.mask_address(new.address),
        since=new.since,
        entitlements=new.entitlements,
        sensitivity=new.sensitivity,
        frozen=new.frozen,
        marketing_consent=new.marketing_consent,
        products=tuple(map(_product, new.products)),
        satisfaction=new.satisfaction,
        updated_at=now,
    )


def index(tx: Tx, vault: Vault, customer: Customer) -> None:
    """Make the search tokens of a customer anew from their clear values."""
    clear = {field.value: vault.get(tx, customer.id, field.value) or "" for field in Secret}
    tx.run("search_drop", customer_id=customer.id)
    rows = [
        {"token": vault.token(kind, form), "kind": kind, "customer_id": customer.id}
        for kind, form in sorted(forms.forms(customer, clear))
    ]
    tx.many("search_add", rows)


def _add(tx: Tx, vault: Vault, new: NewCustomer, now: datetime) -> Entry | None:
    row = masked(new, now)
    before = TableState(tx).get(Customer, new.id)
    if before is not None:
        row = msgspec.structs.replace(row, satisfaction=before.satisfaction or new.satisfaction)
    entry, _ = writing.put(tx, row)
    for field in Secret:
        if clear := getattr(new, field.value):
            vault.put(tx, new.id, field.value, clear)
    index(tx, vault, row)
    return entry


def add_customers(
    db: Database,
    vault: Vault,
    rows: Iterable[NewCustomer],
    now: datetime,
    progress: Callable[[int], None] | None = None,
) -> int:
    """Take customers in, or bring known ones up to date; one transaction and audit row for each BATCH. Returns how
    many. `progress` is told the count so far."""
    waiting = iter(rows)
    done = 0
    while batch := list(islice(waiting, BATCH)):

        def work(tx: Tx, batch: list[NewCustomer] = batch) -> None:
            entries = [entry for new in batch if (entry := _add(tx, vault, new, now)) is not None]
            tail = Tail(tx, now)
            facts: dict[str, object] = {"rows": len(batch)}
            tail.audit(AuditDraft(actor="system:import", type="ImportCustomers", outcome="applied", facts=facts))
            tail.feed(entries)
            tail.close()

        db.write_now(work)
        done += len(batch)
        if progress is not None:
            progress(done)
    return done


def import_customers(
    database: Where, rows: Iterable[NewCustomer], progress: Callable[[int], None] | None = None
) -> int:
    """`add_customers` into a database that no server has open. StoreLocked otherwise."""
    db = Database(database)
    try:
        seed.ensure_head(db)
        return add_customers(db, Vault.beside(db.path), rows, wall(), progress)
    finally:
        db.close()


def find(tx: Tx, vault: Vault, words: str) -> tuple[FoundCustomer, ...]:
    """Masked hits, each customer once, by the most telling form."""
    found: dict[str, FoundCustomer] = {}
    for kind, form in forms.queries(words):
        for row in tx.all("search", token=vault.token(kind, form), limit=MAX_FOUND):
            customer = decode("customer", row["body"])
            if row["kind"] != kind or customer.id in found or not isinstance(customer, Customer):
                continue
            found[customer.id] = FoundCustomer(
                customer_id=customer.id,
                name=customer.name,
                tier=customer.tier,
                phone=customer.phone,
                matched=forms.SHOWN.get(kind, kind),
            )
    return tuple(found.values())[:MAX_FOUND]
