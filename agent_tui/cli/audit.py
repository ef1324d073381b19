"""`agent-tui audit`: prove it (`verify`), read it (`show`), hand it over (`export`), keep receipts (`receipts`)."""

from __future__ import annotations

import argparse
from pathlib import Path

from agent_tui.cli.kinds import add_kinds
from agent_tui.cli.ledger import place
from agent_tui.cli.where import Given, add_database, is_there
from agent_tui.errors import StoreError
from agent_tui.i18n.catalog import say
from agent_tui.server.place import Where

KINDS = ("verify", "show", "export", "receipts")


def add_arguments(parser: argparse.ArgumentParser, language: str) -> None:
    """Each kind works beside a running server, on the database of the settings unless another is named."""

    def text(name: str) -> str:
        return say(f"audit.cli.{name}", language)

    kinds = add_kinds(parser, language, {kind: f"audit.cli.{kind}" for kind in KINDS})
    for kind in ("verify", "show", "export"):
        add_database(kinds[kind], text("database"), language)
    verify = kinds["verify"]
    verify.add_argument("--checkpoints", metavar="FILE", type=Path, default=None, help=text("checkpoints"))
    verify.add_argument("--receipts", metavar="JOURNAL", type=Path, nargs="+", default=[], help=text("receipts_of"))
    verify.add_argument("--key", metavar="KEY", default="", help=text("key"))
    about = kinds["show"].add_mutually_exclusive_group()
    for whom in ("customer", "agent", "contact"):
        about.add_argument(f"--{whom}", metavar="ID", default=None, help=text(whom))
    kinds["show"].add_argument("--format", choices=("text", "json"), default="text", help=text("format"))
    for kind in ("show", "export"):
        kinds[kind].add_argument("--from", dest="since", metavar="MOMENT", default=None, help=text("from"))
        kinds[kind].add_argument("--to", dest="until", metavar="MOMENT", default=None, help=text("to"))
    kinds["export"].add_argument("--out", metavar="FOLDER", type=Path, required=True, help=text("out"))
    kinds["export"].add_argument("--by", metavar="LOGIN", required=True, help=text("by"))
    kinds["receipts"].add_argument("journal", metavar="JOURNAL", type=Path, help=text("journal"))
    kinds["receipts"].add_argument("file", metavar="FILE", type=Path, help=text("file"))


def run(args: argparse.Namespace, language: str) -> int:
    """0 when done; of `verify` 1 when the audit is broken."""
    if args.what == "receipts":
        from agent_tui.cli import audit_receipts

        return audit_receipts.write(args.journal, args.file)
    database = existing(args.database, args.keys)
    if args.what == "verify":
        from agent_tui.cli import audit_verify

        return audit_verify.run(database, args, language)
    if args.what == "show":
        from agent_tui.cli import audit_show

        return audit_show.run(database, args, language)
    from agent_tui.cli import audit_export

    return audit_export.run(database, args, language)


def existing(wanted: Given, keys: Path | None = None) -> Where:
    """The database meant. StoreError where there is none."""
    database = place(wanted, keys)
    if not is_there(database):
        raise StoreError("server.error.no_database", path=str(database))
    return database
