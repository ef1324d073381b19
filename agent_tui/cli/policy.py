"""`agent-tui policy check|explain|limits|try`: what compliance asks of the rules before they go live."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path

from agent_tui.cli import policy_case, policy_try
from agent_tui.cli.kinds import add_kinds
from agent_tui.clock import wall
from agent_tui.config import data
from agent_tui.domain.actions import ACTIONS
from agent_tui.domain.money import Money
from agent_tui.errors import UsageError
from agent_tui.i18n.catalog import render, say
from agent_tui.i18n.message import Msg
from agent_tui.policy.ask import Facts
from agent_tui.policy.decision import NeedsCosign
from agent_tui.policy.model import Policy

KINDS = ("check", "explain", "limits", "try")
FINDINGS = 1
"""Exit code of `check` when something is doubtful; a policy that cannot be trusted at all is an error instead."""


def add_arguments(parser: argparse.ArgumentParser, language: str) -> None:
    """Four things to ask; each takes another folder of rules and another moment."""

    def text(name: str) -> str:
        return say(f"cli.policy.{name}", language)

    kinds = add_kinds(parser, language, {name: f"cli.policy.{name}" for name in KINDS})
    for name, part in kinds.items():
        if name == "try":
            policy_try.add_arguments(part, language)
        else:
            part.add_argument("--folder", type=Path, metavar="FOLDER", help=text("folder"))
        part.add_argument("--at", metavar="MOMENT", help=text("at"))
    policy_case.add_arguments(kinds["explain"], text)


def run(args: argparse.Namespace, language: str) -> int:
    """0 when all is well; FINDINGS when `check` doubts something. PolicyError for rules that cannot be trusted."""
    from agent_tui.policy.load import load

    when = _moment(args.at)
    if args.what == "try":
        return policy_try.run(args, when, language)
    policy = load(args.folder or data.folder("scripts/policy"), when)
    if args.what == "check":
        return _check(policy, language)
    if args.what == "limits":
        return _limits(policy, language)
    return _explain(policy, policy_case.facts(args, when), language)


def _moment(given: str | None) -> datetime:
    if given is None:
        return wall()
    try:
        moment = datetime.fromisoformat(given)
    except ValueError:
        raise UsageError("cli.policy.bad_moment", value=given) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _check(policy: Policy, language: str) -> int:
    from agent_tui.policy.lint import lint

    findings = [render(finding, language) for finding in lint(policy)]
    for finding in findings:
        print(finding)
    print(
        say("cli.policy.checked", language, rules=len(policy.rules), actions=len(ACTIONS), revision=policy.revision)
    )
    if policy.changes_at:
        print(say("cli.policy.changes_at", language, at=policy.changes_at.isoformat()))
    print(say("cli.policy.sound" if not findings else "cli.policy.findings", language, count=len(findings)))
    return FINDINGS if findings else 0


def _answer(change: Msg, language: str) -> str:
    """A change, with the answer inside it said in the same language."""
    inside = say(str(change.args["answer"]), language, **change.args)
    return say(change.key, language, **{**change.args, "answer": inside})


def _explain(policy: Policy, facts: Facts, language: str) -> int:
    from agent_tui.policy.explain import explain
    from agent_tui.policy.lint import tag

    found = explain(policy, facts)
    print(say("cli.policy.answer", language, answer=say(f"policy.outcome.{tag(found.decision)}", language)))
    if isinstance(found.decision, NeedsCosign):
        signing = {"level": found.decision.level, "people": found.decision.people}
        print(say("cli.policy.cosign", language, **signing))
    _print_limits(policy, facts, language)
    print(say("cli.policy.rules", language))
    for reason in found.deciding:
        print(f"  {reason.rule}  ({reason.basis})")
        if language in reason.sentences:
            print(f"      {reason.sentences[language]}")
    print(say("cli.policy.what_helps", language))
    for change in found.changes:
        print(f"  {_answer(change, language)}")
    if not found.changes:
        print(f"  {say('policy.change.none', language)}")
    print(say("cli.policy.revision", language, revision=policy.revision))
    return 0


def _print_limits(policy: Policy, facts: Facts, language: str) -> None:
    from agent_tui.policy.limits import limits

    found = limits(policy, facts) if ACTIONS[facts.action].amount else None
    if found is not None and found.now is not None:
        print(say("cli.policy.limit", language, limit=Money(found.now)))
        if found.at_once not in (None, found.now):
            print(say("cli.policy.limit_fresh", language, limit=Money(found.at_once or 0)))


def _limits(policy: Policy, language: str) -> int:
    """The most each level may do alone, for a well-known customer of each tier."""
    from rich.console import Console
    from rich.table import Table

    from agent_tui.policy import table
    from agent_tui.policy.limits import most

    sheet = Table(title=say("cli.policy.limits_title", language))
    sheet.add_column(say("cli.policy.action_column", language), no_wrap=True)
    for level in range(1, 6):
        sheet.add_column(f"L{level}", justify="right")
    for action in (name for name, known in ACTIONS.items() if known.amount):
        cells = []
        for level in range(1, 6):
            facts = table.alone(table.place(table.best(policy, action), [(("principal", "level"), level)]))
            limit = most(policy, facts)
            cells.append("-" if limit is None else str(Money(limit)))
        sheet.add_row(action, *cells)
    Console().print(sheet)
    return 0
