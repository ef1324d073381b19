"""Call logs for tests: a few lines with the deceptions of the real one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from agent_tui.metrics.calllog import COLUMNS

REAL = (
    Path(os.environ.get("AGENT_TUI_SHARED", "../shared")) / "data/anonymous-bank-1999-02/calls-1999-02-01-to-21.tsv"
)
HEADER = "\t".join(COLUMNS)


def line(
    call_id: int,
    menu: str = "10:00:00 10:00:09 9",
    queue: str = "10:00:09 10:00:21 12",
    outcome: str = "AGENT",
    service: str = "10:00:21 10:02:21 120",
    server: str = "DORIT",
    type: str = "PS",
    date: str = "990203",
) -> str:
    """One row; by default a call answered after 12 s and talked to for two minutes."""
    parts = ["AA0101", str(call_id), "4711", "2", type, date, *menu.split(), *queue.split(), outcome]
    return "\t".join([*parts, *service.split(), server])


NONE = "0:00:00 0:00:00 0"


def text(*lines: str) -> str:
    """A file as the bank writes it: CRLF."""
    return "\r\n".join([HEADER, *lines]) + "\r\n"


def real_log() -> Path:
    """The real log, or a skip that says where it would have to be."""
    if not REAL.exists():
        pytest.skip(f"the bank's call log is not here: {REAL}")
    return REAL
