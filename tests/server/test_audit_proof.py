"""The audit finds every forgery: any byte of any column of any row, rows taken out, added, swapped, and a tail made anew
by somebody who knows how the chain is made, once a checkpoint or a receipt is kept elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import assume, given, reject
from hypothesis import strategies as st

from agent_tui import canon, ids
from agent_tui.domain.commands import AddNote, PerformAction, SetAgentState
from agent_tui.server import audit, checkpoints
from agent_tui.server.audit import Outside
from agent_tui.server.caller import Caller
from agent_tui.server.database import Tx
from agent_tui.server.services import Services
from agent_tui.server.signing import Signer
from agent_tui.server.sqlite_engine import SqliteTx
from agent_tui.server.tail import AuditDraft, Tail
from agent_tui.wire.audit import Checkpoint
from agent_tui.wire.command import Envelope
from tests import eg
from tests.server import bench, engines

CHAIN = ("seq", "at", "actor", "type", "outcome", "customer_id", "command_id", "payload", "prev", "hash")

COPY = (
    "'x', maker, kind, device, type, target, if_match, fingerprint, args, offline, age_ms, received_at, outcome, http,"
    " body, version, feed_seq"
)


class Forger:
    """Somebody with every right to the database; what they do is undone with `close`."""

    def __init__(self, services: Services) -> None:
        self._hold = engines.Hold(services)
        self.tx = self._hold.tx
        self.close = self._hold.undo

    def execute(self, sql: str, values: tuple[object, ...] = ()) -> Any:
        """A cursor, whichever engine it is of."""
        return engines.cursor(self.tx, sql, values)


class History(msgspec.Struct, frozen=True):
    """A database with some rows, two checkpoints over them and rows behind them."""

    services: Services
    rows: int
    checkpoints: tuple[Checkpoint, ...]
    receipts: dict[int, str]
    foreign: Signer

    def __repr__(self) -> str:
        return f"History({self.rows})"

    def open(self) -> Forger:
        return Forger(self.services)

    @property
    def outside(self) -> Outside:
        return Outside(checkpoints=self.checkpoints, receipts=self.receipts)


def some_rows(services: Services) -> None:
    caller = Caller(kind="agent", id="a1", device="d")

    def work(tx: Tx) -> None:
        for command in (
            SetAgentState(state="ready"),
            SetAgentState(state="not_ready", reason="meal"),
            AddNote(text="x", contact_id="nowhere"),
            PerformAction(action="waive_fee", customer_id="c1", amount_minor=100, reason="kind"),
        ):
            services.ledger.commit(tx, Envelope(id=ids.uuid7(), command=command), caller)
        tail = Tail(tx, eg.NOW)
        tail.audit(AuditDraft(actor="a1", type="Test", outcome="applied", customer_id="c1", sealed=b"\x01secret"))
        tail.close()

    services.db.write_now(work)


@pytest.fixture(scope="module", params=engines.BOTH)
def history(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[History]:
    services = bench.open_kept(tmp_path_factory.mktemp("history"), request.param)
    bench.add_customer(services)
    signer = Signer.beside(services.db.path)
    kept = []
    for _ in range(2):
        some_rows(services)
        kept.append(services.db.write_now(lambda tx: checkpoints.take(tx, signer, eg.NOW, "demand")))
    some_rows(services)
    rows = services.db.read_now(lambda tx: [dict(row) for row in audit.rows(tx)])
    receipts = {row["seq"]: row["hash"] for row in rows if row["command_id"]}
    yield History(services, len(rows), tuple(kept), receipts, Signer(b"f" * 32))
    services.db.close()


def verified(connection: Forger, outside: Outside = audit.NOTHING) -> audit.Verified:
    return audit.verify(connection.tx, outside)


def test_an_untouched_history_holds(history: History) -> None:
    with closing(history.open()) as connection:
        found = verified(connection, history.outside)
    assert found.ok, found
    assert (found.rows, found.checkpoints, found.receipts) == (history.rows, 2, len(history.receipts))


# ---- one byte ----------------------------------------------------------------------------------------------------


def flipped(value: Any, at: int, mask: int) -> object:
    """`value` with one byte changed, as it would be in the file."""
    if isinstance(value, int):
        return value ^ mask
    if value is None:
        return chr(mask)
    data = bytearray(value.encode() if isinstance(value, str) else bytes(value))
    data[at % len(data)] ^= mask
    return bytes(data)


def put(connection: Forger, table: str, column: str, seq: int, value: object) -> None:
    """Write any bytes as the text that they claim to be, in the place of whatever has that number already."""
    if column == "seq":
        connection.execute(f"DELETE FROM {table} WHERE seq = ?", (value,))
    text = isinstance(value, bytes) and column != "body"
    written = as_text(connection, value) if text else value
    connection.execute(
        f"UPDATE {table} SET {column} = {'CAST(? AS TEXT)' if text else '?'} WHERE seq = ?", (written, seq)
    )


def as_text(connection: Forger, value: object) -> object:
    """Bytes that a column of text can hold: PostgreSQL takes none that are no text."""
    if isinstance(connection.tx, SqliteTx) or not isinstance(value, bytes):
        return value
    try:
        text = value.decode()
    except UnicodeDecodeError:
        reject()
    assume("\0" not in text)
    return text


@given(st.data())
def test_any_byte_of_any_column_of_any_row(history: History, data: st.DataObject) -> None:
    seq = data.draw(st.integers(1, history.rows))
    column = data.draw(st.sampled_from(CHAIN))
    at, mask = data.draw(st.integers(0, 2000)), data.draw(st.integers(1, 255))
    with closing(history.open()) as connection:
        value = connection.execute(f"SELECT {column} FROM audit WHERE seq = ?", (seq,)).fetchone()[0]
        put(connection, "audit", column, seq, flipped(value, at, mask))
        found = verified(connection)
    assert not found.ok
    assert found.broken_at is not None and found.reason is not None
    if column != "seq":
        assert found.broken_at in (seq, seq + 1)


@given(st.data())
def test_any_byte_of_what_was_encrypted(history: History, data: st.DataObject) -> None:
    with closing(history.open()) as connection:
        seqs = [row[0] for row in connection.execute("SELECT seq FROM audit_sealed")]
        seq = data.draw(st.sampled_from(seqs))
        body = connection.execute("SELECT body FROM audit_sealed WHERE seq = ?", (seq,)).fetchone()[0]
        put(connection, "audit_sealed", "body", seq, flipped(body, data.draw(st.integers(0, 99)), 1))
        found = verified(connection)
    assert (found.ok, found.broken_at, found.reason) == (False, seq, "audit.broken.sealed")


@given(st.integers(0, 1), st.integers(0, 5000), st.integers(1, 255))
def test_any_byte_of_a_checkpoint(history: History, n: int, at: int, mask: int) -> None:
    with closing(history.open()) as connection:
        body = connection.execute("SELECT body FROM audit_checkpoint WHERE n = ?", (n + 1,)).fetchone()[0]
        changed = flipped(body, at, mask)
        connection.execute(
            "UPDATE audit_checkpoint SET body = CAST(? AS TEXT) WHERE n = ?", (as_text(connection, changed), n + 1)
        )
        assert not verified(connection).ok


# ---- rows --------------------------------------------------------------------------------------------------------


@given(st.data())
def test_a_row_taken_out(history: History, data: st.DataObject) -> None:
    seq = data.draw(st.integers(1, history.rows))
    with closing(history.open()) as connection:
        connection.execute("DELETE FROM audit WHERE seq = ?", (seq,))
        found = verified(connection)
    assert not found.ok
    assert found.broken_at == seq
    assert found.reason == ("audit.broken.cut" if seq == history.rows else "audit.broken.missing")


@given(st.data())
def test_two_rows_swapped(history: History, data: st.DataObject) -> None:
    one = data.draw(st.integers(1, history.rows - 1))
    two = data.draw(st.integers(one + 1, history.rows))
    with closing(history.open()) as connection:
        for was, now in ((one, -1), (two, one), (-1, two)):
            connection.execute("UPDATE audit SET seq = ? WHERE seq = ?", (now, was))
        found = verified(connection)
    assert (found.ok, found.broken_at, found.reason) == (False, one, "audit.broken.moved")
    assert found.args == {"was": str(two)}


def test_a_row_added_behind_the_last(history: History) -> None:
    with closing(history.open()) as connection:
        connection.execute(
            "INSERT INTO audit SELECT seq + 1, at, actor, type, outcome, customer_id, NULL, payload,"
            " prev, hash FROM audit ORDER BY seq DESC LIMIT 1"
        )
        found = verified(connection)
    assert (found.ok, found.broken_at, found.reason) == (False, history.rows + 1, "audit.broken.added")


@pytest.mark.parametrize(
    ("forgery", "reason"),
    [
        ("DELETE FROM command WHERE audit_seq = (SELECT MIN(audit_seq) FROM command)", "no_command"),
        ("UPDATE command SET outcome = 'refused' WHERE outcome = 'applied'", "command_differs"),
        ("UPDATE command SET maker = 'a9'", "command_differs"),
        ("UPDATE command SET audit_seq = audit_seq + 1", "twice"),
        (f"INSERT INTO command SELECT {COPY}, 1 FROM command LIMIT 1", "command"),
        ("DELETE FROM audit_sealed", "sealed"),
        ("INSERT INTO audit_sealed SELECT 1, body FROM audit_sealed LIMIT 1", "sealed"),
        ("INSERT INTO audit_sealed SELECT 99999, body FROM audit_sealed LIMIT 1", "sealed_alone"),
        ("DELETE FROM audit_checkpoint WHERE n = 1", "checkpoint_missing"),
        ("UPDATE sync_head SET audit_hash = audit_salt", "head"),
        ("UPDATE sync_head SET audit_salt = 'x'", "other_log"),
    ],
)  # fmt: skip
def test_what_stands_beside_the_chain(history: History, forgery: str, reason: str) -> None:
    with closing(history.open()) as connection:
        assert connection.execute(forgery).rowcount > 0
        found = verified(connection)
    assert (found.ok, found.reason) == (False, f"audit.broken.{reason}")


# ---- the whole chain made anew -----------------------------------------------------------------------------------


def rewrite(connection: Forger, start: int, cut: int = 0) -> None:
    """What somebody with every right to the database would do: change row `start`, take the last `cut` rows out, and make
    links, head and commands fit again."""
    connection.execute("DELETE FROM audit WHERE seq > (SELECT MAX(seq) FROM audit) - ?", (cut,))
    connection.execute("DELETE FROM command WHERE audit_seq > (SELECT MAX(seq) FROM audit)")
    connection.execute("DELETE FROM audit_sealed WHERE seq > (SELECT MAX(seq) FROM audit)")
    link = connection.execute("SELECT prev FROM audit WHERE seq = ?", (start,)).fetchone()[0]
    last = start
    for row in connection.execute("SELECT seq, payload FROM audit WHERE seq >= ? ORDER BY seq", (start,)).fetchall():
        said = msgspec.json.decode(row["payload"])
        if row["seq"] == start:
            said["facts"]["device"] = "somebody else's"
        payload = canon.canonical(said)
        previous, link, last = link, canon.chain(link, payload), row["seq"]
        connection.execute(
            "UPDATE audit SET payload = ?, prev = ?, hash = ? WHERE seq = ?", (payload.decode(), previous, link, last)
        )
    connection.execute("UPDATE sync_head SET audit_seq = ?, audit_hash = ?", (last, link))


@given(st.data())
def test_a_rewritten_tail_is_found_by_a_kept_checkpoint(history: History, data: st.DataObject) -> None:
    newest = history.checkpoints[-1]
    start = data.draw(st.integers(1, newest.size))
    with closing(history.open()) as connection:
        connection.execute("DELETE FROM audit_checkpoint")
        rewrite(connection, start)
        assert verified(connection).ok, "the database alone cannot show it"
        connection.execute("DELETE FROM audit_checkpoint")
        for n, checkpoint in enumerate(history.checkpoints, 1):
            body = msgspec.json.encode(checkpoint).decode()
            row = (n, checkpoint.size, checkpoint.at, body)
            connection.execute("INSERT INTO audit_checkpoint VALUES (?, ?, ?, ?)", row)
        found = verified(connection, Outside(checkpoints=history.checkpoints))
    assert (found.ok, found.reason) == (False, "audit.broken.checkpoint")
    assert found.broken_at is not None and int(found.args["first"]) <= start <= found.broken_at


def test_checkpoints_taken_out_of_the_database_are_missed(history: History) -> None:
    with closing(history.open()) as connection:
        connection.execute("DELETE FROM audit_checkpoint")
        found = verified(connection, Outside(checkpoints=history.checkpoints))
    assert (found.ok, found.reason) == (False, "audit.broken.checkpoint_gone")


@given(st.data())
def test_a_rewritten_tail_is_found_by_receipts(history: History, data: st.DataObject) -> None:
    start = data.draw(st.integers(1, max(history.receipts)))
    with closing(history.open()) as connection:
        connection.execute("DELETE FROM audit_checkpoint")
        rewrite(connection, start)
        found = verified(connection, Outside(receipts=history.receipts))
    assert (found.ok, found.reason) == (False, "audit.broken.receipt")
    assert found.broken_at == min(seq for seq in history.receipts if seq >= start)


@pytest.mark.parametrize("kept", ["checkpoints", "receipts"])
def test_a_tail_cut_off_is_found(history: History, kept: str) -> None:
    outside = (
        Outside(checkpoints=history.checkpoints) if kept == "checkpoints" else Outside(receipts=history.receipts)
    )
    with closing(history.open()) as connection:
        rewrite(connection, 1, cut=history.rows - history.checkpoints[0].size + 1)
        if kept == "receipts":
            connection.execute("DELETE FROM audit_checkpoint")
        assert not verified(connection, outside).ok


def test_checkpoints_signed_with_another_key_are_not_taken(history: History) -> None:
    with closing(history.open()) as connection:
        rewrite(connection, 2)
        connection.execute("DELETE FROM audit_checkpoint")
        tx = connection.tx
        connection.execute("DELETE FROM audit_node")
        checkpoints.take(tx, history.foreign, eg.NOW, "demand")
        assert verified(connection).ok, "a forger's key is a key"
        trusted = frozenset({history.checkpoints[0].key})
        found = verified(connection, Outside(keys=trusted))
    assert (found.ok, found.reason) == (False, "audit.broken.signature")


def test_two_desks_that_were_told_different_things(history: History) -> None:
    seq, link = next(iter(history.receipts.items()))
    receipts = audit.gather([(seq, link), (seq, canon.digest(b"other")), (0, "")])
    with closing(history.open()) as connection:
        found = verified(connection, Outside(receipts=receipts))
    assert (found.ok, found.broken_at, found.reason) == (False, seq, "audit.broken.receipt")


def test_another_database_is_not_this_one(history: History, tmp_path: Path) -> None:
    services = bench.open_bench(tmp_path)
    found = services.db.read_now(lambda tx: audit.verify(tx, Outside(checkpoints=history.checkpoints)))
    services.db.close()
    assert (found.ok, found.reason) == (False, "audit.broken.other_log")
