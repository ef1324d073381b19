"""`agent-tui admin revoke LOGIN`: end somebody's sessions at once, also while the server runs."""

from __future__ import annotations

import argparse
import getpass
from pathlib import Path
from typing import TYPE_CHECKING

from agent_tui.cli.where import given, is_there
from agent_tui.clock import wall
from agent_tui.errors import ConfigError, UsageError
from agent_tui.i18n.catalog import say
from agent_tui.server.place import shown

if TYPE_CHECKING:
    from agent_tui.server.database import Tx


def add_arguments(part: argparse.ArgumentParser, language: str) -> None:
    """Whose, on which device, in which server's database."""

    def text(name: str) -> str:
        return say(f"cli.admin.{name}", language)

    part.add_argument("login", metavar="LOGIN", help=text("revoke_login"))
    part.add_argument("--device", metavar="ID", default="", help=text("revoke_device"))
    part.add_argument("--lock", action="store_true", help=text("revoke_lock"))
    where = part.add_mutually_exclusive_group()
    where.add_argument("--database", type=given, metavar="FILE|URL", help=text("database"))
    part.add_argument("--keys", type=Path, metavar="FOLDER", help=say("server.cli.keys", language))
    where.add_argument("--demo", action="store_true", help=say("cli.policy.try_demo", language))


def run(args: argparse.Namespace, language: str) -> int:
    """0 when done, also when there was no session. UsageError for a login there is not."""
    from agent_tui.cli.ledger import place
    from agent_tui.server.auth import revoke
    from agent_tui.server.database import write_apart

    database = place(args.database, args.keys, demo=args.demo)
    if not is_there(database):
        raise ConfigError("cli.admin.no_database", file=shown(database))
    by = getpass.getuser()

    def work(tx: Tx) -> int:
        if tx.one("account", login=args.login) is None:
            raise UsageError("cli.admin.no_account", login=args.login)
        return revoke(tx, args.login, args.device, wall(), by, lock=args.lock)

    key = "cli.admin.revoked_locked" if args.lock else "cli.admin.revoked"
    print(say(key, language, login=args.login, count=write_apart(database, work)))
    return 0
