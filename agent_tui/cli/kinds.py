"""A subcommand with kinds of its own (`import calls`, `import customers`): each parses in the reader's language."""

from __future__ import annotations

import argparse
from functools import partial
from typing import Any

from agent_tui.cli.parser import Parser
from agent_tui.i18n.catalog import LANGUAGES, say


def add_kinds(
    parser: argparse.ArgumentParser, language: str, helps: dict[str, str]
) -> dict[str, argparse.ArgumentParser]:
    """A parser for each kind by name (name → message key of its help); the chosen one stands in `args.what`."""
    # argparse asks for a class; what it needs is something that makes a parser.
    maker: Any = partial(Parser, language=language)
    kinds = parser.add_subparsers(
        prog=parser.prog, dest="what", metavar="|".join(helps), required=True, parser_class=maker
    )
    made: dict[str, argparse.ArgumentParser] = {}
    for name, key in helps.items():
        made[name] = kinds.add_parser(name, help=say(key, language), description=say(key, language))
        made[name].add_argument(
            "--language", choices=LANGUAGES, metavar="|".join(LANGUAGES), help=say("cli.language", language)
        )
    return made
