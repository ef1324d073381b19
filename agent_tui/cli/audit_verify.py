"""`agent-tui audit verify`: recompute everything, compare it with what others keep, name the row that is wrong."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from agent_tui.errors import InputError
from agent_tui.i18n.catalog import say
from agent_tui.server.place import Where

if TYPE_CHECKING:
    from agent_tui.server.audit import Outside, Verified
    from agent_tui.wire.audit import Checkpoint

BROKEN = 1
Progress = Callable[[int, int], None]


def run(database: Where, args: argparse.Namespace, language: str) -> int:
    """0 when the audit holds, BROKEN when it does not."""
    return verify(database, language, checkpoints=args.checkpoints, receipts=args.receipts, key=args.key)


def verify(
    database: Where,
    language: str,
    *,
    checkpoints: Path | None = None,
    receipts: list[Path] | None = None,
    key: str = "",
) -> int:
    """Verify beside a server that may be running, and say what was found."""
    from agent_tui.server import audit
    from agent_tui.server import database as store

    outside = gather(checkpoints, receipts or [], key)
    with bar(say("audit.verify.progress", language)) as progress:
        found = store.read_apart(database, lambda tx: audit.verify(tx, outside, progress))
    _tell(found, language)
    return 0 if found.ok else BROKEN


def gather(checkpoints: Path | None, receipts: list[Path], key: str) -> Outside:
    """What is kept elsewhere. InputError names the line that cannot be read."""
    from agent_tui.cli import audit_receipts
    from agent_tui.server import audit

    return audit.Outside(
        checkpoints=tuple(read_checkpoints(checkpoints)) if checkpoints else (),
        receipts=audit.gather(audit_receipts.read(receipts)),
        keys=frozenset({key}) if key else frozenset(),
    )


def read_checkpoints(file: Path) -> Iterator[Checkpoint]:
    """The checkpoints of a file, one a line."""
    import msgspec

    from agent_tui.wire.audit import Checkpoint

    try:
        lines = file.read_bytes().splitlines()
    except OSError:
        raise InputError("audit.error.no_checkpoints", path=str(file), line=1) from None
    for number, line in enumerate(lines, 1):
        try:
            yield msgspec.json.decode(line, type=Checkpoint)
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise InputError("audit.error.no_checkpoints", path=str(file), line=number) from None


def _tell(found: Verified, language: str) -> None:
    if not found.ok:
        reason = say(found.reason or "", language, **found.args)
        print(say("audit.verify.broken", language, row=found.broken_at, reason=reason))
        return
    print(say("audit.verify.ok" if found.rows else "audit.verify.empty", language, rows=f"{found.rows:,}"))
    print(say("audit.verify.head", language, hash=found.head))
    kind = "outside" if found.outside else "nothing_outside"
    told = {"checkpoints": found.checkpoints, "receipts": found.receipts}
    print(say(f"audit.verify.{kind}", language, **told))


@contextmanager
def bar(text: str) -> Iterator[Progress | None]:
    """A progress bar on a terminal, nothing elsewhere."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(text, total=None)
        yield lambda done, of: progress.update(task, completed=done, total=of)
