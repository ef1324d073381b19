"""argparse in the reader's language: headings, help and complaints are texts of `i18n`, and a wrong option names
the nearest right one."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from difflib import get_close_matches
from typing import NoReturn

from agent_tui.errors import UsageError
from agent_tui.i18n.catalog import say

_COMPLAINTS = (
    ("error.usage_missing", re.compile(r"the following arguments are required: (?P<what>.+)")),
    ("error.usage_value_missing", re.compile(r"argument (?P<what>\S+): expected .*argument")),
    (
        "error.usage_choice",
        re.compile(r"argument (?P<what>\S+): invalid choice: (?P<value>.+) \(choose from (?P<right>.+)\)"),
    ),
    ("error.usage_type", re.compile(r"argument (?P<what>\S+): invalid .*value: (?P<value>.+)")),
    ("error.usage_together", re.compile(r"argument (?P<what>\S+): not allowed with argument (?P<value>.+)")),
)
"""What argparse says, and the message key that says it in three languages."""


class _Formatter(argparse.RawDescriptionHelpFormatter):
    language = "en"

    def add_usage(self, usage, actions, groups, prefix=None):  # type: ignore[no-untyped-def]
        super().add_usage(usage, actions, groups, say("cli.usage", self.language) + " ")


def _formatter(language: str) -> type[_Formatter]:
    return type("Formatter", (_Formatter,), {"language": language})


class Parser(argparse.ArgumentParser):
    """Raises UsageError instead of printing and leaving."""

    def __init__(self, prog: str, language: str, description: str = "", epilog: str = "") -> None:
        super().__init__(
            prog=prog,
            description=description or None,
            epilog=epilog or None,
            add_help=False,
            allow_abbrev=False,
            formatter_class=_formatter(language),
        )
        self._positionals.title = say("cli.arguments", language)
        self._optionals.title = say("cli.options", language)
        self.add_argument("-h", "--help", action="help", help=say("cli.help", language))

    def read(self, argv: Sequence[str]) -> argparse.Namespace:
        """`parse_args` that complains about an unknown option in our words."""
        known, unknown = self.parse_known_args(argv)
        if unknown:
            raise self._unknown(unknown[0])
        return known

    def _unknown(self, given: str) -> UsageError:
        options = [text for text in self._option_string_actions if text.startswith("--")]
        near = get_close_matches(given.split("=")[0], options, 1)
        key = "error.usage_option_near" if near else "error.usage_option"
        return UsageError(key, command=self.prog, given=given, near=near[0] if near else "")

    def error(self, message: str) -> NoReturn:
        for key, pattern in _COMPLAINTS:
            found = pattern.fullmatch(message)
            if found:
                raise UsageError(key, command=self.prog, **found.groupdict())
        raise UsageError("error.usage", command=self.prog, what=message)
