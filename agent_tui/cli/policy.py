"""`agent-tui policy check|explain|limits`: what compliance asks of the rules before they go live."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import UTC, datetime
from difflib import get_close_matches
from pathlib import Path

from agent_tui.clock import wall
from agent_tui.config import data
from agent_tui.domain.actions import ACTIONS
from agent_tui.domain.money import Money, parse
from agent_tui.errors import UsageError
from agent_tui.i18n.catalog import render, say
from agent_tui.i18n.message import Msg
from agent_tui.policy.ask import Facts
from agent_tui.policy.decision import ActorFacts, Circumstances, NeedsCosign, SubjectFacts
from agent_tui.policy.model import Policy
from agent_tui.policy.table import usual_status

FINDINGS = 1
"""Exit code of `check` when something is doubtful; a policy that cannot be trusted at all is an error instead."""


def add_arguments(parser: argparse.ArgumentParser, language: str) -> None:
    """Three things to ask; each takes another folder of rules and another moment."""

    def text(name: str) -> str:
        return say(f"cli.policy.{name}", language)

    kinds = parser.add_subparsers(dest="what", metavar="check|explain|limits", required=True)
    for name in ("check", "explain", "limits"):
        part = kinds.add_parser(name, prog=f"{parser.prog} {name}", language=language, description=text(name))
        part.add_argument("--folder", type=Path, metavar="FOLDER", help=text("folder"))
        part.add_argument("--at", metavar="MOMENT", help=text("at"))
        if name == "explain":
            _case_arguments(part, text)


def _case_arguments(parser: argparse.ArgumentParser, text: Callable[[str], str]) -> None:
    parser.add_argument("--action", required=True, metavar="ACTION", help=text("action"))
    parser.add_argument("--actor-level", type=int, default=2, choices=range(1, 6), metavar="1-5", help=text("level"))
    parser.add_argument("--role", default="agent", metavar="ROLE", help=text("role"))
    parser.add_argument("--certified", action="append", default=[], metavar="CODE", help=text("certified"))
    parser.add_argument("--amount", metavar="CNY", help=text("amount"))
    parser.add_argument("--used-by-me", metavar="CNY", default="0", help=text("used_by_me"))
    parser.add_argument("--used-for-customer", metavar="CNY", default="0", help=text("used_for_customer"))
    parser.add_argument("--tier", default="standard", metavar="TIER", help=text("tier"))
    parser.add_argument(
        "--verified", default="basic", choices=("none", "basic", "full"), metavar="DEGREE", help=text("verified")
    )
    parser.add_argument("--product", default="", metavar="KIND", help=text("product"))
    parser.add_argument("--status", default="", metavar="STATUS", help=text("status"))
    parser.add_argument("--field", default="", metavar="FIELD", help=text("field"))
    parser.add_argument("--complaint", default="", metavar="LEVEL", help=text("complaint"))
    parser.add_argument("--sensitive", action="store_true", help=text("sensitive"))
    parser.add_argument("--frozen", action="store_true", help=text("frozen"))
    parser.add_argument("--not-own-contact", action="store_true", help=text("not_own"))
    parser.add_argument("--owner", action="store_true", help=text("owner"))
    parser.add_argument("--offline", action="store_true", help=text("offline"))
    parser.add_argument("--reason", action="store_true", help=text("reason"))
    parser.add_argument("--stepped-up", action="store_true", help=text("stepped_up"))
    parser.add_argument("--approvals", type=int, default=0, metavar="N", help=text("approvals"))
    parser.add_argument("--approved-by-level", type=int, default=0, metavar="1-5", help=text("approved_by"))


def run(args: argparse.Namespace, language: str) -> int:
    """0 when all is well; FINDINGS when `check` doubts something. PolicyError for rules that cannot be trusted."""
    from agent_tui.policy.load import load

    policy = load(args.folder or data.folder("scripts/policy"), _moment(args.at))
    if args.what == "check":
        return _check(policy, language)
    if args.what == "limits":
        return _limits(policy, language)
    return _explain(policy, args, language)


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


def _fen(given: str | None) -> int:
    try:
        return parse(given or "0").minor
    except ValueError:
        raise UsageError("cli.policy.bad_amount", value=given or "") from None


def _facts(args: argparse.Namespace) -> Facts:
    if args.action not in ACTIONS:
        near = get_close_matches(args.action, ACTIONS, 1)
        key = "cli.policy.no_action_near" if near else "cli.policy.no_action"
        raise UsageError(key, name=args.action, near=near[0] if near else "", known=", ".join(ACTIONS))
    kinds = ACTIONS[args.action].product
    return Facts(
        ActorFacts(
            id="-",
            level=args.actor_level,
            role=args.role,
            certifications=tuple(args.certified),
            step_up_age_s=0 if args.stepped_up else None,
        ),
        args.action,
        SubjectFacts(
            tier=args.tier,
            sensitivity="marked" if args.sensitive else "",
            frozen=args.frozen,
            verified=args.verified,
            own_contact=not args.not_own_contact,
            owner=args.owner,
            product_kind=args.product or (kinds[0] if kinds else ""),
            product_status=args.status or usual_status(args.action),
            complaint_level=args.complaint,
        ),
        Circumstances(
            amount_minor=_fen(args.amount),
            agent_day_minor=_fen(args.used_by_me),
            customer_day_minor=_fen(args.used_for_customer),
            online=not args.offline,
            reason_given=args.reason,
            approved_by_level=args.approved_by_level,
            approvals=args.approvals,
            field=args.field,
        ),
    )


def _answer(change: Msg, language: str) -> str:
    """A change, with the answer inside it said in the same language."""
    inside = say(str(change.args["answer"]), language)
    return say(change.key, language, **{**change.args, "answer": inside})


def _explain(policy: Policy, args: argparse.Namespace, language: str) -> int:
    from agent_tui.policy.explain import explain
    from agent_tui.policy.lint import tag

    facts = _facts(args)
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
