"""`agent-tui admin erase`: destroy what is known of a customer, also while the server runs. The audit stays provable."""

from __future__ import annotations

import argparse
import getpass
import sys
from pathlib import Path

from agent_tui.clock import wall
from agent_tui.config import paths
from agent_tui.config.load import load as load_settings
from agent_tui.errors import ConfigError, UsageError
from agent_tui.i18n.catalog import say


def add_arguments(part: argparse.ArgumentParser, language: str) -> None:
    """`--customer ID`, and `--yes` for who has asked already."""
    part.add_argument("--database", type=Path, metavar="FILE", help=say("cli.admin.database", language))
    part.add_argument("--customer", metavar="ID", required=True, help=say("audit.cli.customer", language))
    part.add_argument("--yes", action="store_true", help=say("audit.erase.yes", language))


def run(args: argparse.Namespace, language: str) -> int:
    """0 when done. UsageError for a customer there is not, or when nobody confirmed."""
    from agent_tui.server import personal
    from agent_tui.server.database import write_apart

    kept = load_settings({"server.database": str(args.database) if args.database else None}).server.database
    database = Path(kept).expanduser() if kept else paths.data_dir() / "server.db"
    if not database.is_file():
        raise ConfigError("cli.admin.no_database", file=str(database))
    if not args.yes:
        _confirm(args.customer, language)
    by = getpass.getuser()
    rows = write_apart(database, lambda tx: personal.erase(tx, args.customer, wall(), by))
    if rows < 0:
        raise UsageError("audit.error.no_customer", customer=args.customer)
    print(say("audit.erase.done", language, customer=args.customer, rows=rows))
    return 0


def _confirm(customer: str, language: str) -> None:
    """The id once more, typed by hand: nothing brings it back."""
    if not sys.stdin.isatty():
        raise UsageError("audit.erase.unconfirmed")
    if input(say("audit.erase.ask", language, customer=customer)).strip() != customer:
        raise UsageError("audit.erase.unconfirmed")
