"""`agent-tui admin backup FILE` while the server runs, and `agent-tui admin restore FILE` into a place that is empty."""

from __future__ import annotations

import argparse
import getpass
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from agent_tui.cli.where import add_database, is_there, resolve
from agent_tui.errors import ConfigError, InputError
from agent_tui.i18n.catalog import say
from agent_tui.server.place import Remote, beside, shown


def back_up(args: argparse.Namespace, language: str) -> int:
    """0 when the backup is whole and on the disk."""
    from agent_tui.server.backup import backup

    where = resolve(args.database, args.keys)
    if not is_there(where):
        raise ConfigError("cli.admin.no_database", file=shown(where))
    with counting(say("server.cli.backup_rows", language)) as progress:
        made = backup(where, args.file, progress)
    size = args.file.stat().st_size
    print(say("server.cli.backup_done", language, file=str(args.file), rows=f"{made.audit_seq:,}", size=f"{size:,}"))
    print(say("server.cli.backup_keys", language, keys=f"{beside(where)}.*"))
    return 0


def bring_back(args: argparse.Namespace, language: str) -> int:
    """0 when everything was loaded and the new epoch has begun."""
    from agent_tui.server import backup

    where = resolve(args.database, args.keys)
    if not isinstance(where, Remote) and where.exists():
        raise InputError("server.error.restore_full", path=shown(where))
    with counting(say("server.cli.backup_rows", language)) as progress:
        made = backup.restore(args.file, where, getpass.getuser(), progress)
    print(say("server.cli.restore_done", language, place=shown(where), at=made.at, rows=f"{made.audit_seq:,}"))
    print(say("server.cli.restore_next", language))
    return 0


@contextmanager
def counting(text: str) -> Iterator[Callable[[int], None] | None]:
    """Rows so far, on a terminal; nothing elsewhere."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.status import Status

    with Status(text, console=Console(stderr=True)) as status:
        yield lambda rows: status.update(f"{text} {rows:,}")


class Kind:
    """`backup` or `restore`: the same arguments."""

    def __init__(self, work: Callable[[argparse.Namespace, str], int]) -> None:
        self._work = work

    def add_arguments(self, parser: argparse.ArgumentParser, language: str) -> None:
        """The file, and which database."""
        parser.add_argument("file", type=Path, metavar="FILE", help=say("server.cli.backup_file", language))
        add_database(parser, say("cli.admin.database", language), language)

    def run(self, args: argparse.Namespace, language: str) -> int:
        """0 when done."""
        return self._work(args, language)


BACKUP, RESTORE = Kind(back_up), Kind(bring_back)
