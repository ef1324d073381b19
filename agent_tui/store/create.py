"""Making the cache and migrating the journal, with sqlite-utils; imported only when a file is new or old."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path
from typing import Any, cast

from sqlite_utils import Database, Migrations

from agent_tui.store import schema
from agent_tui.store.engine import Connection, siblings

journal_migrations = Migrations("journal")


def _database(connection: Connection) -> Database:
    return Database(cast(sqlite3.Connection, connection))


def create_cache(connection: Connection) -> None:
    """All tables, indexes and triggers of the cache, then its stamp, in one transaction."""
    db = _database(connection)
    with db.atomic():
        for name, table in schema.TABLES.items():
            db.table(name).create(cast(dict[str, Any], table["columns"]), pk=table["pk"])
        for statement in schema.STATEMENTS:
            db.execute(statement)
        db.execute(f"PRAGMA user_version = {schema.STAMP}")


def migrate_journal(connection: Connection, path: Path, version: int) -> None:
    """Bring a journal from `version` to the present, with a copy beside it first unless it is new."""
    if version:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        for file in siblings(path):
            if file.exists():
                shutil.copy2(file, file.with_name(f"{file.name}.before-{schema.JOURNAL_VERSION}"))
    journal_migrations.apply(_database(connection))
    connection.execute(f"PRAGMA user_version = {schema.JOURNAL_VERSION}")


@journal_migrations()
def m0001_outbox_receipts_drafts(db: Database) -> None:
    """What may wait offline is written into the table itself: nothing else can ever be queued."""
    db.execute(
        """CREATE TABLE outbox(
             n INTEGER PRIMARY KEY AUTOINCREMENT,
             id TEXT NOT NULL UNIQUE,
             agent_id TEXT NOT NULL,
             lane TEXT NOT NULL,
             type TEXT NOT NULL,
             target TEXT,
             if_match INTEGER,
             body BLOB NOT NULL,
             offline INTEGER NOT NULL CHECK (offline IN (0, 1)),
             made_at TEXT NOT NULL,
             made_ms INTEGER NOT NULL,
             state TEXT NOT NULL CHECK (state IN ('queued', 'sending', 'unknown', 'applied', 'awaiting_approval',
                                                  'refused', 'conflict', 'expired')),
             attempts INTEGER NOT NULL DEFAULT 0,
             feed_seq INTEGER NOT NULL DEFAULT 0,
             problem TEXT,
             reasons TEXT NOT NULL DEFAULT '[]',
             CHECK (offline = 0 OR type IN ('WrapUpContact', 'AddNote', 'RaiseWorkOrder')))"""
    )
    db.table("receipt").create(
        {
            "id": str,
            "type": str,
            "outcome": str,
            "action": str,
            "customer_id": str,
            "amount_minor": int,
            "made_at": str,
            "feed_seq": int,
            "audit_seq": int,
            "audit_hash": str,
            "kept_ms": int,
        },
        pk="id",
    )
    db.table("receipt").create_index(["made_at"])
    db.table("draft").create({"key": str, "text": str, "updated_at": str}, pk="key", not_null={"text", "updated_at"})
    db.table("local_audit").create({"n": int, "at": str, "event": str, "prev": str, "hash": str}, pk="n")


@journal_migrations()
def m0002_what_was_seen(db: Database) -> None:
    """What the person had before them when they decided, and who changed it since."""
    db.execute("ALTER TABLE outbox ADD COLUMN seen BLOB NOT NULL DEFAULT x''")
    db.execute("ALTER TABLE outbox ADD COLUMN edits TEXT NOT NULL DEFAULT '[]'")


@journal_migrations()
def m0003_what_was_done(db: Database) -> None:
    """What the server confirmed, word for word: a server restored from an older backup may not know it any more."""
    db.execute(
        """CREATE TABLE done(
             id TEXT NOT NULL PRIMARY KEY,
             agent_id TEXT NOT NULL,
             lane TEXT NOT NULL,
             type TEXT NOT NULL,
             target TEXT,
             if_match INTEGER,
             body BLOB NOT NULL,
             made_at TEXT NOT NULL,
             made_ms INTEGER NOT NULL,
             seen BLOB NOT NULL,
             doubtful INTEGER NOT NULL DEFAULT 0)"""
    )
    db.execute("CREATE INDEX done_doubtful ON done(agent_id) WHERE doubtful")
