"""The command line: which subcommand is meant, and only its module is loaded.

agent-tui [desk|monitor|train]      the terminal; `agent_tui.__main__` starts it
agent-tui <subcommand> …            one of SUBCOMMANDS below
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path

from agent_tui import __version__
from agent_tui.cli.parser import Parser
from agent_tui.errors import UsageError
from agent_tui.i18n.catalog import LANGUAGES, pick, say

PROGRAM = "agent-tui"
MODES = ("desk", "monitor", "train")
SUBCOMMANDS = {
    "demo": "agent_tui.cli.demo",
    "serve": "agent_tui.cli.serve",
    "admin": "agent_tui.cli.admin",
    "import": "agent_tui.cli.import_",
    "report": "agent_tui.cli.report",
    "keys": "agent_tui.cli.keys",
    "blueprint": "agent_tui.cli.blueprint",
    "policy": "agent_tui.cli.policy",
    "audit": "agent_tui.cli.audit",
    "review": "agent_tui.cli.review",
    "triage": "agent_tui.cli.triage",
    "doctor": "agent_tui.cli.doctor",
    "demo-robots": "agent_tui.cli.demo_robots",
    "train-backend": "agent_tui.cli.train_backend",
}
HIDDEN = frozenset({"demo-robots", "train-backend"})
"""Processes that demo and training start for themselves; not for people."""


class Line:
    """A command line, split at its subcommand: `before` it stand the options of the whole program."""

    def __init__(self, argv: Sequence[str]) -> None:
        self.before: list[str] = []
        rest = list(argv)
        while rest and rest[0].startswith("-") and rest[0] != "--":
            self.before.append(rest.pop(0))
        # `agent-tui --demo` means a desk: options that are not the program's belong to the desk.
        own = {"-h", "--help", "--version"}
        foreign = [text for text in self.before if text.startswith("-") and text.split("=")[0] not in own]
        if foreign:
            rest = [*self.before, *rest]
            self.before = []
        self.name = "desk" if foreign or not rest else rest.pop(0)
        self.rest = rest

    @property
    def mode(self) -> str | None:
        """The mode of the terminal that is meant; None for a subcommand or the program's own help."""
        wants_help = any(text in ("-h", "--help", "--version") for text in self.before)
        return self.name if self.name in MODES and not wants_help else None


def split_language(argv: Sequence[str]) -> tuple[str | None, list[str]]:
    """`--language X` taken out of the command line, wherever it stands. UsageError for a language there is not."""
    rest = list(argv)
    for at, text in enumerate(rest):
        if text == "--":
            break
        if text == "--language" and at + 1 < len(rest):
            return _known_language(rest[at + 1]), rest[:at] + rest[at + 2 :]
        if text.startswith("--language="):
            return _known_language(text.partition("=")[2]), rest[:at] + rest[at + 1 :]
    return None, rest


def _known_language(given: str) -> str:
    if given not in LANGUAGES:
        raise UsageError("error.language", given=given, right=", ".join(LANGUAGES))
    return given


def language_of(argv: Sequence[str]) -> str:
    """The language before anything is parsed: the flag, the variable, the setting, the locale."""
    try:
        given, _ = split_language(argv)
    except UsageError:
        given = None
    return given or pick(os.environ.get("AGENT_TUI_LANGUAGE") or _language_setting())


def _language_setting() -> str | None:
    from agent_tui.config.toml import language

    return language()


def add_language(parser: argparse.ArgumentParser, language: str) -> None:
    """`--language`, which every command knows."""
    parser.add_argument(
        "--language", choices=LANGUAGES, metavar="|".join(LANGUAGES), help=say("cli.language", language)
    )


def mode_arguments(mode: str, argv: Sequence[str], language: str) -> argparse.Namespace:
    """Options of `desk`, `monitor` and `train`: demo, profile, server, login, theme, drafts, scenario, seed, language."""
    parser = Parser(f"{PROGRAM} {mode}", language, say(f"cli.command.{mode}", language))
    add_language(parser, language)
    parser.add_argument("--demo", action="store_true", help=say("cli.desk_demo", language))
    parser.add_argument("--profile", metavar="NAME", default=None, help=say("cli.desk_profile", language))
    parser.add_argument("--server", metavar="URL", default=None, help=say("cli.desk_server", language))
    parser.add_argument("--login", metavar="LOGIN", default=None, help=say("cli.desk_login", language))
    parser.add_argument("--theme", metavar="NAME", default=None, help=say("cli.desk_theme", language))
    if mode != "train":
        parser.add_argument("--server-key", metavar="KEY", default=None, help=say("cli.desk_server_key", language))
        source = parser.add_mutually_exclusive_group()
        source.add_argument(
            "--password-file", type=Path, metavar="FILE", help=say("cli.admin.password_file", language)
        )
        source.add_argument("--password-fd", type=int, metavar="N", help=say("cli.admin.password_fd", language))
    if mode == "desk":
        parser.add_argument("--drafts", metavar="FOLDER", default=None, help=say("cli.desk_drafts", language))
    if mode == "train":
        parser.add_argument("--scenario", metavar="ID", default=None, help=say("cli.train_scenario", language))
        parser.add_argument("--seed", metavar="N", type=int, default=None, help=say("cli.train_seed", language))
    found = parser.read(split_language(argv)[1])
    found.language = language
    return found


def _overview(language: str) -> str:
    names = [*MODES, *(name for name in SUBCOMMANDS if name not in HIDDEN)]
    width = max(map(len, names)) + 2
    lines = [f"  {name:{width}}{say(f'cli.command.{name}', language)}" for name in names]
    return say("cli.commands", language) + "\n" + "\n".join(lines) + "\n\n" + say("cli.epilog", language)


def program_parser(language: str) -> Parser:
    """The parser of `agent-tui` itself; its help lists every subcommand without loading one."""
    parser = Parser(PROGRAM, language, say("cli.description", language), _overview(language))
    parser.usage = say("cli.program_usage", language)
    add_language(parser, language)
    parser.add_argument(
        "--version", action="version", version=f"{PROGRAM} {__version__}", help=say("cli.version", language)
    )
    return parser


def _unknown(name: str) -> UsageError:
    near = get_close_matches(name, [*MODES, *SUBCOMMANDS], 1)
    if near:
        return UsageError("error.command_near", name=name, near=near[0])
    return UsageError("error.command", name=name)


def run(argv: Sequence[str], language: str) -> int:
    """Run one subcommand. Returns its exit code; UsageError for an unknown one."""
    line = Line(split_language(argv)[1])
    program_parser(language).read(line.before)
    if line.name not in SUBCOMMANDS:
        raise _unknown(line.name)
    module = import_module(SUBCOMMANDS[line.name])
    parser = Parser(f"{PROGRAM} {line.name}", language, say(f"cli.command.{line.name}", language))
    add_language(parser, language)
    module.add_arguments(parser, language)
    args = parser.read(line.rest)
    args.language = language
    return int(module.run(args, language))
