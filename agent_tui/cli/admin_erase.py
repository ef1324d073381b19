"""`agent-tui admin erase`: destroy what is known of a customer, also while the server runs. The audit stays provable."""

from __future__ import annotations

import argparse
import getpass
import sys

from agent_tui.cli.where import add_database, is_there, resolve
from agent_tui.clock import wall
from agent_tui.errors import ConfigError, UsageError
from agent_tui.i18n.catalog import say
from agent_tui.server.place import shown


def add_arguments(part: argparse.ArgumentParser, language: str) -> None:
    """`--customer ID`, and `--yes` for who has asked already."""
    add_database(part, say("cli.admin.database", language), language)
    part.add_argument("--customer", metavar="ID", required=True, help=say("audit.cli.customer", language))
    part.add_argument("--yes", action="store_true", help=say("audit.erase.yes", language))


def run(args: argparse.Namespace, language: str) -> int:
    """0 when done. UsageError for a customer there is not, or when nobody confirmed."""
    from agent_tui.server import personal
    from agent_tui.server.database import write_apart

    database = resolve(args.database, args.keys)
    if not is_there(database):
        raise ConfigError("cli.admin.no_database", file=shown(database))
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
