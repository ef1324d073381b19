"""Where a ledger is: a file, or a PostgreSQL database with a folder of this machine for the keys.

A URL may hold a password; `shown` says where it is without it, for messages and logs.
"""

from __future__ import annotations

from pathlib import Path
from typing import TypeAlias
from urllib.parse import urlsplit

import msgspec

SCHEMES = ("postgresql://", "postgres://")
KEYS = "server.db"
"""What key files are named after where there is no database file."""


class Remote(msgspec.Struct, frozen=True):
    """A database on a PostgreSQL server."""

    url: str
    keys: Path
    """Folder of the key files. Every process that serves the database needs the same ones."""

    def __repr__(self) -> str:
        return f"Remote({shown(self)!r})"


Where: TypeAlias = Path | Remote


def is_url(text: str) -> bool:
    """Whether a setting names a PostgreSQL database rather than a file."""
    return text.startswith(SCHEMES)


def has_password(url: str) -> bool:
    """Whether a URL says a password, as its user's or as a parameter."""
    parts = urlsplit(url)
    return parts.password is not None or "password=" in parts.query


def beside(where: Where) -> Path:
    """The path whose name key files carry with an ending of their own: `<path>.key`, `<path>.signing`."""
    return where.keys / KEYS if isinstance(where, Remote) else where


def shown(where: Where) -> str:
    """The place in messages: never a password."""
    if not isinstance(where, Remote):
        return str(where)
    parts = urlsplit(where.url)
    host = parts.netloc.rpartition("@")[2]
    user = f"{parts.username}@" if parts.username else ""
    return f"postgresql://{user}{host}{parts.path}"
