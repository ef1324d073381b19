"""The named statements as PostgreSQL takes them, and the tables as it makes them.

One set of statements serves both engines; `postgres.sql` holds the few twins. SQL says `sealed(:body)` and `clear(body)`
on both: SQLite has these functions, here the values are sealed on their way in and opened on their way out.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Mapping
from types import MappingProxyType

import msgspec

from agent_tui import sql
from agent_tui.server.database import PACKAGE, STATEMENTS

_PARTS = re.compile(
    r"'[^']*'|\bsealed_if\(:(\w+), :(\w+)\)|\bsealed\(:(\w+)\)|\bclear\(([\w.]+)\) AS (\w+)|:(\w+) IS NULL|:(\w+)|%"
)
_TEXT = re.compile(r"\bTEXT\b")
_BLOB = re.compile(r"\bBLOB\b")


class Statement(msgspec.Struct, frozen=True):
    """One statement, and what of it is sealed."""

    text: str
    sealed: Mapping[str, str]
    """Parameter → the parameter that names its entity or event; empty for what is always sealed."""
    opened: frozenset[str]
    """Columns of the result that may be sealed."""


def translate(text: str) -> Statement:
    """`:name` into `%(name)s`, sealing and opening taken out of the SQL."""
    sealed: dict[str, str] = {}
    opened: set[str] = set()

    def part(found: re.Match[str]) -> str:
        kind, body, always, column, name, perhaps, plain = found.groups()
        if body or always:
            sealed[body or always] = kind or ""
            return f"%({body or always})s"
        if column:
            opened.add(name)
            return f"{column} AS {name}"
        if perhaps:  # a parameter that is only compared with NULL has no type of its own
            return f"CAST(%({perhaps})s AS TEXT) IS NULL"
        return f"%({plain})s" if plain else found.group().replace("%", "%%")

    return Statement(_PARTS.sub(part, text), MappingProxyType(sealed), frozenset(opened))


def tables(script: str) -> str:
    """Statements that make tables: bytes are BYTEA, and text is compared byte for byte, as SQLite does."""
    return _BLOB.sub("BYTEA", _TEXT.sub('TEXT COLLATE "C"', script))


SEAL = "~"
"""Begins a text that is sealed; what is not begins with a brace."""


def packed(body: str | bytes) -> str:
    """A body as a column of text holds it."""
    return body if isinstance(body, str) else SEAL + b64encode(body).decode()


def unpacked(body: str | None) -> str | bytes | None:
    """What `packed` was given."""
    return b64decode(body[1:]) if body is not None and body.startswith(SEAL) else body


TRANSLATED: Mapping[str, Statement] = MappingProxyType(
    {name: translate(text) for name, text in {**STATEMENTS, **sql.load(PACKAGE, "postgres.sql")}.items()}
)
