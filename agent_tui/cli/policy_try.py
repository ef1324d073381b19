"""`agent-tui policy try FILES --since 30d`: decisions that were recorded, put to changed rules before those go live.

Reads the audit of a served database, also while the server runs, and changes nothing in it.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from agent_tui.cli import audit_show, audit_words, pager
from agent_tui.cli.where import given
from agent_tui.config import data
from agent_tui.domain.actions import ACTIONS
from agent_tui.domain.money import Money
from agent_tui.errors import InputError, UsageError
from agent_tui.i18n.catalog import say
from agent_tui.policy import replay
from agent_tui.policy.model import Policy
from agent_tui.server.place import Where, beside, shown

if TYPE_CHECKING:
    from agent_tui.server.database import Tx
    from agent_tui.server.decisions import Recorded

CHANGES = 1
"""Exit code when any decision would be another one."""
SINCE = "30d"
_SPAN = re.compile(r"(\d{1,4})([dhm])")
_UNITS = {"d": "days", "h": "hours", "m": "minutes"}
_LISTED = (replay.REFUSED, replay.ALLOWED, replay.OTHERWISE)


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """What a database holds of decisions."""

    since: datetime
    until: datetime
    recorded: Recorded
    names: Mapping[str, str]
    base: str = ""
    """Text of the policy that the database has in force; empty when no server ever did."""


def add_arguments(part: argparse.ArgumentParser, language: str) -> None:
    """The changed files, whose decisions, since when, in which form."""

    def text(name: str) -> str:
        return say(f"cli.policy.try_{name}", language)

    part.add_argument("files", type=Path, nargs="+", metavar="FILE", help=text("files"))
    part.add_argument("--since", metavar="30d", default=SINCE, help=text("since"))
    where = part.add_mutually_exclusive_group()
    where.add_argument("--database", type=given, metavar="FILE|URL", help=text("database"))
    where.add_argument("--demo", action="store_true", help=text("demo"))
    part.add_argument("--keys", type=Path, metavar="FOLDER", help=say("server.cli.keys", language))
    part.add_argument("--format", choices=("table", "csv", "json"), default="table", help=text("format"))


def run(args: argparse.Namespace, when: datetime, language: str) -> int:
    """CHANGES when any decision would be another one, else 0. PolicyError when the changed rules cannot be trusted."""
    from agent_tui.cli import ledger
    from agent_tui.policy.load import bundle, load, overlaid

    found = _read(ledger.place(args.database, args.keys, demo=args.demo), args.since)
    if len(args.files) == 1 and args.files[0].is_dir():
        policy = load(bundle(args.files[0]), when)
    else:
        policy = load(overlaid(found.base or bundle(data.folder("scripts/policy")), args.files), when)
    outcomes = list(replay.replay(policy, found.recorded.taken))
    {"table": _table, "csv": _csv, "json": _json}[args.format](found, policy, outcomes, language)
    return CHANGES if any(one.change != replay.SAME for one in outcomes) else 0


def _read(database: Where, since: str) -> Found:
    from agent_tui.cli import ledger
    from agent_tui.domain.agent import Agent
    from agent_tui.server import at_rest
    from agent_tui.server.decisions import recorded
    from agent_tui.server.policies import in_force
    from agent_tui.server.state import TableState
    from agent_tui.server.vault import Vault

    vault = Vault.beside(database) if at_rest.key_file(beside(database)).is_file() else None

    def work(tx: Tx) -> Found:
        last = tx.value("audit_last_at")
        if last is None:
            raise InputError("report.error.no_server_database", path=shown(database))
        until = datetime.fromisoformat(last) + timedelta(seconds=1)
        start = _since(since, until)
        bundle = in_force(tx)
        return Found(
            since=start,
            until=until,
            recorded=recorded(tx, vault, start, until),
            names={person.id: person.name for person in TableState(tx).find(Agent)},
            base=bundle.text if bundle else "",
        )

    return ledger.look(database, work)


def _since(text: str, until: datetime) -> datetime:
    """`30d`, `12h`, `90m` before the last record, or a moment. UsageError for anything else."""
    span = _SPAN.fullmatch(text)
    if span:
        return until - timedelta(**{_UNITS[span[2]]: int(span[1])})
    try:
        return audit_show.moment(text, until, audit_show.zone())
    except UsageError:
        raise UsageError("cli.policy.try_bad_since", text=text) from None


# ---- telling -----------------------------------------------------------------------------------------------------


def _line(outcome: replay.Outcome, language: str) -> dict[str, Any]:
    """One decision as programs read it."""
    taken = outcome.taken
    known = ACTIONS.get(taken.facts.action)
    amount = taken.facts.circumstances.amount_minor
    return {
        "change": outcome.change,
        "seq": taken.seq,
        "at": taken.at,
        "actor": taken.actor,
        "level": taken.facts.actor.level,
        "customer": taken.customer_id,
        "action": taken.facts.action,
        "amount_minor": amount if known and known.amount else None,
        "before": taken.decision,
        "before_rules": list(taken.rules),
        "after": outcome.decision,
        "after_rules": list(outcome.rules),
        "reasons": [reason.sentences.get(language, "") for reason in outcome.reasons],
    }


def _about(found: Found, policy: Policy, outcomes: Sequence[replay.Outcome]) -> dict[str, Any]:
    kept = found.recorded
    return {
        "since": found.since.isoformat(),
        "until": found.until.isoformat(),
        "revision": policy.revision,
        **replay.totals(outcomes),
        "unknown": kept.unknown,
        "erased": kept.erased,
        "repeated": kept.repeated,
    }


def _json(found: Found, policy: Policy, outcomes: Sequence[replay.Outcome], language: str) -> None:
    lines = [_line(one, language) for one in outcomes if one.change != replay.SAME]
    print(json.dumps({**_about(found, policy, outcomes), "decisions": lines}, ensure_ascii=False, indent=1))


def _csv(_: Found, policy: Policy, outcomes: Sequence[replay.Outcome], language: str) -> None:
    """The changed decisions only; several rules or reasons are joined by `; `."""
    about = ("change", "seq", "at", "actor", "level", "customer", "action", "amount_minor")
    judged = ("before", "before_rules", "after", "after_rules", "reasons", "revision")
    writer = csv.DictWriter(sys.stdout, (*about, *judged), lineterminator="\n")
    writer.writeheader()
    for one in outcomes:
        if one.change == replay.SAME:
            continue
        line = {**_line(one, language), "revision": policy.revision}
        writer.writerow({key: "; ".join(value) if isinstance(value, list) else value for key, value in line.items()})


def _table(found: Found, policy: Policy, outcomes: Sequence[replay.Outcome], language: str) -> None:
    def text(name: str, **args: object) -> str:
        return say(f"cli.policy.try_{name}", language, **args)

    reader = audit_words.Reader(language=language, zone=audit_show.zone(), names=found.names)
    about = _about(found, policy, outcomes)
    span = {key: f"{about_at.astimezone(reader.zone):%Y-%m-%d %H:%M}" for key, about_at in _ends(found)}
    shown = [text("asked", n=len(outcomes), revision=policy.revision, **span)]
    shown.append(text("totals", **{name: about[name] for name in (*_LISTED, replay.SAME)}))
    for change in _LISTED:
        listed = [one for one in outcomes if one.change == change]
        if listed:
            shown += ["", text(change, n=len(listed))]
            shown += [line for one in listed for line in _lines(one, reader)]
    left = [name for name in ("unknown", "erased", "repeated") if about[name]]
    shown += ["", *(text(name, n=about[name]) for name in left)] if left else []
    pager.show(shown, reader.say("show.keys"))


def _ends(found: Found) -> Iterator[tuple[str, datetime]]:
    yield "since", found.since
    yield "until", found.until


def _lines(one: replay.Outcome, reader: audit_words.Reader) -> Iterator[str]:
    line, language = _line(one, reader.language), reader.language
    at = datetime.fromisoformat(line["at"]).astimezone(reader.zone)
    label = say(f"command.action.{line['action']}.label", language)
    money = f" {Money(line['amount_minor'])} CNY" if line["amount_minor"] else ""
    before, after = (say(f"policy.outcome.{line[key]}", language) for key in ("before", "after"))
    who = f"{audit_words.who(line['actor'], reader)} L{line['level']}"
    yield audit_words.plain(
        f"{line['seq']:>7}  {at:%Y-%m-%d %H:%M}  {who}  {label}{money}  {line['customer']}  {before} → {after}"
    )
    rules = line["after_rules"] if one.change == replay.REFUSED else line["before_rules"] or line["after_rules"]
    told = dict(zip((reason.rule for reason in one.reasons), line["reasons"], strict=True))
    for rule in rules:
        yield audit_words.plain(f"{'':9}{rule}" + (f": {told[rule]}" if told.get(rule) else ""))
