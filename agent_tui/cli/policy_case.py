"""The case that `agent-tui policy explain` is asked about, from its options."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import datetime
from difflib import get_close_matches

from agent_tui.cli.audit_show import zone
from agent_tui.domain.actions import ACTIONS
from agent_tui.domain.money import parse
from agent_tui.errors import UsageError
from agent_tui.policy.ask import Facts
from agent_tui.policy.decision import ActorFacts, Circumstances, SubjectFacts
from agent_tui.policy.moment import at, moment
from agent_tui.policy.table import usual_status


def add_arguments(parser: argparse.ArgumentParser, text: Callable[[str], str]) -> None:
    """Everything a rule may look at; what is not given is the usual case."""
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
    parser.add_argument("--closed", action="store_true", help=text("closed"))
    parser.add_argument("--reason", action="store_true", help=text("reason"))
    parser.add_argument("--stepped-up", action="store_true", help=text("stepped_up"))
    parser.add_argument("--approvals", type=int, default=0, metavar="N", help=text("approvals"))
    parser.add_argument("--approved-by-level", type=int, default=0, metavar="1-5", help=text("approved_by"))


def _fen(given: str | None) -> int:
    try:
        return parse(given or "0").minor
    except ValueError:
        raise UsageError("cli.policy.bad_amount", value=given or "") from None


def facts(args: argparse.Namespace, when: datetime) -> Facts:
    """The case at `when` (aware), by the centre's wall clock. UsageError for an action or amount there is not."""
    if args.action not in ACTIONS:
        near = get_close_matches(args.action, ACTIONS, 1)
        key = "cli.policy.no_action_near" if near else "cli.policy.no_action"
        raise UsageError(key, name=args.action, near=near[0] if near else "", known=", ".join(ACTIONS))
    return Facts(_actor(args), args.action, _subject(args), _circumstances(args, when))


def _actor(args: argparse.Namespace) -> ActorFacts:
    return ActorFacts(
        id="-",
        level=args.actor_level,
        role=args.role,
        certifications=tuple(args.certified),
        step_up_age_s=0 if args.stepped_up else None,
    )


def _subject(args: argparse.Namespace) -> SubjectFacts:
    kinds = ACTIONS[args.action].product
    return SubjectFacts(
        tier=args.tier,
        sensitivity="marked" if args.sensitive else "",
        frozen=args.frozen,
        verified=args.verified,
        own_contact=not args.not_own_contact,
        owner=args.owner,
        product_kind=args.product or (kinds[0] if kinds else ""),
        product_status=args.status or usual_status(args.action),
        complaint_level=args.complaint,
    )


def _circumstances(args: argparse.Namespace, when: datetime) -> Circumstances:
    given = at(Circumstances(), moment(when, zone().key, ()))
    return Circumstances(
        amount_minor=_fen(args.amount),
        agent_day_minor=_fen(args.used_by_me),
        customer_day_minor=_fen(args.used_for_customer),
        online=not args.offline,
        reason_given=args.reason,
        approved_by_level=args.approved_by_level,
        approvals=args.approvals,
        field=args.field,
        minute=given.minute,
        weekday=given.weekday,
        business_hours=not args.closed,
    )
