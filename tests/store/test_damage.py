"""Half-written, bent, foreign and empty files: the cache is made anew, the journal saved with a copy, nobody sees a
traceback and nothing readable is lost."""

from __future__ import annotations

import contextlib
import random
from pathlib import Path
from typing import Any

import pytest

from agent_tui.desk import views
from agent_tui.desk.build import open_desk
from agent_tui.domain.commands import AddNote
from agent_tui.errors import Corrupt, DiskFull
from agent_tui.store import schema
from agent_tui.store.create import journal_migrations
from agent_tui.store.engine import connect
from agent_tui.store.journal import Journal, NewItem
from agent_tui.store.local_audit import note_event
from agent_tui.store.open import open_cache, open_journal
from agent_tui.store.salvage import salvage
from agent_tui.store.seed import seed
from tests import eg
from tests.flow.seed import KEY, profile

NOTES, DRAFTS = 40, 60


def note(n: int) -> NewItem:
    command = AddNote(contact_id="k1", text=f"记录 {n} " + "长" * 200)
    return NewItem(id=f"i{n:03}", agent_id="a1", command=command, if_match=None, offline=True, made_at=eg.NOW)


def fill(journal: Journal) -> None:
    """Enough to need several pages of each table."""
    for n in range(NOTES):
        journal.add(note(n))
    for n in range(DRAFTS):
        journal.keep_draft(f"note:k{n}", f"草稿 {n} " + "字" * 200).result(5)
    note_event(journal, "lock", why="idle").result(5)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The bytes of a journal that was closed properly."""
    path = tmp_path_factory.mktemp("whole") / "journal.db"
    journal = open_journal(path, KEY)
    fill(journal)
    journal.close()
    return path.read_bytes()


def bent(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 0x55]) + data[at + 1 :]


# ---- the journal -----------------------------------------------------------------------------------------------------


def test_a_flipped_bit_anywhere_is_found_and_only_its_table_suffers(tmp_path: Path, whole: bytes) -> None:
    chance = random.Random(5)
    for trial in range(5):
        folder = tmp_path / str(trial)
        folder.mkdir()
        path = folder / "journal.db"
        path.write_bytes(bent(whole, chance.randrange(8192, len(whole))))
        with pytest.raises(Corrupt):
            open_journal(path, KEY)
        saved = salvage(path, KEY)
        assert saved.commands == NOTES or saved.drafts == DRAFTS, saved
        journal = open_journal(path, KEY)
        assert len(journal.items()) == saved.commands
        assert len(journal.drafts()) == saved.drafts
        journal.add(note(999))
        journal.close()
        assert saved.copy.read_bytes() != b""


@pytest.mark.parametrize("keep", [0, 1, 100, 4096, 9000, 0.5, 0.9])
def test_a_journal_cut_short_is_saved_as_far_as_it_goes(tmp_path: Path, whole: bytes, keep: float) -> None:
    path = tmp_path / "journal.db"
    path.write_bytes(whole[: int(keep if keep >= 1 else len(whole) * keep)])
    desk = open_desk(profile(tmp_path))
    try:
        alert = desk.view(views.StatusOf()).alert
        assert alert is not None and alert.key == "vault.salvaged"
        assert Path(str(alert.args["copy"])).exists()
        assert desk.view(views.PendingWork()) is not None
    finally:
        desk.journal.close()
        desk.sight.cache.close()


def test_a_copy_never_takes_the_place_of_another(tmp_path: Path, whole: bytes) -> None:
    path = tmp_path / "journal.db"
    copies = set()
    for _ in range(3):
        path.write_bytes(bent(whole, 100))
        copies.add(salvage(path, KEY).copy)
    assert len(copies) == 3
    assert all(copy.exists() for copy in copies)


def test_a_sound_journal_is_never_touched(tmp_path: Path, whole: bytes) -> None:
    path = tmp_path / "journal.db"
    path.write_bytes(whole)
    desk = open_desk(profile(tmp_path))
    assert desk.view(views.StatusOf()).alert is None
    assert len(desk.view(views.PendingWork())) == NOTES
    assert not list(tmp_path.glob("*.damaged*"))
    desk.journal.close()
    desk.sight.cache.close()


# ---- every version a journal ever had --------------------------------------------------------------------------------


def made_by(path: Path, version: int) -> None:
    """A journal as the program of that version left it: its migrations up to then, and its stamp."""
    from typing import Any, cast

    from sqlite_utils import Database

    connection = connect(path, KEY, synchronous="FULL")
    names = [one.name for one in journal_migrations.pending(cast(Any, Database(connection)))]
    last = names[version - 1]
    following = names[names.index(last) + 1] if names.index(last) + 1 < len(names) else None
    journal_migrations.apply(cast(Any, Database(connection)), stop_before=following)
    connection.execute(
        "INSERT INTO outbox(id, agent_id, lane, type, target, body, offline, made_at, made_ms, state)"
        " VALUES ('i1', 'a1', 'contact:k1', 'AddNote', 'contact:k1', ?, 1, '2026-03-02T01:00:00Z', 1, 'queued')",
        (b'{"type":"AddNote","text":"x","contact_id":"k1"}',),
    )
    connection.execute("INSERT INTO draft(key, text, updated_at) VALUES ('note:k1', '草稿', '2026-03-02T01:00:00Z')")
    connection.execute(f"PRAGMA user_version = {version}")
    connection.close()


@pytest.mark.parametrize("version", range(1, schema.JOURNAL_VERSION + 1))
def test_a_journal_of_every_version_opens_with_all_it_held(tmp_path: Path, version: int) -> None:
    made_by(tmp_path / "journal.db", version)
    journal = open_journal(tmp_path / "journal.db", KEY)
    assert [item.id for item in journal.items()] == ["i1"]
    assert journal.drafts()[0][:2] == ("note:k1", "草稿")
    journal.close()


def test_a_row_that_the_journal_may_not_hold_is_not_counted_as_saved(tmp_path: Path, whole: bytes) -> None:
    path = tmp_path / "journal.db"
    path.write_bytes(whole)
    connection = connect(path, KEY, synchronous="FULL")
    connection.execute("PRAGMA ignore_check_constraints = ON")
    connection.execute("UPDATE outbox SET state = 'bent' WHERE id = 'i003'")
    connection.close()
    assert salvage(path, KEY).commands == NOTES - 1


def test_a_disk_without_room_leaves_the_damaged_journal_where_it_is(
    tmp_path: Path, whole: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "journal.db"
    path.write_bytes(bent(whole, 9_000))
    before = path.read_bytes()

    def small(file: Path, key: bytes, *, synchronous: str) -> Any:
        connection = connect(file, key, synchronous=synchronous)
        if file.suffix == ".fresh":
            connection.execute("PRAGMA max_page_count = 12")
        return connection

    with monkeypatch.context() as full, pytest.raises(DiskFull):
        full.setattr("agent_tui.store.salvage.connect", small)
        salvage(path, KEY)
    assert path.read_bytes() == before
    saved = salvage(path, KEY)
    assert saved.commands == NOTES or saved.drafts == DRAFTS
    assert {file.name for file in tmp_path.iterdir()} == {path.name, saved.copy.name}


def test_whoever_is_killed_while_the_journal_is_saved_loses_nothing_of_it(
    tmp_path: Path, whole: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At each of the renames at its end, and once more at the second try."""
    renames = 5
    for last in range(renames):
        folder = tmp_path / str(last)
        folder.mkdir()
        path = folder / "journal.db"
        path.write_bytes(bent(whole, 9_000))
        path.with_name("journal.db-shm").write_bytes(b"")
        left = last

        def counted(file: Path, target: Path, rename: Any = Path.rename) -> Any:
            nonlocal left
            left -= 1
            if left < 0:
                raise KeyboardInterrupt
            return rename(file, target)

        with monkeypatch.context() as dying:
            dying.setattr(Path, "rename", counted)
            dying.setattr(Path, "replace", counted)
            with contextlib.suppress(KeyboardInterrupt):
                salvage(path, KEY)
        try:
            journal = open_journal(path, KEY)
        except Corrupt:
            salvage(path, KEY)
            journal = open_journal(path, KEY)
        assert len(journal.items()) == NOTES or len(journal.drafts()) == DRAFTS
        journal.close()


# ---- the cache -------------------------------------------------------------------------------------------------------


def rows(path: Path) -> int:
    opened = open_cache(path, KEY)
    try:
        found = opened.first("row_count")
        return int(found[0]) if found else 0
    finally:
        opened.close()


def test_a_cache_of_another_key_an_empty_one_and_a_cut_one_are_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "cache.db"
    made = open_cache(path, KEY)
    seed(made, 200, 50)
    made.close()
    data = path.read_bytes()
    for damaged in (b"", data[:1], data[:100], data[: len(data) // 2 + 7], bytes(len(data)), b"x" * 5000):
        path.write_bytes(damaged)
        assert rows(path) >= 0
    path.write_bytes(data)
    other = open_cache(path, bytes(32))
    assert other.first("row_count") == (0,)
    other.close()


def test_a_bit_flipped_under_a_desk_at_work_costs_the_cache_and_nothing_else(tmp_path: Path) -> None:
    made = open_cache(tmp_path / "cache.db", KEY)
    seed(made, 300, 80)
    made.close()
    data = (tmp_path / "cache.db").read_bytes()
    chance = random.Random(11)
    for trial in range(8):
        folder = tmp_path / f"t{trial}"
        folder.mkdir()
        (folder / "cache.db").write_bytes(bent(data, chance.randrange(len(data))))
        desk = open_desk(profile(folder))
        desk.keep_draft("note:k1", "还在写")
        for query in (
            views.QueueRows(),
            views.QueueRows(offset=250),
            views.StatusOf(),
            views.MyContacts(),
            views.CustomerCard(customer_id="c-000001"),
            views.PendingWork(),
            views.Groups(),
        ):
            desk.view(query)
        assert desk.draft("note:k1") == "还在写"
        desk.journal.close()
        desk.sight.cache.close()
