"""How a failure reaches a person: one sentence in their language on stderr and an exit code, never a traceback."""

from __future__ import annotations

import errno
import io
import os
import sys
from collections.abc import Callable

from agent_tui.errors import AgentTuiError
from agent_tui.i18n.catalog import say

INTERRUPTED = 130
UNEXPECTED = 70
UNUSABLE = 74
MISSING = 69
_EXTRA = "server"
"""The only part of the program that is installed by name: everything else is always there."""


_SYSTEM_SAYS = {
    **{
        os.strerror(getattr(errno, name)): f"error.system.{name.lower()}"
        for name in (
            "ENOENT",
            "EACCES",
            "EPERM",
            "EISDIR",
            "ENOTDIR",
            "EROFS",
            "EADDRNOTAVAIL",
            "ENAMETOOLONG",
            "EIO",
        )
    },
    "Name or service not known": "error.system.no_host",
    "unable to open database file": "error.system.cannot_open",
    "attempt to write a readonly database": "error.system.erofs",
}
"""What the system and SQLite say in English, and the message that says it in three languages."""


def reason(text: object, language: str) -> object:
    """What the system said, in `language` where we have words for it."""
    key = _SYSTEM_SAYS.get(text) if isinstance(text, str) else None
    return say(key, language) if key else text


def sentence(error: AgentTuiError, language: str) -> str:
    """The error said in `language`; a key without a text is shown with its arguments rather than hidden."""
    said = say(error.key, language, **{name: reason(value, language) for name, value in error.args_.items()})
    return said if said != error.key else str(error)


def open_streams() -> None:
    """Output that was closed goes nowhere; a letter that the terminal does not have becomes a question mark."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115, PTH123 - until the end
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def readable(language: str) -> str:
    """`language`, or English where the output cannot carry its letters."""
    try:
        for stream in (sys.stdout, sys.stderr):
            say("error.unexpected", language).encode(getattr(stream, "encoding", None) or "ascii")
    except UnicodeEncodeError:
        return "en"
    return language


def tell(text: str) -> None:
    """One line on stderr, whatever encoding the terminal has."""
    encoding = getattr(sys.stderr, "encoding", None) or "ascii"
    try:
        print(text.encode(encoding, "backslashreplace").decode(encoding), file=sys.stderr, flush=True)
    except OSError:
        return


def _quiet_pipe() -> None:
    """The reader of our output left: nothing more may be written, not even at exit."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, sys.stdout.fileno())


def guard(body: Callable[[], int], language: str) -> int:
    """Run `body` and turn whatever it raises into a sentence and an exit code."""
    try:
        code = body()
        sys.stdout.flush()
        return code
    except AgentTuiError as error:
        tell(sentence(error, language))
        return error.exit_code
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        _quiet_pipe()
        return 0
    except ModuleNotFoundError as error:
        if (error.name or "agent_tui").startswith("agent_tui"):
            return _unexpected(error, language)
        tell(say("error.not_installed", language, package=error.name, extra=_EXTRA))
        return MISSING
    except OSError as error:
        if error.errno == errno.ENOSPC:
            from agent_tui.config.paths import data_dir

            tell(say("error.disk_full", language, path=error.filename or data_dir()))
            return UNUSABLE
        if error.filename is not None and error.strerror in _SYSTEM_SAYS:
            tell(say("error.file", language, path=error.filename, reason=reason(error.strerror, language)))
            return UNUSABLE
        return _unexpected(error, language)
    except Exception as error:
        return _unexpected(error, language)


def _unexpected(error: BaseException, language: str) -> int:
    from agent_tui.config.crash import write_down

    tell(say("error.unexpected", language, kind=type(error).__name__, file=write_down(error)))
    return UNEXPECTED
