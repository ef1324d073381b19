"""Passwords at the shell: typed without echo, or from a file that nobody else may read, or from a descriptor; never
from the command line, which every process on the machine may read."""

from __future__ import annotations

import getpass
import os
import stat
import sys
from pathlib import Path

from agent_tui.errors import UsageError


def from_file(file: Path) -> str:
    """What a file says, without the end of its line. UsageError if it cannot be read, or if others may read it."""
    try:
        if stat.S_IMODE(file.stat().st_mode) & 0o077:
            raise UsageError("cli.admin.open_file", file=str(file))
        return file.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(str(file), error) from None


def from_descriptor(number: int) -> str:
    """The first line of an open descriptor, which is closed then. UsageError if it cannot be read."""
    try:
        with os.fdopen(number, encoding="utf-8") as stream:
            return stream.readline().rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(str(number), error) from None


def typed(*prompts: str) -> list[str]:
    """An answer to each prompt. UsageError where there is no terminal; KeyboardInterrupt when the person leaves."""
    if not sys.stdin.isatty():
        raise UsageError("cli.admin.no_terminal")
    try:
        return [getpass.getpass(prompt) for prompt in prompts]
    except EOFError:
        raise KeyboardInterrupt from None


def _unreadable(place: str, error: Exception) -> UsageError:
    return UsageError("cli.admin.unreadable", file=place, reason=type(error).__name__)
