"""`agent-tui audit verify` proves the chain and names the row where it breaks; `audit show` lists one customer's rows."""

from __future__ import annotations

import argparse
from pathlib import Path

from agent_tui.cli.kinds import add_kinds
from agent_tui.errors import StoreError
from agent_tui.i18n.catalog import say

BROKEN = 1


def add_arguments(parser: argparse.ArgumentParser, language: str) -> None:
    """`verify --database FILE`, and `show --database FILE --customer ID`."""
    kinds = add_kinds(
        parser, language, {"verify": "server.cli.audit_verify_help", "show": "server.cli.audit_show_help"}
    )
    for kind in kinds.values():
        text = say("server.cli.database", language)
        kind.add_argument("--database", metavar="FILE", type=Path, default=None, help=text)
    kinds["show"].add_argument(
        "--customer", metavar="ID", required=True, help=say("server.cli.audit_customer", language)
    )


def run(args: argparse.Namespace, language: str) -> int:
    """0 when the chain holds, BROKEN when it does not."""
    from agent_tui.config import paths

    database = args.database or paths.data_dir() / "server.db"
    if not database.is_file():
        raise StoreError("server.error.no_database", path=str(database))
    if args.what == "show":
        return show(database, args.customer, language)
    return verify(database, language)


def verify(database: Path, language: str) -> int:
    """Recompute the chain beside a server that may be running, and say what was found."""
    from agent_tui.server import audit
    from agent_tui.server import database as store

    found = store.read_apart(database, audit.verify)
    if found.ok:
        key = "audit_ok" if found.rows else "audit_empty"
        print(say(f"server.cli.{key}", language, rows=found.rows, hash=found.head))
        return 0
    reason = say(found.reason or "", language, **found.args)
    print(say("server.cli.audit_broken", language, row=found.broken_at, reason=reason))
    return BROKEN


def show(database: Path, customer: str, language: str) -> int:
    """One line for each act recorded about a customer."""
    from agent_tui.server import database as store

    rows = store.read_apart(
        database, lambda tx: [dict(row) for row in tx.all("audit_customer", customer_id=customer)]
    )
    for row in rows:
        print(say("server.cli.audit_row", language, **row))
    if not rows:
        print(say("server.cli.audit_none", language, customer=customer))
    return 0
