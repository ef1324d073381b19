"""`agent-tui admin policy FOLDER`: put reviewed rules in force, also while the server runs. Desks have them a second later."""

from __future__ import annotations

import argparse
import getpass
from pathlib import Path

from agent_tui.cli.where import given, is_there
from agent_tui.clock import wall
from agent_tui.errors import ConfigError
from agent_tui.i18n.catalog import render, say

DOUBTFUL = 1
"""Exit code when the rules can be trusted but something in them is doubtful; they are not put in force then."""


def add_arguments(part: argparse.ArgumentParser, language: str) -> None:
    """The folder, and which server's database."""

    def text(name: str) -> str:
        return say(f"cli.admin.{name}", language)

    part.add_argument("folder", type=Path, metavar="FOLDER", help=text("policy_folder"))
    where = part.add_mutually_exclusive_group()
    where.add_argument("--database", type=given, metavar="FILE|URL", help=text("database"))
    where.add_argument("--demo", action="store_true", help=say("cli.policy.try_demo", language))
    part.add_argument("--keys", type=Path, metavar="FOLDER", help=say("server.cli.keys", language))
    part.add_argument("--despite-findings", action="store_true", help=text("policy_despite"))


def run(args: argparse.Namespace, language: str) -> int:
    """0 when it is in force, DOUBTFUL when the check found something. PolicyError for rules that cannot be trusted."""
    from agent_tui.cli.ledger import place
    from agent_tui.policy.lint import lint
    from agent_tui.policy.load import bundle, load
    from agent_tui.server.database import write_apart
    from agent_tui.server.place import shown
    from agent_tui.server.policies import put_in_force
    from agent_tui.server.signing import Signer

    database = place(args.database, args.keys, demo=args.demo)
    if not is_there(database):
        raise ConfigError("cli.admin.no_database", file=shown(database))
    text = bundle(args.folder)
    now = wall()
    policy = load(text, now)
    findings = [] if args.despite_findings else [render(one, language) for one in lint(policy)]
    if findings:
        print("\n".join(findings))
        print(say("cli.admin.policy_doubtful", language, count=len(findings)))
        return DOUBTFUL
    signer, by = Signer.beside(database), getpass.getuser()
    made = write_apart(database, lambda tx: put_in_force(tx, signer, text, now, by))
    print(say("cli.admin.policy_done", language, revision=made.revision))
    return 0
