"""Backup while the server runs, restore as a new epoch, from either engine into either."""

from __future__ import annotations

import gzip
from functools import partial
from pathlib import Path

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from agent_tui.domain.customer import Secret
from agent_tui.domain.effects import LinkRequest
from agent_tui.errors import Corrupt, InputError
from agent_tui.server import audit, backup, writing
from agent_tui.server.database import Database, Tx, read_apart, write_apart
from agent_tui.server.place import Remote, Where
from agent_tui.server.services import Services
from agent_tui.wire import routes
from tests import eg
from tests.server import bench, engines
from tests.server.engines import tamper


@pytest.fixture
async def busy(client: AsyncTestClient[Litestar], services: Services) -> Services:
    """A ledger with customers, a call, sessions and an errand on its way."""
    bench.add_customer(services)
    await bench.offer(client)
    await bench.sign_in(client, "chen")
    tamper(
        services,
        "INSERT INTO ext_outbox (ext_key, cause, maker, command_type, port, operation, customer_id, body, state, attempts,"
        " created_at) VALUES ('atx-1', 'x', 'a1', 'PerformAction', 'core', 'waive', 'c1', ?, 'new', 0, '2026-03-02')",
        b"sealed",
    )
    return services


def place(services: Services, folder: Path, engine: str) -> Where:
    """An empty place on either engine, with the keys of the ledger there."""
    folder.mkdir()
    with engines.chosen(engine):
        where = engines.place(folder)
    target = where.keys / "server.db" if isinstance(where, Remote) else where
    for ending in (".key", ".signing"):
        source = services.db.path.with_name(services.db.path.name + ending)
        if source.exists():
            target.with_name(target.name + ending).write_bytes(source.read_bytes())
    return where


def counts(tx: Tx) -> dict[str, int]:
    left = [table for table in backup.TABLES if table not in ("audit", "sync_head", "setting", "link_request")]
    asked = engines.raw(tx, "SELECT COUNT(*) FROM link_request WHERE link <> ''")[0][0]
    return {"asked": asked, **{table: engines.raw(tx, f"SELECT COUNT(*) FROM {table}")[0][0] for table in left}}


@pytest.mark.parametrize("into", engines.BOTH)
async def test_what_was_backed_up_is_there_again_in_a_new_epoch(busy: Services, tmp_path: Path, into: str) -> None:
    file = tmp_path / "ledger.backup"
    made = backup.backup(busy.db.where, file)
    where = place(busy, tmp_path / "new", into)
    assert backup.restore(file, where, "root") == made
    assert file.stat().st_mode & 0o077 == 0
    assert read_apart(where, counts) == read_apart(busy.db.where, counts)
    head = read_apart(where, lambda tx: dict(tx.one("head") or {}))
    assert head["epoch"] != made.epoch and head["audit_seq"] == made.audit_seq + 1
    assert read_apart(where, audit.verify).ok
    assert read_apart(where, lambda tx: busy.vault.get(tx, "c1", Secret.NAME)) == bench.NAME
    assert not read_apart(where, lambda tx: engines.raw(tx, "SELECT 1 FROM token")), "a session outlived the restore"
    assert [row["attempts"] for row in read_apart(where, lambda tx: tx.all("ext_new", limit=9))] == [1], "done again?"


@pytest.mark.parametrize("into", engines.BOTH)
def test_a_link_that_had_read_more_than_the_backup_holds_misses_nothing(
    services: Services, tmp_path: Path, into: str
) -> None:
    """Calls are answered and ended through these requests: one that is never heard of leaves a customer ringing."""

    def ask(tx: Tx, contact_id: str) -> None:
        asked = LinkRequest(link="sim", service="AnswerCall", contact_id=contact_id)
        writing.add_requests(tx, [asked], "x", eg.NOW)

    def heard(tx: Tx, after: int) -> list[int]:
        return [row["seq"] for row in tx.all("link_requests", link="sim", after=after, limit=9)]

    services.db.write_now(lambda tx: ask(tx, "k1"))
    backup.backup(services.db.where, tmp_path / "ledger.backup")
    for n in range(3):
        services.db.write_now(partial(ask, contact_id=f"k{n}"))
    read = services.db.read_now(lambda tx: heard(tx, 0))[-1]
    where = place(services, tmp_path / "new", into)
    backup.restore(tmp_path / "ledger.backup", where, "root")
    write_apart(where, lambda tx: ask(tx, "k9"))
    assert len(read_apart(where, lambda tx: heard(tx, read))) == 1
    assert len(read_apart(where, lambda tx: heard(tx, 0))) == 2


async def test_a_desk_of_the_old_epoch_is_told_to_load_afresh(
    client: AsyncTestClient[Litestar], busy: Services, tmp_path: Path
) -> None:
    _, cursor = await (await bench.sign_in(client, "chen")).snapshot()
    file = tmp_path / "ledger.backup"
    backup.backup(busy.db.where, file)
    where = place(busy, tmp_path / "new", "sqlite")
    backup.restore(file, where, "root")
    async with bench.client_of(bench.open_bench(tmp_path / "new", database=where)) as restored:
        desk = await bench.sign_in(restored, "chen")
        answer = await desk.get(routes.CHANGES, cursor=cursor)
        assert answer.status_code == 410 and answer.json()["type"].endswith("cursor-too-old")
        rows, fresh = await desk.snapshot()
        assert rows and await desk.catch_up(rows, fresh)


def test_a_backup_that_was_cut_or_changed_is_not_restored(services: Services, tmp_path: Path) -> None:
    file, where = tmp_path / "ledger.backup", place(services, tmp_path / "new", "sqlite")
    backup.backup(services.db.where, file)
    whole = gzip.decompress(file.read_bytes())
    damaged = {
        "cut": file.read_bytes()[:-40],
        "a row less": gzip.compress(whole.replace(whole.splitlines(keepends=True)[5], b"", 1)),
        "another login": gzip.compress(whole.replace(b'"chen"', b'"mine"', 1)),
        "no end": gzip.compress(whole[: whole.rindex(b"\n", 0, -1) + 1]),
        "text": b"dear diary",
    }
    for name, content in damaged.items():
        (tmp_path / "other.backup").write_bytes(content)
        with pytest.raises(Corrupt):
            backup.restore(tmp_path / "other.backup", where, "root")
        assert not Path(str(where)).exists(), name


def test_nothing_is_written_over(services: Services, tmp_path: Path) -> None:
    file = tmp_path / "ledger.backup"
    backup.backup(services.db.where, file)
    with pytest.raises(InputError):
        backup.backup(services.db.where, file)
    services.db.close()
    with pytest.raises(InputError):
        backup.restore(file, services.db.where, "root")


def test_another_key_is_found_before_anything_is_made(services: Services, tmp_path: Path) -> None:
    file = tmp_path / "ledger.backup"
    backup.backup(services.db.where, file)
    with pytest.raises(Corrupt, match="backup_key"):
        backup.restore(file, tmp_path / "new.db", "root")
    assert not (tmp_path / "new.db").exists()


def test_every_table_is_in_the_backup_but_those_that_end_with_their_processes(services: Services) -> None:
    query = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    if isinstance(services.db.where, Remote):
        query = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
    made = {row[0] for row in services.db.apart(lambda tx: engines.raw(tx, query))}
    assert made - set(backup.TABLES) == {"schema_version", "token", "lease", "screen_roll"}
    for table in backup.TABLES:
        columns = services.db.apart(lambda tx, name=table: engines.columns(tx, name))  # type: ignore[misc]
        assert columns == list(backup._columns(table)), table


def test_an_empty_database_has_nothing_to_back_up(engine: str, tmp_path: Path) -> None:
    where = engines.place(tmp_path)
    Database(where).close()
    with pytest.raises(Exception, match="backup_empty"):
        backup.backup(where, tmp_path / "x.backup")
    assert not list(tmp_path.glob("*.backup*"))
