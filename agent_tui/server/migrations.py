"""How a ledger's tables come to be, step by step, on either engine.

`schema_version` says which step a database has reached, and the oldest program that may still work on it (`compat`).
Each step is one transaction with its number, so whoever is stopped in between goes on where it stopped. A new database
walks the same steps. A step that old programs can live with leaves `COMPAT` where it is; only one that takes something
away from them raises it, one release after nothing uses it any more.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files

from agent_tui.errors import NewerDatabase
from agent_tui.server.database import PACKAGE

STEPS: tuple[tuple[str, ...], ...] = (
    ("schema.sql",),
    ("audit_tables.sql", "authority_tables.sql", "devices_tables.sql", "door_tables.sql", "lease_tables.sql"),
    ("door_tables.sql",),
    ("edits_tables.sql", "paces_tables.sql"),
)
"""Files of each step, from the first."""
SCHEMA_VERSION = len(STEPS)
COMPAT = 1
"""The oldest program (by its SCHEMA_VERSION) that may still work on a database of this schema."""


def script(step: int) -> str:
    """The statements of one step, counted from 1."""
    return "\n".join(files(PACKAGE).joinpath(name).read_text(encoding="utf-8") for name in STEPS[step - 1])


def due(found: int) -> Iterator[tuple[int, str]]:
    """(number, statements) of the steps a database of version `found` has not walked; 0 is an empty one."""
    for step in range(found + 1, SCHEMA_VERSION + 1):
        yield step, script(step)


def check(version: int, compat: int, shown: str) -> None:
    """NewerDatabase for a schema this program must not touch."""
    if compat > SCHEMA_VERSION:
        raise NewerDatabase("server.error.newer_database", path=shown, found=version, known=SCHEMA_VERSION)
