"""The demo's runtime file: how further desks and monitors on this machine find the server that `demo` started.

It holds passwords of made-up people, so its folder is open to its owner only.
"""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from agent_tui.config import paths


class Seat(msgspec.Struct, frozen=True, kw_only=True):
    """One place somebody may sit at in the demo."""

    mode: str
    """`desk`, `monitor` or `train`."""
    login: str
    password: str


class Demo(msgspec.Struct, frozen=True, kw_only=True):
    url: str
    seats: tuple[Seat, ...]
    pid: int
    """Process of the server; the file means nothing once it is gone."""


def folder() -> Path:
    """The demo's own folder (mode 0700): runtime file, database, keys."""
    return paths.run_dir() / "demo"


def _file() -> Path:
    return folder() / "demo.json"


def write_demo(demo: Demo) -> None:
    """Tell other desks of this machine where the demo is."""
    paths.write_private(_file(), msgspec.json.encode(demo))


def alive(pid: int) -> bool:
    """Whether a process of that number runs."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def read_demo() -> Demo | None:
    """The demo that runs on this machine now; None when there is none."""
    try:
        demo = msgspec.json.decode(_file().read_bytes(), type=Demo)
    except (FileNotFoundError, msgspec.DecodeError):
        return None
    return demo if alive(demo.pid) else None


def remove_demo() -> None:
    """The demo ended."""
    _file().unlink(missing_ok=True)
