"""Where a campaign happens: a private folder with a seeded centre, its people, and where everything of one run lies."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from agent_tui.config.lease import Lease
from agent_tui.domain.customer import Product, Tier
from agent_tui.server.customers import NewCustomer, add_customers
from agent_tui.server.database import Database
from agent_tui.server.place import Remote, Where, beside, is_url
from agent_tui.server.seed import QUICK, NewAccount, add_accounts, ensure_head
from agent_tui.server.vault import Vault
from chaos import diary

PASSWORD = "correct horse"
LINK = "link:sim"
SECRET = bytes(range(32))
"""What the keys of desks are made of, so that the campaign can read their journals afterwards."""
CUSTOMERS = 12
ALONE_MINOR = {"a1001": 5_000, "a1002": 5_000, "a1004": 30_000}
"""Fen of fees a person may waive alone for one customer in a day (the policy's appendix one)."""
OPENS = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
"""The centre's business time at the start: a Monday, 10:00 in Shanghai."""


class Seat(msgspec.Struct, frozen=True, kw_only=True):
    """One desk: who sits there, on which device."""

    name: str
    login: str
    agent_id: str
    supervisor: bool = False


SEATS = (
    Seat(name="d1", login="chen.xiao", agent_id="a1001"),
    Seat(name="d2", login="lin.yutong", agent_id="a1002"),
    Seat(name="d3", login="xu.menglei", agent_id="a1004"),
    Seat(name="d4", login="wei.minhua", agent_id="a3001", supervisor=True),
    Seat(name="d5", login="chen.xiao", agent_id="a1001"),
)
"""Five desks of four people: one of them works at two."""


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """The folder of one campaign."""

    folder: Path
    database: str = ""
    """Where the server keeps its ledger; a file in the folder when empty."""

    @property
    def where(self) -> Where:
        file = self.folder / "server.db"
        return Remote(self.database, self.folder) if is_url(self.database) else file

    @property
    def target(self) -> str:
        """What `serve --database` is told."""
        return self.database or str(self.folder / "server.db")

    def undone(self) -> dict[str, tuple[str, ...]]:
        """Command → outcome of what the ledger knew and lost when it was restored (`chaos.disaster`)."""
        found: dict[str, tuple[str, ...]] = {}
        for fact in self._undone("undone"):
            found[fact["id"]] = (*found.get(fact["id"], ()), fact["outcome"])
        return found

    def work_undone(self) -> Counter[str]:
        """How much of which work the ledger lost (`chaos.evidence.work_done`)."""
        found = Counter[str]()
        for fact in self._undone("work_undone"):
            found.update({name: n for name, n in fact.items() if name != "fact"})
        return found

    def _undone(self, kind: str) -> Iterator[dict[str, Any]]:
        return (fact for fact in diary.read(self.log("undone")) if fact["fact"] == kind)

    def desk(self, seat: Seat) -> Path:
        return self.folder / seat.name

    def wipes(self, seat: Seat) -> int:
        """How often a desk forgot everything. Each time it has other keys afterwards, and is another device."""
        file = self._wipes(seat)
        return int(file.read_text()) if file.exists() else 0

    def count_wipe(self, seat: Seat, wipes: int) -> None:
        """The keys after so many wipes are gone; those of the next take their place."""
        fresh = self._wipes(seat).with_suffix(".fresh")
        fresh.write_text(str(wipes + 1))
        fresh.replace(self._wipes(seat))

    def _wipes(self, seat: Seat) -> Path:
        return self.folder / f"{seat.name}.wipes"

    def device(self, seat: Seat) -> str:
        return f"device-{seat.name}-{self.wipes(seat)}"

    def key(self, seat: Seat) -> bytes:
        """Of a desk's journal, and its half of the cache's."""
        return hashlib.sha256(SECRET + self.device(seat).encode()).digest()

    def lease(self, seat: Seat) -> Lease:
        """Of a desk's cache, as it is on disk now."""
        return Lease(self.desk(seat), self.key(seat))

    def log(self, name: str) -> Path:
        """What a desk or the link wrote down of itself, a line for each fact."""
        return self.folder / f"{name}.jsonl"

    def errors(self, name: str) -> Path:
        """What a process wrote to its stderr."""
        return self.folder / f"{name}.err"


def clear_phone(n: int) -> str:
    """The number of the n-th customer; it may be found nowhere on a disk."""
    return f"1381234{5600 + n}"


def customers() -> list[NewCustomer]:
    cards = [Product(id=f"c{n}-card", kind="credit_card", number=f"62220212345678{n:02}") for n in range(CUSTOMERS)]
    return [
        NewCustomer(id=f"c{n}", name="王小明", phone=clear_phone(n), tier=Tier.STANDARD, products=(card,))
        for n, card in enumerate(cards)
    ]


def found(place: Place) -> None:
    """The database of the place, with customers and with everybody's password."""
    place.folder.mkdir(parents=True, exist_ok=True)
    db = Database(place.where)
    try:
        ensure_head(db)
        add_customers(db, Vault.beside(beside(place.where)), customers(), OPENS)
        people = {seat.login: seat.agent_id for seat in SEATS}
        accounts = [NewAccount(login=login, password=PASSWORD, agent_id=id) for login, id in people.items()]
        add_accounts(db, [*accounts, NewAccount(login=LINK, password=PASSWORD, kind="link")], QUICK)
    finally:
        db.close()
