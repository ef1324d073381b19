"""Starting: one clear error for whatever is wrong, and a real start from the files that ship with the program."""

from __future__ import annotations

import logging
import shutil
import socket
import sqlite3
import stat
from pathlib import Path

import pytest

from agent_tui.config import data
from agent_tui.errors import AgentTuiError, Corrupt, DiskFull, NewerDatabase, PolicyError, PortBusy, StoreLocked
from agent_tui.i18n.catalog import LANGUAGES, say
from agent_tui.server.build import build_server
from agent_tui.server.database import Database
from agent_tui.server.options import ServerOptions
from agent_tui.server.run import bind
from agent_tui.server.services import Services
from agent_tui.server.sqlite_engine import SqliteEngine, explain


def said(error: AgentTuiError) -> None:
    """Every start error is a sentence in three languages."""
    for language in LANGUAGES:
        assert say(error.key, language, **error.args_) != error.key


def test_a_database_has_one_server(tmp_path: Path) -> None:
    first = Database(tmp_path / "x.db")
    with pytest.raises(StoreLocked) as caught:
        Database(tmp_path / "x.db")
    said(caught.value)
    first.close()
    Database(tmp_path / "x.db").close()


def test_a_newer_database_is_not_touched(tmp_path: Path) -> None:
    Database(tmp_path / "x.db").close()
    with sqlite3.connect(tmp_path / "x.db") as connection:
        connection.execute("UPDATE schema_version SET version = 9, compat = 9")
    connection.close()
    with pytest.raises(NewerDatabase) as caught:
        Database(tmp_path / "x.db")
    said(caught.value)
    assert caught.value.args_["found"] == 9


def test_a_newer_database_that_says_we_may_is_opened(tmp_path: Path) -> None:
    Database(tmp_path / "x.db").close()
    with sqlite3.connect(tmp_path / "x.db") as connection:
        connection.execute("UPDATE schema_version SET version = 9, compat = 1")
    connection.close()
    Database(tmp_path / "x.db").close()


def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "x.db").write_bytes(b"dear diary" * 500)
    with pytest.raises(Corrupt) as caught:
        Database(tmp_path / "x.db")
    said(caught.value)
    assert (tmp_path / "x.db").read_bytes() == b"dear diary" * 500


def test_a_full_disk_is_said_and_changes_nothing(tmp_path: Path) -> None:
    db = Database(tmp_path / "x.db")
    db.write_now(lambda tx: tx.run("setting_put", name="a", value="1"))
    assert isinstance(db.engine, SqliteEngine)
    db.engine.writer.execute("PRAGMA max_page_count = 1")
    with pytest.raises(DiskFull) as caught:
        db.write_now(lambda tx: [tx.run("setting_put", name=str(n), value="x" * 900) for n in range(1000)])
    said(caught.value)
    assert db.read_now(lambda tx: tx.value("setting_get", name="5")) is None
    db.close()


def test_a_busy_port_is_named() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(PortBusy) as caught:
            bind("127.0.0.1", taken.getsockname()[1])
    said(caught.value)


def test_unknown_trouble_of_the_store_is_still_a_sentence() -> None:
    said(explain(sqlite3.OperationalError("something new"), "x.db"))


def options(tmp_path: Path, **given: object) -> ServerOptions:
    return ServerOptions(database=tmp_path / "x.db", port=0, jobs=False, **given)  # type: ignore[arg-type]


def test_a_broken_policy_stops_the_start_before_the_database_is_made(tmp_path: Path) -> None:
    folder = tmp_path / "policy"
    shutil.copytree(data.folder("scripts/policy"), folder)
    (folder / "99-broken.cedar").write_text("permit (principal, action, resource) when { principal.levle > 1 };")
    with pytest.raises(PolicyError):
        build_server(options(tmp_path, policy=folder))
    assert not (tmp_path / "x.db").exists()


def rows_of(services: Services, entity: str) -> int:
    return len(services.db.read_now(lambda tx: tx.all("state_find", entity=entity, status=None, group_id=None)))


def test_the_shipped_centre_and_policy_start_and_start_again_without_change(tmp_path: Path) -> None:
    app = build_server(options(tmp_path))
    services: Services = app.state.services
    for entity in ("agent", "group", "category", "bundle"):
        assert rows_of(services, entity), entity
    before = services.db.read_now(lambda tx: tuple(tx.one("head") or ()))
    services.db.close()
    again: Services = build_server(options(tmp_path)).state.services
    assert again.db.read_now(lambda tx: tuple(tx.one("head") or ())) == before
    again.db.close()
    assert stat.S_IMODE((tmp_path / "x.db").stat().st_mode) == 0o600


def test_a_failure_in_the_http_server_is_logged_by_its_kind_only(caplog: pytest.LogCaptureFixture) -> None:
    from agent_tui.server import run

    assert run.GRACE_S > 0
    try:
        raise ValueError("13812345678")
    except ValueError:
        logging.getLogger("uvicorn.error").exception("Exception in ASGI application\n")
    (record,) = caplog.records
    assert record.getMessage() == "Exception in ASGI application: ValueError"
    assert record.exc_info is None and "138" not in caplog.text
