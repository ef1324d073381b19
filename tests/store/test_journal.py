"""What was said to be kept is on disk, whatever happens next; what may not wait cannot even be written."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest

from agent_tui import canon
from agent_tui.domain import commands
from agent_tui.domain.commands import AddNote, Command, PerformAction, SetAgentState, WrapUpContact
from agent_tui.errors import Corrupt, DiskFull, NewerDatabase, StoreError, StoreLocked
from agent_tui.store import schema
from agent_tui.store.engine import connect
from agent_tui.store.journal import Journal, NewItem
from agent_tui.store.local_audit import events, note_event
from agent_tui.store.lock import ProfileLock
from agent_tui.store.open import open_journal
from agent_tui.wire.command import Outcome, Receipt
from tests import eg
from tests.flow.seed import KEY

NOTE = AddNote(contact_id="k1", text="称收不到对账单")


def item(command: Command = NOTE, id: str = "i1", *, offline: bool = True) -> NewItem:
    return NewItem(id=id, agent_id="a1", command=command, if_match=None, offline=offline, made_at=eg.NOW)


def reopened(journal: Journal) -> Journal:
    journal.close()
    return open_journal(journal.path, KEY)


def test_a_command_comes_back_as_it_was(journal: Journal) -> None:
    wrap_up = WrapUpContact(contact_id="k1", category="card_fee", result="answered", note="ok")
    journal.add(NewItem(id="i1", agent_id="a1", command=wrap_up, if_match=7, offline=True, made_at=eg.NOW))
    (kept,) = journal.items()
    assert (kept.command, kept.if_match, kept.made_at, kept.state) == (wrap_up, 7, eg.NOW, "queued")
    assert kept.lane == kept.target == "contact:k1"


def test_items_keep_the_order_of_the_keys(journal: Journal) -> None:
    for n in range(20):
        journal.add(item(id=f"i{n}"))
    assert [kept.id for kept in journal.items()] == [f"i{n}" for n in range(20)]


def test_the_same_id_is_never_kept_twice(journal: Journal) -> None:
    journal.add(item())
    with pytest.raises(StoreError):
        journal.add(item())
    assert len(journal.items()) == 1


@pytest.mark.parametrize("kind", sorted(k.__name__ for k in set(get_args(commands.Command)) - commands.OFFLINE))
def test_what_must_not_wait_cannot_be_queued_offline(journal: Journal, kind: str) -> None:
    with pytest.raises(Exception, match="CHECK constraint"):
        journal._writer.put(
            lambda c: c.execute(
                "INSERT INTO outbox(id, agent_id, lane, type, body, offline, made_at, made_ms, state)"
                " VALUES ('x', 'x', 'x', ?, '', 1, '', 0, 'queued')",
                (kind,),
            )
        ).result(5)
    assert not journal.items()


def test_a_job_that_fails_is_undone_alone(journal: Journal) -> None:
    journal.add(item(id="i1"))
    with pytest.raises(StoreError):
        journal.add(item(PerformAction(action="waive_fee", customer_id="c1"), id="i2"))
    journal.add(item(id="i3"))
    assert [kept.id for kept in journal.items()] == ["i1", "i3"]


def test_sending_at_a_crash_is_queued_again_or_asked_about(journal: Journal) -> None:
    journal.add(item(id="note"))
    journal.add(item(SetAgentState(state="ready"), id="state", offline=False))
    journal.set_state("note", "sending").result(5)
    journal.set_state("state", "sending").result(5)
    again = reopened(journal)
    assert {kept.id: kept.state for kept in again.items()} == {"note": "queued", "state": "unknown"}
    again.close()


def test_outcome_and_receipt_are_kept_without_any_revealed_value(journal: Journal) -> None:
    journal.add(item())
    told = Outcome(
        id="i1", outcome="applied", feed_seq=9, receipt=Receipt(audit_seq=4, audit_hash="h"), value="13812345678"
    )
    journal.record(journal.items()[0], told, None, ()).result(5)
    assert journal.items()[0].state == "applied"
    assert journal.receipts() == [("i1", "AddNote", "applied", 4, "h")]
    journal.drop(("i1",)).result(5)
    assert not journal.items() and journal.receipts()
    everything = [journal.all(name) for name in ("outbox_all", "audit_all", "draft_all")]
    everything.append(journal._reader.execute("SELECT * FROM receipt").fetchall())
    assert "13812345678" not in repr(everything)


def test_drafts_survive_and_the_latest_wins(journal: Journal) -> None:
    journal.keep_draft("note:k1", "a")
    journal.keep_draft("note:k1", "ab")
    journal.keep_draft("note:k2", "x")
    journal.drop_draft("note:k2").result(5)
    again = reopened(journal)
    assert [(key, text) for key, text, _ in again.drafts()] == [("note:k1", "ab")]
    again.close()


def test_the_local_audit_is_a_chain(journal: Journal) -> None:
    for customer in ("c1", "c2", "c3"):
        note_event(journal, "customer_looked_at", customer=customer).result(5)
    previous = ""
    for _, at, event, prev, link in events(journal):
        assert prev == previous
        assert link == canon.chain(previous, at.encode() + event.encode())
        previous = link


KILLED = """
import os, signal, sys
from pathlib import Path
from agent_tui.store.open import open_journal
from tests.store.test_journal import KEY, item
journal = open_journal(Path(sys.argv[1]), KEY)
for n in range(30):
    journal.add(item(id=f"i{n}"))
    print(n, flush=True)
    if n == 20:
        journal.keep_draft("note:k1", "half a word").result(5)
        os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_was_kept_survives_kill_9(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    done = subprocess.run([sys.executable, "-c", KILLED, str(path)], capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    journal = open_journal(path, KEY)
    assert [kept.id for kept in journal.items()] == [f"i{n}" for n in range(21)]
    assert journal.drafts()[0][:2] == ("note:k1", "half a word")
    journal.close()


def test_a_full_disk_is_said_and_nothing_is_pretended(journal: Journal) -> None:
    journal.add(item(id="i1"))

    def fill(connection: object) -> None:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()  # type: ignore[attr-defined]
        connection.execute(f"PRAGMA max_page_count = {pages}")  # type: ignore[attr-defined]

    journal._writer.put(fill).result(5)
    with pytest.raises(DiskFull):
        for n in range(60):
            journal.add(item(AddNote(contact_id="k1", text="x" * 900), id=f"x{n}"))
    kept = [one.id for one in journal.items()]
    again = reopened(journal)
    assert [one.id for one in again.items()] == kept and kept[0] == "i1"
    again.add(item(id="after"))
    again.close()


def test_another_key_is_an_error_and_touches_nothing(journal: Journal) -> None:
    journal.add(item())
    journal.close()
    before = journal.path.read_bytes()
    with pytest.raises(Corrupt):
        open_journal(journal.path, bytes(32))
    assert journal.path.read_bytes() == before


def test_a_damaged_journal_is_an_error_and_stays(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    path.write_bytes(os.urandom(8192))
    with pytest.raises(Corrupt):
        open_journal(path, KEY)
    assert path.stat().st_size == 8192


def test_a_newer_journal_is_an_error_and_touches_nothing(journal: Journal) -> None:
    journal.add(item())
    journal.close()
    connection = connect(journal.path, KEY, synchronous="FULL")
    connection.execute(f"PRAGMA user_version = {schema.JOURNAL_VERSION + 1}")
    connection.close()
    with pytest.raises(NewerDatabase) as raised:
        open_journal(journal.path, KEY)
    assert raised.value.args_["found"] == schema.JOURNAL_VERSION + 1


def test_an_older_journal_is_migrated_with_a_copy_beside_it(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal.add(item())
    journal.close()
    monkeypatch.setattr(schema, "JOURNAL_VERSION", schema.JOURNAL_VERSION + 1)
    again = open_journal(journal.path, KEY)
    assert [kept.id for kept in again.items()] == ["i1"]
    again.close()
    copies = list(journal.path.parent.glob("journal.db.before-*"))
    assert len(copies) == 1
    monkeypatch.undo()
    connection = connect(copies[0], KEY, synchronous="FULL")
    assert connection.execute("SELECT id FROM outbox").fetchall() == [("i1",)]
    connection.close()


HOLDS = """
import sys, time
from pathlib import Path
from agent_tui.store.local_audit import events, note_event
from agent_tui.store.lock import ProfileLock
lock = ProfileLock(Path(sys.argv[1])).take()
print("held", flush=True)
time.sleep(60)
"""


def test_one_desk_per_profile_until_its_process_is_gone(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", HOLDS, str(tmp_path)], stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout and other.stdout.readline() == "held\n"
        with pytest.raises(StoreLocked) as raised:
            ProfileLock(tmp_path).take()
        assert raised.value.args_["pid"] == str(other.pid)
        other.kill()
        other.wait()
    lock = ProfileLock(tmp_path).take()
    lock.release()
