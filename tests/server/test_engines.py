"""What holds on either engine, and what only PostgreSQL can get wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from agent_tui.errors import AgentTuiError, Corrupt, NewerDatabase, StoreError
from agent_tui.i18n.catalog import LANGUAGES, say
from agent_tui.server import seed
from agent_tui.server.database import Database, read_apart
from agent_tui.server.place import Remote, shown
from agent_tui.server.postgres_sql import TRANSLATED, packed, translate, unpacked
from agent_tui.server.services import Services
from bench.postgres import PASSWORD, USER
from tests.server import engines
from tests.server.engines import tamper


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
