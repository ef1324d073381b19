"""`agent-tui triage train|eval|corrections`: learn triage from labelled words, say how good it is, count corrections."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agent_tui.cli.kinds import add_kinds
from agent_tui.cli.where import add_database
from agent_tui.errors import EnvironmentError_, UsageError
from agent_tui.i18n.catalog import say

if TYPE_CHECKING:
    from agent_tui.server.triage_model import Model
    from agent_tui.server.triage_sentence import Sentences
    from agent_tui.server.triage_train import Progress, Sample

FORMATS = ("table", "json")
FOLDS = 5
MOST_FOLDS = 50
EXTRA = ("sklearn", "scipy", "numpy")
INSTALLED = ""
"""`--sentences` without a folder: the installed package."""


def add_arguments(parser: argparse.ArgumentParser, language: str) -> None:
    """`train FILE… --out`, `eval FILE… --model|--folds`, `corrections`."""

    def text(name: str) -> str:
        return say(f"triage.help.{name}", language)

    kinds = add_kinds(parser, language, {name: f"triage.help.{name}" for name in ("train", "eval", "corrections")})
    train, judge, counted = kinds["train"], kinds["eval"], kinds["corrections"]
    train.add_argument("files", metavar="FILE", type=Path, nargs="*", help=text("files"))
    train.add_argument("--out", metavar="MODEL", type=Path, required=True, help=text("out"))
    train.add_argument("--only-files", action="store_true", help=text("only_files"))
    train.add_argument("--centre", metavar="FOLDER", type=Path, help=text("centre"))
    train.add_argument("--blueprints", metavar="FOLDER", type=Path, help=text("blueprints"))
    judge.add_argument("files", metavar="FILE", type=Path, nargs="+", help=text("files"))
    judge.add_argument("--model", metavar="MODEL", type=Path, help=text("model"))
    judge.add_argument("--folds", metavar="N", type=int, default=FOLDS, help=text("folds"))
    for kind in (train, counted):
        kind.add_argument("--demo", action="store_true", help=text("demo"))
        add_database(kind, text("database"), language)
    for kind in (train, judge):
        kind.add_argument(
            "--sentences", metavar="FOLDER", nargs="?", const=INSTALLED, default=None, help=text("sentences")
        )
    for kind in kinds.values():
        kind.add_argument(
            "--format", metavar="|".join(FORMATS), choices=FORMATS, default="table", help=text("format")
        )


def run(args: argparse.Namespace, language: str) -> int:
    """0 when done. UsageError or InputError for what is wrong, EnvironmentError_ without the extra."""
    work = {"train": train, "eval": evaluate, "corrections": count_corrections}[args.what]
    try:
        work(args, language)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in EXTRA:
            raise
        raise EnvironmentError_("triage.error.not_installed", package=error.name) from None
    return 0


def train(args: argparse.Namespace, language: str) -> None:
    """Learn from files, the centre's own words and history; write the model."""
    from agent_tui.server.triage_train import Grams, learn

    samples = _files(args.files)
    if not args.only_files:
        samples += _own(args)
    if args.database is not None or args.demo:
        samples += _history(args)
    if not samples:
        raise UsageError("triage.error.nothing_to_learn")
    with progress(language) as tell:
        model = learn(Grams(samples, _sentences(args), tell), tell=tell)
    model.save(args.out)
    told = {**model.head.trained, "categories": len(model.categories), "digest": model.digest, "out": str(args.out)}
    if args.format == "json":
        print(json.dumps(told, ensure_ascii=False))
        return
    print(say("triage.trained", language, **told))
    print(say("triage.next", language, out=args.out))


def evaluate(args: argparse.Namespace, language: str) -> None:
    """Judge a model by texts it has not seen, or the way of learning by folds."""
    from agent_tui.cli import triage_report
    from agent_tui.server.triage_eval import fold, judge, report
    from agent_tui.server.triage_train import Grams

    if not 2 <= args.folds <= MOST_FOLDS:
        raise UsageError("triage.error.folds", given=args.folds, most=MOST_FOLDS)
    samples = _files(args.files)
    with progress(language) as tell:
        if args.model is not None:
            found = report(judge(_load(args), samples, tell), None)
        else:
            found = report(fold(Grams(samples, _sentences(args), tell), args.folds, tell), args.folds)
    if args.format == "json":
        triage_report.print_json(found)
    else:
        triage_report.print_report(found, language)


def count_corrections(args: argparse.Namespace, language: str) -> None:
    """How often people chose another category than the proposed one, by the proposed one."""
    from agent_tui.cli import ledger, triage_report
    from agent_tui.server.triage_data import corrections

    found = ledger.look(ledger.place(args.database, args.keys, demo=args.demo), corrections)
    if args.format == "json":
        print(json.dumps([{"category": c.category, "guessed": c.guessed, "corrected": c.corrected} for c in found]))
    else:
        triage_report.print_corrections(found, language)


def _load(args: argparse.Namespace) -> Model:
    from agent_tui.server.triage_model import load

    return load(args.model, Path(args.sentences) if args.sentences else None)


def _sentences(args: argparse.Namespace) -> Sentences | None:
    if args.sentences is None:
        return None
    from agent_tui.server.triage_sentence import Sentences, find

    return Sentences(find(Path(args.sentences) if args.sentences else None))


def _files(files: list[Path]) -> list[Sample]:
    from agent_tui.cli.import_ import read
    from agent_tui.server.triage_data import read_table

    return [sample for file in files for sample in read_table(read(file), str(file))]


def _own(args: argparse.Namespace) -> list[Sample]:
    from agent_tui.config import data
    from agent_tui.config.centre import load
    from agent_tui.server.triage_data import own_words, read_blueprints

    centre = load(args.centre or data.folder("scripts/centre"))
    return own_words(centre.categories, read_blueprints(args.blueprints or data.folder("scripts/blueprints")))


def _history(args: argparse.Namespace) -> list[Sample]:
    from agent_tui.cli import ledger
    from agent_tui.server.triage_data import history

    return ledger.look(ledger.place(args.database, args.keys, demo=args.demo), history)


@contextmanager
def progress(language: str) -> Iterator[Progress]:
    """A bar on a terminal that says which step it is at."""
    from agent_tui.cli.import_ import bar

    with bar(say("triage.progress", language), 100) as advance:
        yield _telling(advance)


def _telling(advance: Callable[[int], Any]) -> Progress:
    def tell(step: str, share: float) -> None:
        advance(round(100 * share))

    return tell
