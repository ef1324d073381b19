"""Ledgers of former programs are brought up, on either engine; what stops on the way goes on from there."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from agent_tui.errors import AgentTuiError, NewerDatabase
from agent_tui.server import migrations
from agent_tui.server.database import Database, Tx, read_apart
from agent_tui.server.migrations import SCHEMA_VERSION
from agent_tui.server.place import Remote, Where
from agent_tui.server.postgres_sql import tables
from tests.server import engines

FORMER = Path(__file__).parent / "former"
"""Tables and rows as each former schema had them."""


def make(where: Where, version: int) -> None:
    """A ledger as the program of that schema left it."""
    script = (FORMER / f"schema-{version}.sql").read_text("utf-8")
    if isinstance(where, Remote):
        with psycopg.connect(where.url, autocommit=True) as connection:
            connection.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
            connection.execute(tables(script).encode())
        return
    with closing(sqlite3.connect(where)) as connection:
        connection.executescript(script)


def version(tx: Tx) -> int:
    found: int = engines.raw(tx, "SELECT version FROM schema_version")[0][0]
    return found


@pytest.mark.parametrize("former", range(1, SCHEMA_VERSION))
def test_a_ledger_of_a_former_program_is_brought_up_with_everything_in_it(
    engine: str, tmp_path: Path, former: int
) -> None:
    where = engines.place(tmp_path)
    make(where, former)
    db = Database(where)
    assert db.read_now(version) == SCHEMA_VERSION
    assert db.read_now(lambda tx: tx.value("setting_get", name="kept")) == "since then"
    db.write_now(lambda tx: tx.run("tries_drop", name="nobody"))
    db.close()


def test_a_step_that_fails_leaves_nothing_and_is_walked_again(
    engine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    where, whole = engines.place(tmp_path), migrations.script
    make(where, 1)
    with monkeypatch.context() as broken, pytest.raises(AgentTuiError):
        broken.setattr(migrations, "script", lambda step: whole(step) + "\nSELECT no FROM nowhere;")
        Database(where)
    assert read_apart(where, version) == 1
    Database(where).close()
    assert read_apart(where, version) == SCHEMA_VERSION


def test_a_ledger_of_a_newer_program_is_touched_only_if_it_says_we_may(engine: str, tmp_path: Path) -> None:
    where = engines.place(tmp_path)
    make(where, 1)
    db = Database(where)
    db.write_now(lambda tx: engines.raw(tx, "UPDATE schema_version SET version = 99, compat = 1"))
    db.close()
    db = Database(where)
    db.write_now(lambda tx: engines.raw(tx, "UPDATE schema_version SET compat = 99"))
    db.close()
    with pytest.raises(NewerDatabase):
        Database(where)
