"""What a campaign left behind, read once: the ledger, the desks' files, the diaries. No judgement."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from agent_tui.domain import commands
from agent_tui.domain.approval import Approval, ApprovalState
from agent_tui.domain.centre import Notice
from agent_tui.domain.commands import (
    AddNote,
    AskAboutArticle,
    Command,
    HandOver,
    MoveTicket,
    PerformAction,
    RaiseWorkOrder,
    SendMessage,
    SendNotice,
    WrapUpContact,
    act_in,
)
from agent_tui.domain.contact import Thread
from agent_tui.domain.ticket import Note, Ticket
from agent_tui.server.database import Database, Row, Tx
from agent_tui.server.state import TableState
from agent_tui.server.vault import Vault
from agent_tui.store.journal import UNSENT, Item
from agent_tui.store.open import open_journal
from chaos import diary
from chaos.place import SEATS, Place, Seat

CARRIERS = (
    AddNote,
    AskAboutArticle,
    HandOver,
    MoveTicket,
    PerformAction,
    RaiseWorkOrder,
    SendMessage,
    SendNotice,
    WrapUpContact,
)
"""Commands with which a robot's word travels."""
WORDS = ("title", "note", "text", "reason")
"""Fields of commands in which a robot's word may stand."""

ENDED = {
    ApprovalState.EXECUTED: "applied",
    ApprovalState.REJECTED: "refused",
    ApprovalState.FAILED: "refused",
    ApprovalState.EXPIRED: "expired",
    ApprovalState.STALE: "conflict",
    ApprovalState.WITHDRAWN: "withdrawn",
}
"""What a request of a person came to → as what its maker sees it."""


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """One command as the server keeps it."""

    id: str
    maker: str
    type: str
    outcome: str
    audit_seq: int
    word: str
    command: Command


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What one desk holds in the end, and what it said on the way."""

    seat: Seat
    items: tuple[Item, ...]
    receipts: dict[str, tuple[str, int, str]]
    """Command → outcome, audit row, its link."""
    facts: tuple[dict[str, Any], ...]
    wipes: int = 0
    """How often it forgot everything."""

    def of(self, fact: str) -> Iterator[dict[str, Any]]:
        return (f for f in self.facts if f["fact"] == fact)

    def forgot(self, fact: Mapping[str, Any]) -> bool:
        """Whether the desk was wiped since: it knows nothing of it any more."""
        return bool(fact.get("wipes", 0) < self.wipes)


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    sent: dict[str, Sent]
    approvals: dict[str, Approval]
    effects: Counter[str]
    """Word of a robot → how often it stands in notes, messages, tickets and notices."""
    orders: dict[str, int]
    """Command → how often other systems were asked because of it."""
    links: dict[int, str]
    """Audit row → its link."""
    seen: tuple[Seen, ...]
    undone: Mapping[str, tuple[str, ...]] = {}
    """Command → what was said of it and is so no more, in order, since the server was restored from an older backup."""


class Named(tuple[Any, ...]):
    """A row by column name or by place, whichever engine it came from."""

    def __new__(cls, values: Iterable[Any], names: list[str]) -> Named:
        row = super().__new__(cls, values)
        row.names = names
        return row

    names: list[str]

    def __getitem__(self, place: Any) -> Any:
        return super().__getitem__(self.names.index(place) if isinstance(place, str) else place)

    def keys(self) -> list[str]:
        return self.names


def query(tx: Tx, sql: str) -> list[Row]:
    """Rows of any statement, inside the transaction given; the server itself knows named statements only."""
    connection: Any = tx._connection  # type: ignore[attr-defined]
    cursor = connection.execute(sql)
    names = [column[0] for column in cursor.description]
    return [Named(row, names) for row in cursor.fetchall()]


def word_of(command: Command) -> str:
    """The robot's word in a command, empty if it has none."""
    act = act_in(command)
    if not isinstance(act, CARRIERS):
        return ""
    return next((str(getattr(act, field)) for field in WORDS if getattr(act, field, "")), "")


def _sent(tx: Tx, vault: Vault) -> dict[str, Sent]:
    found = {}
    for row in query(tx, "SELECT id, maker, type, outcome, audit_seq, args FROM command WHERE kind = 'agent'"):
        command = commands.decode(vault.open_command(row["id"], bytes(row["args"])))
        found[row["id"]] = Sent(
            id=row["id"],
            maker=row["maker"],
            type=row["type"],
            outcome=row["outcome"],
            audit_seq=row["audit_seq"],
            word=word_of(command),
            command=command,
        )
    return found


def _effects(state: TableState) -> Counter[str]:
    counted: Counter[str] = Counter()
    counted.update(note.text for note in state.find(Note))
    counted.update(str(word) for notice in state.find(Notice) for word in notice.args.values())
    counted.update(ticket.title for ticket in state.find(Ticket))
    for thread in state.find(Thread):
        counted.update(message.text for message in thread.messages if message.author == "agent")
    return counted


def look_at_desk(place: Place, seat: Seat) -> Seen:
    """The journal as the desk would find it at its next start."""
    journal = open_journal(place.desk(seat) / "journal.db", place.key(seat))
    try:
        receipts = {id: (outcome, seq, link) for id, _, outcome, seq, link in journal.receipts()}
        items = journal.items()
    finally:
        journal.close()
    facts = tuple(diary.read(place.log(seat.name)))
    return Seen(seat=seat, items=items, receipts=receipts, facts=facts, wipes=place.wipes(seat))


def look_at_desks(place: Place) -> tuple[Seen, ...]:
    """Every desk that was ever opened."""
    return tuple(look_at_desk(place, seat) for seat in SEATS if (place.desk(seat) / "journal.db").exists())


def waiting(place: Place) -> int:
    """Commands that desks keep and have not sent yet, or do not know the end of. No desk runs."""
    return sum(item.state in UNSENT for seen in look_at_desks(place) for item in seen.items)


def outcomes(tx: Tx) -> dict[str, str]:
    """Of every command that the ledger knows."""
    return {row["id"]: row["outcome"] for row in query(tx, "SELECT id, outcome FROM command")}


def said(tx: Tx) -> dict[str, tuple[str, ...]]:
    """Of every command, its outcome; of a request that has ended, then also what its maker was told of its end."""
    ends = {approval.id: (ENDED[approval.state],) for approval in TableState(tx).find(Approval) if not approval.open}
    return {id: (outcome, *ends.get(id, ())) for id, outcome in outcomes(tx).items()}


def taken_away(lost: Mapping[str, tuple[str, ...]], left: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, str]]:
    """Of what was said before a restore, each command with what is so no more, in order."""
    for id, told in lost.items():
        yield from ((id, outcome) for outcome in told if outcome not in left.get(id, ()))


def work_done(tx: Tx) -> dict[str, int]:
    """Requests to other systems, and requests of people that colleagues signed and that were executed."""
    executed = sum(approval.state is ApprovalState.EXECUTED for approval in TableState(tx).find(Approval))
    return {"money": query(tx, "SELECT COUNT(*) FROM ext_outbox")[0][0], "executed": executed}


def gather(
    db: Database, vault: Vault, seen: tuple[Seen, ...], undone: Mapping[str, tuple[str, ...]] | None = None
) -> Evidence:
    """What the ledger holds, beside what the desks hold."""

    def read(tx: Tx) -> dict[str, Any]:
        state = TableState(tx)
        orders: defaultdict[str, int] = defaultdict(int)
        for row in query(tx, "SELECT cause, COUNT(*) AS n FROM ext_outbox GROUP BY cause"):
            orders[row["cause"]] = row["n"]
        return {
            "sent": _sent(tx, vault),
            "approvals": {approval.id: approval for approval in state.find(Approval)},
            "effects": _effects(state),
            "orders": dict(orders),
            "links": {row["seq"]: row["hash"] for row in query(tx, "SELECT seq, hash FROM audit")},
        }

    return Evidence(seen=seen, undone=undone or {}, **db.read_now(read))
