"""`agent-tui blueprint lint | show | graph | diff | play | propose | release | retire | list | stats`: service blueprints for
those who write, review and release them."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from agent_tui.blueprints.diff import diff
from agent_tui.blueprints.graph import dot, drawing
from agent_tui.blueprints.known import Known, of_centre
from agent_tui.blueprints.lint import lint
from agent_tui.blueprints.model import Blueprint
from agent_tui.blueprints.parse import BrokenBlueprint, parse, text_of
from agent_tui.blueprints.picture import svg
from agent_tui.blueprints.schema import nearest
from agent_tui.blueprints.told import show, told
from agent_tui.cli import blueprint_release, blueprint_walks
from agent_tui.cli.failure import sentence
from agent_tui.cli.kinds import add_kinds
from agent_tui.errors import InputError, UsageError
from agent_tui.i18n.catalog import LANGUAGES, render, say

FINDINGS = 65
"""Exit code of a lint that found something (sysexits.h EX_DATAERR)."""
MANY = 5
"""From so many files on, a lint shows how far it is."""


def add_arguments(parser: argparse.ArgumentParser, language: str) -> None:
    """The subcommands with their files and options."""
    names = ("lint", "show", "graph", "diff", "play")
    helps = {name: f"blueprint.cli.{name}_help" for name in names}
    more = {name: f"release.cli.{name}_help" for name in (*blueprint_release.VERBS, "stats")}
    kinds = add_kinds(parser, language, helps | more)
    blueprint_release.add_arguments(kinds, language)
    blueprint_walks.add_arguments(kinds, language)
    files, which = say("blueprint.cli.files_help", language), say("blueprint.cli.which_help", language)
    kinds["lint"].add_argument("files", metavar="FILE", nargs="*", type=Path, help=files)
    for name in ("show", "graph", "play"):
        kinds[name].add_argument("which", metavar="ID", nargs="?" if name == "show" else None, help=which)
        kinds[name].add_argument(
            "--in",
            dest="spoken",
            choices=LANGUAGES,
            default=language,
            help=say("blueprint.cli.language_help", language),
        )
    picture = kinds["graph"].add_mutually_exclusive_group()
    picture.add_argument("--dot", action="store_true", help=say("blueprint.cli.dot_help", language))
    picture.add_argument("--svg", action="store_true", help=say("blueprint.cli.svg_help", language))
    kinds["diff"].add_argument("old", metavar="A", help=which)
    kinds["diff"].add_argument("new", metavar="B", help=which)


def run(args: argparse.Namespace, language: str) -> int:
    """0, or 65 when `lint` found something or `play` was left before the end. InputError for a broken file."""
    if args.what in blueprint_release.VERBS:
        return blueprint_release.run(args, language)
    match args.what:
        case "lint":
            return lint_files(args.files or shipped(), language)
        case "stats":
            return blueprint_walks.stats(args, language)
        case "show" if args.contact:
            return blueprint_walks.show(args, language)
        case "show" if not args.which:
            raise UsageError("release.cli.which_or_contact")
        case "show":
            return _print(show(find(args.which), args.spoken, language))
        case "graph":
            blueprint = find(args.which)
            draw = svg if args.svg else dot if args.dot else drawing
            return _print([draw(blueprint, args.spoken)])
        case "diff":
            changes = diff(find(args.old), find(args.new))
            return _print(told(changes, language) if changes else [say("blueprint.cli.same", language)])
    from agent_tui.cli.blueprint_play import play

    return play(find(args.which), args.spoken, language, sys.stdin, sys.stdout)


def _print(lines: Sequence[str] | Iterator[str]) -> int:
    for line in lines:
        print(line.rstrip("\n"))
    return 0


# ---- files -------------------------------------------------------------------------------------------------------


def shipped() -> list[Path]:
    """The blueprint files in force, a site's own over ours."""
    from agent_tui.config.data import files

    return list(files("scripts/blueprints", "*.yaml"))


def read(file: Path) -> Blueprint:
    """InputError when it cannot be read or is no blueprint."""
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError("blueprint.cli.not_utf8", file=str(file), offset=error.start) from error
    except OSError as error:
        raise InputError("blueprint.cli.no_file", file=str(file), reason=error.strerror or "") from error
    return parse(text, str(file))


def find(which: str) -> Blueprint:
    """A blueprint by the name of its file without `.yaml`, or by a path. InputError names the nearest."""
    known = {file.stem: file for file in shipped()}
    if which in known:
        return read(known[which])
    if which.endswith((".yaml", ".yml")) or "/" in which:
        return read(Path(which))
    raise InputError("blueprint.cli.no_blueprint", word=which, near=nearest(which, known))


def centre() -> Known:
    """What is known of the centre whose files are in force."""
    from agent_tui.config.centre import load
    from agent_tui.config.data import folder
    from agent_tui.desk.commands import BY_ID

    here = load(folder("scripts/centre"))
    return of_centre(here.groups, here.categories, BY_ID)


# ---- lint --------------------------------------------------------------------------------------------------------


def lint_files(files: Sequence[Path], language: str) -> int:
    """Print everything wrong, then one line of what was checked. 65 if there was anything."""
    known = centre()
    seen: dict[str, Path] = {}
    findings = nodes = 0
    for number, file in enumerate(files, 1):
        _progress(number, len(files))
        lines, count = _lint_file(file, known, seen, language)
        findings += len(lines)
        nodes += count
        _print(lines)
    _progress(0, len(files))
    print(say("blueprint.cli.checked", language, files=len(files), nodes=nodes, findings=findings))
    return FINDINGS if findings else 0


def _lint_file(file: Path, known: Known, seen: dict[str, Path], language: str) -> tuple[list[str], int]:
    try:
        blueprint = read(file)
    except BrokenBlueprint as broken:
        return [text_of(problem, language) for problem in broken.problems], 0
    except InputError as error:
        return [sentence(error, language)], 0
    lines = [
        say("blueprint.cli.finding", language, file=str(file), line=found.line, text=render(found.message, language))
        for found in lint(blueprint, known)
    ]
    if file.stem != blueprint.id:
        lines.append(say("blueprint.cli.file_name", language, file=str(file), want=f"{blueprint.id}.yaml"))
    if blueprint.id in seen:
        other = str(seen[blueprint.id])
        lines.append(say("blueprint.cli.same_id", language, file=str(file), other=other, id=blueprint.id))
    seen.setdefault(blueprint.id, file)
    return lines, len(blueprint.nodes)


def _progress(number: int, total: int) -> None:
    """One line that is written over, only for people and only when it takes a while; 0 wipes it."""
    if total < MANY or not sys.stderr.isatty():
        return
    done = "#" * (20 * number // total) if number else ""
    sys.stderr.write(f"\r[{done:<20}] {number}/{total} " if number else "\r" + " " * 40 + "\r")
    sys.stderr.flush()
