"""The threat model names defences by their tests: each is there. And no secret can be given on a command line."""

from __future__ import annotations

import argparse
import ast
import re
from collections.abc import Iterator
from importlib import import_module

import pytest

from agent_tui.cli.main import SUBCOMMANDS
from agent_tui.cli.parser import Parser
from tests.house.source import ROOT, parsed

PAGE = (ROOT / "docs" / "threat-model.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`((?:\w+/)+test_\w+\.py)(?:::(test_\w+))?`", PAGE)))
SECRETS = re.compile(r"passw|secret|token|passphrase|pin\b|credential")
BY_WAY_OF = ("-file", "-fd")
"""How a secret may be handed over: in a file or through a descriptor."""


@pytest.mark.parametrize(("file", "test"), NAMED)
def test_every_defence_is_held_by_a_test_that_exists(file: str, test: str) -> None:
    path = ROOT / "tests" / file
    assert path.is_file()
    found = {node.name for node in ast.walk(parsed(path.read_text("utf-8"))) if hasattr(node, "name")}
    assert not test or test in found


def test_every_row_of_a_defence_names_one() -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("| ") and line.count("|") == 4]
    defences = [line for line in rows if "`" in line.split("|")[3] or "test_" in line]
    assert len(NAMED) > 30 and len(defences) >= 30


def options(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for inner in action.choices.values():
                yield from options(inner)
        else:
            yield action


@pytest.mark.parametrize("name", sorted(SUBCOMMANDS))
def test_no_option_takes_a_secret(name: str) -> None:
    parser = Parser(prog=name, language="en")
    import_module(SUBCOMMANDS[name]).add_arguments(parser, "en")
    for action in options(parser):
        for option in action.option_strings:
            assert not SECRETS.search(option) or option.endswith(BY_WAY_OF), option
