"""`--database FILE|URL`: where the server's ledger is, for every command that works on it."""

from __future__ import annotations

import argparse
from pathlib import Path

from agent_tui.config import paths
from agent_tui.config.load import load
from agent_tui.errors import UsageError
from agent_tui.i18n.catalog import say
from agent_tui.server.place import Remote, Where, has_password, is_url

Given = Path | str | None
"""As the command line says it: a file, a URL, or nothing."""


def given(text: str) -> Path | str:
    """A file or the URL of a PostgreSQL database. UsageError for a URL with a password in it."""
    if not is_url(text):
        return Path(text)
    if has_password(text):
        raise UsageError("server.error.pg_password")
    return text


def add_database(parser: argparse.ArgumentParser, help_: str, language: str) -> None:
    """`--database` with its help, and `--keys` for a database that is no file."""
    parser.add_argument("--database", metavar="FILE|URL", type=given, default=None, help=help_)
    parser.add_argument("--keys", metavar="FOLDER", type=Path, default=None, help=say("server.cli.keys", language))


def resolve(wanted: Given, keys: Path | None = None) -> Where:
    """The place meant: the one named, else that of the settings, else `server.db` in the data folder."""
    kept = load({"server.database": wanted and str(wanted), "server.keys": keys and str(keys)}).server
    if is_url(kept.database):
        return Remote(kept.database, Path(kept.keys).expanduser() if kept.keys else paths.data_dir())
    return Path(kept.database).expanduser() if kept.database else paths.data_dir() / "server.db"


def is_there(where: Where) -> bool:
    """Whether a file is there; a database server says by itself what it has."""
    return isinstance(where, Remote) or where.is_file()
