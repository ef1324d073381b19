"""`agent-tui blueprint show --contact` and `stats`: what an agent saw, word for word, and how blueprints are used.

Both read the database of a centre, served or not; nothing is changed.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from agent_tui.cli.where import add_database
from agent_tui.domain.contact import Channel
from agent_tui.errors import InputError, UsageError
from agent_tui.i18n.catalog import say

if TYPE_CHECKING:
    from agent_tui.blueprints.model import Blueprint
    from agent_tui.blueprints.printed import Printer
    from agent_tui.blueprints.stats import NodeUse, Use
    from agent_tui.domain.effects import Event
    from agent_tui.server.database import Tx
    from agent_tui.server.walks import Account, Walked

EVERYTHING = datetime(1970, 1, 2, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
DAYS = 30
"""What `stats` looks back on, if not told otherwise."""


CHANNELS = tuple(channel.value for channel in Channel)


def add_arguments(kinds: dict[str, argparse.ArgumentParser], language: str) -> None:
    """`show --contact ID` and `stats`."""

    def text(name: str) -> str:
        return say(f"release.cli.{name}", language)

    kinds["show"].add_argument("--contact", metavar="ID", help=text("contact"))
    kinds["stats"].add_argument("--blueprint", metavar="ID", help=text("one"))
    kinds["stats"].add_argument("--channel", choices=CHANNELS, default=None, help=text("channel"))
    kinds["stats"].add_argument("--days", type=int, metavar="N", default=DAYS, help=text("days"))
    kinds["stats"].add_argument("--nodes", action="store_true", help=text("nodes"))
    for name, formats in (("show", ("text", "json")), ("stats", ("table", "csv", "json"))):
        add_database(kinds[name], text("database"), language)
        kinds[name].add_argument("--demo", action="store_true", help=text("demo"))
        kinds[name].add_argument("--format", choices=formats, default=formats[0], help=text("format"))


# ---- what an agent saw -------------------------------------------------------------------------------------------


def show(args: argparse.Namespace, language: str) -> int:
    """Print what was seen in a contact. InputError where there is no such contact."""
    from agent_tui.blueprints.printed import Printer
    from agent_tui.cli import audit_show, ledger
    from agent_tui.server import walks
    from agent_tui.server.vault import Vault

    path = ledger.place(args.database, args.keys, demo=args.demo)
    account = ledger.look(path, lambda tx: walks.of_contact(tx, Vault.beside(path), args.contact))
    if account is None:
        raise InputError("release.cli.no_contact", contact=args.contact)
    if args.format == "json":
        print(json.dumps(_record(account), ensure_ascii=False, indent=1))
    else:
        for line in account_lines(account, Printer(language, audit_show.zone())):
            print(line)
    return 0


def account_lines(account: Account, words: Printer) -> Iterator[str]:
    """The whole account of a contact as text."""
    from agent_tui.blueprints.printed import walk_lines

    if not account.walks:
        yield words.say("nothing", contact=account.contact.id)
    for walked in account.walks:
        yield from walk_lines(walked.walk, walked.blueprint, account.contact.id, walked.agent, words)
    if account.erased:
        yield words.say("erased", n=account.erased)


def _record(account: Account) -> dict[str, Any]:
    import msgspec

    from agent_tui.blueprints.record import reprint

    def one(walked: Walked) -> dict[str, Any]:
        shown = reprint(walked.walk, walked.blueprint) if walked.blueprint else ()
        return {
            "agent": walked.agent_id,
            "walk": msgspec.to_builtins(walked.walk),
            "shown": [msgspec.to_builtins(now) for now in shown],
        }

    walks = [one(walked) for walked in account.walks]
    return {
        "contact": account.contact.id,
        "blueprint": account.contact.blueprint,
        "walks": walks,
        "erased": account.erased,
    }


# ---- how they are used -------------------------------------------------------------------------------------------


def stats(args: argparse.Namespace, language: str) -> int:
    """Use, drop-off, deviations and time of every version."""
    from agent_tui.blueprints import stats as counting
    from agent_tui.cli import ledger

    if args.days < 1:
        raise UsageError("release.cli.bad_days", days=args.days)
    events, known = ledger.look(
        ledger.place(args.database, args.keys, demo=args.demo), lambda tx: _gather(tx, args.days)
    )
    events = [event for event in events if args.channel in (None, event.channel)]
    uses = [use for use in counting.stats(events, known) if args.blueprint in (None, use.blueprint.partition("@")[0])]
    if args.format == "json":
        print(json.dumps([_told(use) for use in uses], ensure_ascii=False, indent=1))
    elif args.format == "csv":
        _csv(uses)
    else:
        _table(uses, known, language, nodes=args.nodes or args.blueprint is not None)
    return 0


def _gather(tx: Tx, days: int) -> tuple[list[Event], dict[str, Blueprint]]:
    """Walks of the last `days` days before the last event, and the wording of every version."""
    from agent_tui.blueprints.model import load
    from agent_tui.domain.centre import Bundle
    from agent_tui.server.figures import read_events
    from agent_tui.server.state import TableState

    last = (tx.one("event_bounds") or (None, None))[1]
    until = datetime.fromisoformat(last) if last else EVERYTHING[1]
    found = read_events(tx, until - timedelta(days=days), EVERYTHING[1])
    wordings = [load(bundle.text) for bundle in TableState(tx).find(Bundle) if bundle.id.startswith("blueprint:")]
    return found, {blueprint.key: blueprint for blueprint in wordings}


def _told(use: Use) -> dict[str, Any]:
    import msgspec

    nodes = [{**msgspec.to_builtins(node), "drop_off": round(node.drop_off, 4)} for node in use.nodes]
    return {**msgspec.to_builtins(use), "completed": round(use.completed, 4), "nodes": nodes}


_COLUMNS = ("blueprint", "walks", "ended", "contacts", "agents", "deviations", "missed", "seconds", "expected")
_NODES = ("node", "seen", "stopped", "strayed", "node_seconds", "node_expected")


def _csv(uses: list[Use]) -> None:
    """One line for each node; the figures of its version stand before it."""
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow((*_COLUMNS, *_NODES))
    for use in uses:
        head = [getattr(use, name) for name in _COLUMNS]
        for node in use.nodes:
            out.writerow([*head, node.node, node.seen, node.stopped, node.strayed, node.seconds, node.expected])


def _table(uses: list[Use], known: dict[str, Blueprint], language: str, *, nodes: bool) -> None:
    from rich.console import Console, Group
    from rich.padding import Padding
    from rich.table import Table

    def text(name: str) -> str:
        return say(f"release.stats.{name}", language)

    console = Console(highlight=False, markup=False)
    if not uses:
        console.print(text("none"))
        return
    table = Table(box=None, pad_edge=False)
    for name in ("blueprint", "walks", "completed", "deviations", "missed", "seconds", "expected"):
        table.add_column(text(name), justify="left" if name == "blueprint" else "right")
    for use in uses:
        title = known[use.blueprint].title(language) if use.blueprint in known else ""
        table.add_row(Group(use.blueprint, Padding(title, (0, 0, 0, 2))), *_figures(use))
    console.print(table)
    if nodes:
        for use in uses:
            console.print(f"\n{use.blueprint}")
            console.print(_node_table(use.nodes, text))


def _figures(use: Use) -> list[str]:
    counts = [str(use.walks), f"{use.completed:.0%}", str(use.deviations), str(use.missed)]
    return [*counts, f"{use.seconds:.0f}", "-" if use.expected is None else f"{use.expected:.0f}"]


def _node_table(nodes: tuple[NodeUse, ...], text: Any) -> Any:
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for name in ("node", "seen", "stopped", "drop_off", "strayed", "seconds", "expected"):
        table.add_column(text(name), justify="left" if name == "node" else "right")
    for node in nodes:
        # Slower than twice what was expected is marked: words or a system stand in the way.
        slow = " !" if node.expected and node.seconds > 2 * node.expected else ""
        figures = (str(node.seen), str(node.stopped), f"{node.drop_off:.0%}", str(node.strayed))
        expected = "-" if node.expected is None else str(node.expected)
        table.add_row(node.node, *figures, f"{node.seconds:.0f}{slow}", expected)
    return table
