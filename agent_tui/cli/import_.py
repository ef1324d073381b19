"""`agent-tui import calls FILE` and `import customers FILE`: read, say what was repaired or refused, store."""

from __future__ import annotations

import argparse
import hashlib
import io
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from agent_tui.cli.kinds import add_kinds
from agent_tui.cli.where import add_database, resolve
from agent_tui.clock import wall
from agent_tui.errors import InputError, UsageError
from agent_tui.i18n.catalog import say
from agent_tui.metrics.calllog import TIMEZONE, CallLog, Remark, parse_call_log

SHOWN = 12
"""Stretches of line numbers printed per reason unless all are asked for."""


def add_arguments(parser: argparse.ArgumentParser, language: str) -> None:
    """`calls FILE` with `--database --timezone --all-lines`, and `customers FILE` with `--database`."""
    kinds = add_kinds(
        parser,
        language,
        {"calls": "report.help.import_calls", "customers": "report.help.import_customers"},
    )
    for kind in kinds.values():
        kind.add_argument("file", metavar="FILE", type=Path, help=say("report.help.file", language))
    calls = kinds["calls"]
    calls.add_argument("--database", metavar="PATH", type=Path, help=say("report.help.history", language))
    calls.add_argument(
        "--timezone", metavar="ZONE", default=TIMEZONE, help=say("report.help.timezone", language, zone=TIMEZONE)
    )
    calls.add_argument("--all-lines", action="store_true", help=say("report.help.all_lines", language))
    customers = kinds["customers"]
    add_database(customers, say("report.help.server_database", language), language)
    customers.add_argument(
        "--encoding", metavar="NAME", default="utf-8-sig", help=say("report.help.encoding", language)
    )


def run(args: argparse.Namespace, language: str) -> int:
    """0 when the file was read; refused lines are listed and do not fail it."""
    if args.what == "customers":
        from agent_tui.cli import customers

        return customers.load(args.file, resolve(args.database, args.keys), args.encoding, language)
    return import_calls(args, language)


def import_calls(args: argparse.Namespace, language: str) -> int:
    """InputError if the file is no call log; StoreError if the history cannot be written."""
    from agent_tui.cli.history import History

    zone = _zone(args.timezone)
    data = read(args.file)
    # Only line feeds and carriage returns end a line; Python's splitlines would cut at stranger characters too.
    lines = list(io.StringIO(data.decode("utf-8", errors="replace"), newline=""))
    log = parse_call_log(counted(lines, say("report.import.reading", language)), str(args.file), zone)
    with History(args.database) as history:
        loaded = history.add(
            log,
            name=args.file.name,
            digest=f"sha256:{hashlib.sha256(data).hexdigest()}",
            at=wall().isoformat(timespec="seconds"),
            lines=len(lines) - 1,
            timezone=zone,
        )
    print(say("report.import.lines", language, file=args.file.name, lines=f"{len(lines) - 1:,}"))
    print(say("report.import.calls", language, new=f"{loaded.new:,}", known=f"{loaded.known:,}"))
    shown = None if args.all_lines else SHOWN
    refused = (*log.refusals, *loaded.differing)
    for line in (*told("refusal", refused, language, shown), *told("repair", log.repairs, language, shown)):
        print(line)
    print(say("report.import.stored", language, path=str(history.path)))
    _nothing_read(log, args.file)
    return 0


def _nothing_read(log: CallLog, file: Path) -> None:
    if not log.calls:
        raise InputError("report.error.no_calls_in_file", file=str(file), refused=len(log.refusals))


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UsageError("report.error.no_zone", zone=name) from None
    return name


def read(file: Path) -> bytes:
    """The bytes of a file a person named. InputError with what is wrong with it."""
    try:
        return file.read_bytes()
    except FileNotFoundError:
        raise InputError("report.error.no_file", file=str(file)) from None
    except IsADirectoryError:
        raise InputError("report.error.folder", file=str(file)) from None
    except OSError as error:
        raise InputError("report.error.unreadable", file=str(file), reason=error.strerror or "") from None


@contextmanager
def bar(title: str, total: int) -> Iterator[Callable[[int], None]]:
    """A progress bar on a terminal; call what it gives with the count so far."""
    if not sys.stderr.isatty():
        yield lambda done: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn(title, markup=False), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=total)
        yield lambda done: progress.update(task, completed=done)


def counted(lines: list[str], title: str) -> Iterator[str]:
    """The lines, with a progress bar on a terminal."""
    with bar(title, len(lines)) as advance:
        for number, line in enumerate(lines, 1):
            yield line
            if number % 500 == 0 or number == len(lines):
                advance(number)


# ---- what was repaired and refused -------------------------------------------------------------------------------


def told(kind: str, remarks: Iterable[Remark], language: str, shown: int | None) -> Iterator[str]:
    """A heading with the total, and a line for every reason: how many, why, where."""
    by_reason: dict[str, list[int]] = {}
    for remark in remarks:
        by_reason.setdefault(remark.reason, []).append(remark.line)
    lines = {line for found in by_reason.values() for line in found}
    yield say(f"report.import.{kind}s", language, count=f"{len(lines):,}")
    counts = Counter({reason: len(found) for reason, found in by_reason.items()})
    for reason, count in counts.most_common():
        where = ranges(sorted(by_reason[reason]), shown, language)
        why = say(f"report.{kind}.{reason}", language)
        yield "  " + say("report.import.reason", language, count=f"{count:,}", why=why, lines=where)


def ranges(lines: list[int], shown: int | None, language: str) -> str:
    """`2-5, 9, 12-13`, and how many more lines there are beyond the first `shown` stretches."""
    parts: list[tuple[int, int]] = []
    for line in lines:
        if parts and parts[-1][1] == line - 1:
            parts[-1] = (parts[-1][0], line)
        else:
            parts.append((line, line))
    kept = parts if shown is None else parts[:shown]
    text = ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in kept)
    left = len(lines) - sum(b - a + 1 for a, b in kept)
    return text if not left else say("report.import.more", language, lines=text, count=f"{left:,}")
