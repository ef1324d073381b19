"""`agent-tui keys`: the key card of each mode, from the registry; as text for the wall, or markdown for the docs."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from rich.cells import cell_len

from agent_tui.desk.commands import GROUPS, DeskCommand, of_mode, ways
from agent_tui.i18n.catalog import LANGUAGES, say

MODES = ("desk", "monitor", "train")


def add_arguments(parser: argparse.ArgumentParser, language: str) -> None:
    """`--mode desk|monitor|train`, `--markdown`."""
    parser.add_argument("--mode", choices=MODES, help=say("tui.card.help_mode", language))
    parser.add_argument("--markdown", action="store_true", help=say("tui.card.help_markdown", language))


def run(args: argparse.Namespace, language: str) -> int:
    """Print it. Exit code 0."""
    modes = (args.mode,) if args.mode else MODES
    print(tables(modes, language) if args.markdown else text(modes, language))
    return 0


def _groups(mode: str) -> list[tuple[str, list[DeskCommand]]]:
    commands = of_mode(mode)
    grouped = [(group, [command for command in commands if command.group == group]) for group in GROUPS]
    return [(group, found) for group, found in grouped if found]


def _title(mode: str, language: str) -> str:
    return say("tui.card.title", language, mode=say(f"tui.card.mode.{mode}", language))


def _padded(text: str, cells: int) -> str:
    return text + " " * max(cells - cell_len(text), 0)


def text(modes: Sequence[str], language: str) -> str:
    """One card after the other, in columns."""
    lines: list[str] = []
    for mode in modes:
        lines += ["", _title(mode, language), say("tui.card.note", language)]
        for group, commands in _groups(mode):
            lines += ["", f"  {say(f'command.group.{group}', language)}"]
            for command in commands:
                label = say(f"command.{command.id}.label", language)
                help_ = say(f"command.{command.id}.help", language)
                lines.append(f"    {_padded('  '.join(ways(command)), 14)} {_padded(label, 22)} {help_}")
    return "\n".join(lines[1:])


def tables(modes: Sequence[str], language: str) -> str:
    """The same as tables in markdown."""
    keys, what = say("tui.card.column_keys", language), say("tui.card.column_what", language)
    lines: list[str] = []
    for mode in modes:
        lines += [f"## {_title(mode, language)}", "", say("tui.card.note", language), ""]
        for group, commands in _groups(mode):
            lines += [
                f"### {say(f'command.group.{group}', language)}",
                "",
                f"| {keys} | {what} | |",
                "| --- | --- | --- |",
            ]
            for command in commands:
                pressed = ", ".join(f"`{way}`" for way in ways(command))
                label = say(f"command.{command.id}.label", language)
                lines.append(f"| {pressed} | {label} | {say(f'command.{command.id}.help', language)} |")
            lines.append("")
    return "\n".join(lines).rstrip()


def markdown() -> str:
    """`docs/keys.md`: every mode in every language."""
    parts = ["# Keys\n\nPrinted from the registry (`agent_tui/desk/commands.py`) by `make docs`."]
    for language in LANGUAGES:
        parts.append(tables(MODES, language))
    return "\n\n".join(parts) + "\n"
