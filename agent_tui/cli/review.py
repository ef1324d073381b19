"""`agent-tui review sample`: draw a day's sample again from the audit, and compare it with what the server drew."""

from __future__ import annotations

import argparse
import json
from datetime import date
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from agent_tui.cli.audit import existing
from agent_tui.cli.kinds import add_kinds
from agent_tui.cli.where import add_database
from agent_tui.errors import UsageError
from agent_tui.i18n.catalog import say

if TYPE_CHECKING:
    from agent_tui.domain.review import Sample
    from agent_tui.metrics.sampling import Drawn
    from agent_tui.server.database import Tx
    from agent_tui.server.supervision import Redrawn

DIFFERS = 1


def add_arguments(parser: argparse.ArgumentParser, language: str) -> None:
    """`sample --day DATE`."""

    def text(name: str) -> str:
        return say(f"review.cli.{name}", language)

    part = add_kinds(parser, language, {"sample": "review.cli.sample"})["sample"]
    part.add_argument("--day", metavar="DATE", required=True, help=text("day"))
    add_database(part, text("database"), language)
    part.add_argument("--format", choices=("text", "json"), default="text", help=text("format"))


def run(args: argparse.Namespace, language: str) -> int:
    """0 when the server drew what must be drawn, or nothing yet; DIFFERS when it drew something else."""
    from agent_tui.server import supervision
    from agent_tui.server.database import read_apart

    try:
        day = date.fromisoformat(args.day).isoformat()
    except ValueError:
        raise UsageError("audit.error.bad_moment", text=args.day) from None

    def work(tx: Tx) -> list[tuple[Redrawn, Sample | None]]:
        return [(supervision.recompute(tx, made), _sample(tx, made.id)) for made in supervision.draws_of(tx, day)]

    found = read_apart(existing(args.database, args.keys), work)
    if args.format == "json":
        print(json.dumps([_told(one) for one, _ in found], ensure_ascii=False, indent=1))
    else:
        for one, sample in found:
            _print(one, sample, language)
        if not found:
            print(say("review.cli.none", language, day=day))
    return 0 if all(one.same for one, _ in found) else DIFFERS


def _sample(tx: Tx, id: str) -> Sample | None:
    from agent_tui.domain.review import Sample
    from agent_tui.server.state import TableState

    return TableState(tx).get(Sample, id)


def _told(one: Redrawn) -> dict[str, Any]:
    import msgspec

    made: dict[str, Any] = msgspec.to_builtins(one.made)
    drawn = [{"seq": d.act.seq, "command_id": d.act.command_id, "strata": list(d.strata)} for d in one.drawn]
    return {**made, "drawn": drawn, "same": one.same, "missing": list(one.missing), "extra": list(one.extra)}


def _print(one: Redrawn, sample: Sample | None, language: str) -> None:
    from agent_tui.metrics.sampling import size

    def tell(name: str, **args: object) -> None:
        print(say(f"review.cli.{name}", language, **args))

    made, terms = one.made, one.made.terms()
    if made.size > made.after:
        tell("title", day=made.day, after=made.after + 1, size=made.size, n=made.checkpoint)
    else:
        tell("idle", day=made.day, n=made.checkpoint)
    tell("seed", seed=made.seed)
    wanted = size(terms.confidence, terms.error_rate)
    tell("terms", confidence=made.confidence, error_rate=made.error_rate, wanted=wanted)
    tell("acts", population=made.population, drawn=len(one.drawn))
    for drawn in one.drawn:
        tell("line", **_line(drawn, made.timezone, language))
    if made.judged:
        tell("again", judged=made.judged, again=len(made.again), share=made.again_share)
    if sample is not None:
        _progress(sample, language)
    if not one.genuine:
        tell("forged", n=made.checkpoint)
    elif one.same:
        tell("same")
    else:
        first = min((*one.missing, *one.extra), default=0)
        tell("differs", missing=len(one.missing), extra=len(one.extra), seq=first)


def _line(drawn: Drawn, timezone: str, language: str) -> dict[str, str]:
    act = drawn.act
    label = say(f"command.action.{act.action}.label", language)
    return {
        "seq": f"{act.seq:>7}",
        "at": f"{act.at.astimezone(ZoneInfo(timezone)):%H:%M:%S}",
        "maker": act.maker,
        "action": act.action if label.startswith("command.action.") else label,
        "stratum": " · ".join(say(f"review.stratum.{one}", language) for one in drawn.strata),
    }


def _progress(sample: Sample, language: str) -> None:
    """How far the review is, and what the random part says about everything."""
    whole = sample.whole
    share = f"{(whole.coverage or 0) * 100:.1f} %"
    print(say("review.cli.coverage", language, reviewed=whole.reviewed, drawn=whole.drawn, share=share))
    random = sample.tallies.get("random")
    if random is not None and random.error_rate is not None:
        rate, low, high = (f"{value * 100:.1f} %" for value in (random.error_rate, *random.interval))
        counts = {"errors": random.errors, "reviewed": random.reviewed}
        print(say("review.cli.errors", language, rate=rate, low=low, high=high, **counts))
