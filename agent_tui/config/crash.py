"""What is kept of a failure: kinds and places only. The words of an exception and the values of variables may be
personal data, so neither is written."""

from __future__ import annotations

import os
import sys
from types import TracebackType

from agent_tui.clock import wall
from agent_tui.config import paths


def places(trace: TracebackType | None) -> list[str]:
    """File, line and function of every frame."""
    lines = []
    while trace is not None:
        code = trace.tb_frame.f_code
        lines.append(f"  {os.path.relpath(code.co_filename)}:{trace.tb_lineno} {code.co_qualname}")
        trace = trace.tb_next
    return lines


def write_down(error: BaseException, part: str = "") -> str:
    """Append to the log and return its path, `-` if it cannot be written; `part` says which program failed."""
    from agent_tui import __version__

    python = sys.version.split()[0]
    lines = [f"{wall().isoformat(timespec='seconds')} agent-tui {__version__} python {python} {part}".rstrip()]
    cause: BaseException | None = error
    while cause is not None:
        lines += [f" {type(cause).__module__}.{type(cause).__qualname__}", *places(cause.__traceback__)]
        cause = cause.__cause__ or cause.__context__
    file = paths.log_file()
    try:
        paths.private(file.parent)
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a", encoding="utf-8") as log:
            log.write("\n".join(lines) + "\n")
    except OSError:
        return "-"
    return str(file)
