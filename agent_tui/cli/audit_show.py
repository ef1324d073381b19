"""`agent-tui audit show`: who did what, in order, about one customer, one person or one contact."""

from __future__ import annotations

import argparse
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from agent_tui.cli import audit_words, pager
from agent_tui.domain.rows import stamp
from agent_tui.errors import UsageError

if TYPE_CHECKING:
    from agent_tui.server.database import Tx
    from agent_tui.server.place import Where

LATEST = datetime(9999, 1, 1, tzinfo=UTC)
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)


def zone() -> ZoneInfo:
    """The centre's time zone, by the settings."""
    from agent_tui.config import data
    from agent_tui.config.centre import load as load_centre
    from agent_tui.config.load import load

    kept = load().server.centre
    folder = Path(kept).expanduser() if kept else data.folder("scripts/centre")
    return ZoneInfo(load_centre(folder).settings.timezone)


def moment(text: str | None, otherwise: datetime, place: ZoneInfo) -> datetime:
    """A moment as typed; a date alone begins at the centre's midnight. UsageError for anything else."""
    if text is None:
        return otherwise
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError("audit.error.bad_moment", text=text) from None
    return found if found.tzinfo else found.replace(tzinfo=place)


def interval(args: argparse.Namespace, place: ZoneInfo) -> tuple[datetime, datetime]:
    """`--from` and `--to`. UsageError when the end lies before the start."""
    since, until = moment(args.since, EARLIEST, place), moment(args.until, LATEST, place)
    if until <= since:
        raise UsageError("audit.error.backwards", start=args.since, end=args.until)
    return since.astimezone(UTC), until.astimezone(UTC)


def run(database: Where, args: argparse.Namespace, language: str) -> int:
    """Print or page; 0 also when nothing was recorded."""
    from agent_tui.server.database import read_apart

    kind = next((name for name in ("customer", "agent", "contact") if getattr(args, name)), None)
    if kind is None:
        raise UsageError("audit.error.who")
    id = getattr(args, kind)
    place = zone()
    since, until = interval(args, place)

    def work(tx: Tx) -> tuple[list[dict[str, Any]], dict[str, str]]:
        return _rows(tx, kind, id, since, until), _names(tx)

    rows, names = read_apart(database, work)
    if args.format == "json":
        print(json.dumps([audit_words.record(row) for row in rows], ensure_ascii=False, indent=1))
        return 0
    reader = audit_words.Reader(language=language, zone=place, names=names)
    shown = [reader.say(f"show.title_{kind}", id=audit_words.plain(id))]
    for row in rows:
        shown += audit_words.lines(row, reader)
    shown.append(reader.say("show.count", n=len(rows)) if rows else reader.say("show.none"))
    pager.show(shown, reader.say("show.keys"))
    return 0


def _rows(tx: Tx, kind: str, id: str, since: datetime, until: datetime) -> list[dict[str, Any]]:
    given = {"id": id, "since": stamp(since), "until": stamp(until)}
    if kind == "agent":
        # A failed sign-in stands under the login, what was done afterwards under the person's id.
        person = next((row for row in _people(tx) if id in (row.id, row.login)), None)
        given |= {"id": person.id if person else id, "login": person.login if person else id}
    elif kind == "customer":
        given["found"] = json.dumps(id, ensure_ascii=False)
    else:
        given["id"] = f"contact:{id}"
    return [dict(row) for row in tx.each(f"audit_of_{kind}", **given)]


def _people(tx: Tx) -> list[Any]:
    from agent_tui.domain.agent import Agent
    from agent_tui.server.state import TableState

    return TableState(tx).find(Agent)


def _names(tx: Tx) -> dict[str, str]:
    return {person.id: person.name for person in _people(tx)}
