"""What holds on either engine, and what only PostgreSQL can get wrong."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
import psycopg
import pytest

from agent_tui.errors import AgentTuiError, Corrupt, StoreError
from agent_tui.i18n.catalog import LANGUAGES, say
from agent_tui.server import limits
from agent_tui.server.database import Database, Tx
from agent_tui.server.place import Remote
from agent_tui.server.postgres_sql import TRANSLATED, packed, translate, unpacked
from agent_tui.server.services import Services
from bench.postgres import PASSWORD
from tests.server import engines


def said(error: AgentTuiError) -> str:
    """The sentence, which exists in three languages and never holds the password."""
    found = [say(error.key, language, **error.args_) for language in LANGUAGES]
    assert error.key not in found and not any(PASSWORD in text for text in found)
    return found[0]


@pytest.fixture
def postgres(tmp_path: Path) -> Iterator[Remote]:
    with engines.on("postgres"):
        where = engines.place(tmp_path)
        assert isinstance(where, Remote)
        yield where


def _numbered(text: str) -> bytes:
    """`%(name)s` as `$1`, the same number for the same name."""
    names: list[str] = []

    def place(found: re.Match[str]) -> str:
        if found[1] not in names:
            names.append(found[1])
        return f"${names.index(found[1]) + 1}"

    return re.sub(r"%\((\w+)\)s", place, text).replace("%%", "%").encode()


@pytest.mark.one_engine("PostgreSQL reads the statements as it prepares them; SQLite does so in every test")
def test_postgresql_understands_every_statement(postgres: Remote) -> None:
    Database(postgres).close()
    with psycopg.connect(postgres.url) as connection:
        for name, statement in TRANSLATED.items():
            result = connection.pgconn.prepare(b"", _numbered(statement.text))
            assert result.status == psycopg.pq.ExecStatus.COMMAND_OK, f"{name}: {result.error_message.decode()}"


@pytest.mark.one_engine("places that only PostgreSQL has")
def test_each_wrong_place_is_one_sentence_without_the_password(postgres: Remote) -> None:
    cluster, name = engines.cluster(), urlsplit(postgres.url).path.lstrip("/")
    good = cluster.tcp(name)
    wrong = {
        "server.error.pg_login": re.sub("//[^@]*@", f"//nobody:{PASSWORD}@", good),
        "server.error.pg_unreachable": cluster.tcp(name, 1),
        "server.error.pg_no_database": cluster.tcp("nowhere"),
    }
    for key, url in wrong.items():
        with pytest.raises(StoreError) as caught:
            Database(Remote(url, postgres.keys))
        assert caught.value.key == key
        said(caught.value)
        assert PASSWORD not in repr(caught.value) + str(Remote(url, postgres.keys))
    Database(Remote(good, postgres.keys)).close()


@pytest.mark.one_engine("SQLite has its key beside it")
def test_a_process_with_another_key_does_not_start(postgres: Remote, tmp_path: Path) -> None:
    Database(postgres).close()
    with pytest.raises(Corrupt) as caught:
        Database(Remote(postgres.url, tmp_path / "other"))
    assert caught.value.key == "server.error.other_key"
    said(caught.value)
    Database(postgres).close()


@pytest.mark.one_engine("a connection is what only PostgreSQL can lose")
def test_connections_that_were_lost_are_made_anew_and_nothing_half_is_written(postgres: Remote) -> None:
    db = Database(postgres)
    db.write_now(lambda tx: tx.run("setting_put", name="a", value="1"))

    def lost(tx: Tx) -> None:
        tx.run("setting_put", name="a", value="2")
        _lose(postgres)
        tx.run("setting_put", name="a", value="3")

    with pytest.raises(StoreError):
        db.write_now(lost)
    assert db.read_now(lambda tx: tx.value("setting_get", name="a")) == "1"
    _lose(postgres)
    assert db.read_now(lambda tx: tx.value("setting_get", name="a")) == "1"
    db.write_now(lambda tx: tx.run("setting_put", name="a", value="4"))
    assert db.read_now(lambda tx: tx.value("setting_get", name="a")) == "4"
    db.close()


def _lose(where: Remote) -> None:
    query = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    with psycopg.connect(where.url, autocommit=True) as connection:
        connection.execute(query)


def test_writers_wait_for_each_other_and_what_one_wrote_the_next_has_read(services: Services) -> None:
    """Many add one to what they read, at the same time: nothing is lost, on either engine."""
    where = services.db.where
    opened = [Database(where) for _ in range(3)] if isinstance(where, Remote) else [services.db]
    assert _counted(opened) == 30 * len(opened)


def _counted(opened: list[Database]) -> int:
    """The number that is there after each has added one thirty times."""

    def add(tx: Tx) -> None:
        read = int(tx.value("setting_get", name="n") or "0")
        time.sleep(0.002)  # as long as the rules take: whoever does not wait for the head reads the same number
        tx.run("setting_put", name="n", value=str(read + 1))

    async def all_at_once() -> None:
        await asyncio.gather(*(db.write(add) for db in opened for _ in range(30)))

    asyncio.run(all_at_once())
    found = int(opened[0].read_now(lambda tx: tx.value("setting_get", name="n")))
    for db in opened:
        db.close()
    return found


@pytest.mark.one_engine("the guard is PostgreSQL's")
def test_without_the_head_what_others_wrote_is_lost(postgres: Remote, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agent_tui.server.postgres_engine._WRITE", ("BEGIN ISOLATION LEVEL READ COMMITTED",))
    assert _counted([Database(postgres) for _ in range(3)]) < 90


def test_a_snapshot_does_not_see_what_is_committed_meanwhile(services: Services) -> None:
    def look(tx: Tx) -> tuple[str | None, str | None]:
        before = tx.value("setting_get", name="late")
        services.db.write_now(lambda other: other.run("setting_put", name="late", value="1"))
        return before, tx.value("setting_get", name="late")

    assert services.db.read_now(look) == (None, None)
    assert services.db.read_now(lambda tx: tx.value("setting_get", name="late")) == "1"


@pytest.mark.one_engine("SQL that is read, not run")
def test_statements_are_translated_outside_of_texts_only() -> None:
    given = translate("INSERT INTO a (b, c) VALUES (sealed_if(:kind, :b), 'system:x 5%') RETURNING clear(d.e) AS f")
    assert given.text == "INSERT INTO a (b, c) VALUES (%(b)s, 'system:x 5%%') RETURNING d.e AS f"
    assert (dict(given.sealed), sorted(given.opened)) == ({"b": "kind"}, ["f"])
    for body in ("{}", b"\x00\xff"):
        assert unpacked(packed(body)) == body


def test_what_is_added_up_of_whole_numbers_is_one(services: Services) -> None:
    """The policy takes no other: a sum of another kind would have everybody refused everything."""
    whose = limits.Whose(action="waive_fee", agent_id="a1", customer_id="c1", team="t")

    def work(tx: Tx) -> tuple[limits.Sums, limits.Sums]:
        before = limits.sums(tx, whose, "2026-03-02")
        limits.keep(tx, limits.Reserve(command_id="x", whose=whose, day="2026-03-02", amount_minor=900))
        return before, limits.sums(tx, whose, "2026-03-02")

    before, after = services.db.write_now(work)
    assert [type(n) for sums in (before, after) for n in msgspec.structs.astuple(sums)] == [int] * 6
    assert after == limits.Sums(agent=900, customer=900, team=900)
