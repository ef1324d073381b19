"""`agent-tui admin key`: the key that signs rules, scripts and checkpoints, to be told to desks; and another one in its place."""

from __future__ import annotations

import argparse
import getpass
from pathlib import Path

from agent_tui.cli.where import given, is_there
from agent_tui.clock import wall
from agent_tui.errors import ConfigError
from agent_tui.i18n.catalog import say


def add_arguments(part: argparse.ArgumentParser, language: str) -> None:
    """Which server's database, and whether to make another key."""
    part.add_argument("--database", type=given, metavar="FILE|URL", help=say("cli.admin.database", language))
    part.add_argument("--keys", type=Path, metavar="FOLDER", help=say("server.cli.keys", language))
    part.add_argument("--renew", action="store_true", help=say("cli.admin.key_renew", language))


def run(args: argparse.Namespace, language: str) -> int:
    """0 when it is printed, or renewed. ConfigError where there is no database, StoreLocked while a server has it."""
    from agent_tui.cli.ledger import place
    from agent_tui.server.place import shown
    from agent_tui.server.renewing import renew
    from agent_tui.server.signing import Signer

    database = place(args.database, args.keys)
    if not is_there(database):
        raise ConfigError("cli.admin.no_database", file=shown(database))
    if not args.renew:
        print(Signer.beside(database).key)
        return 0
    done = renew(database, wall(), getpass.getuser())
    for id in done.refused:
        print(say("cli.admin.key_refused", language, id=id))
    print(say("cli.admin.key_done", language, former=done.former, key=done.key, count=done.signed))
    return 0
