"""What a process of the campaign writes down of itself: facts as JSON lines that outlive its being killed."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec


class Diary:
    """Appends whole lines; the operating system keeps what a killed process wrote."""

    def __init__(self, path: Path) -> None:
        self._handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def write(self, fact: str, **what: Any) -> None:
        # A full disk takes the diary too: what could not be written down is not asked for later.
        with contextlib.suppress(OSError):
            os.write(self._handle, msgspec.json.encode({"fact": fact, **what}) + b"\n")

    def close(self) -> None:
        os.close(self._handle)


def read(path: Path) -> Iterator[dict[str, Any]]:
    """The facts in the order they were written; a line that was cut by a full disk is left out."""
    if not path.exists():
        return
    for line in path.read_bytes().splitlines():
        try:
            yield msgspec.json.decode(line, type=dict[str, Any])
        except msgspec.DecodeError:
            continue
