"""Desks that live by a clock of the test, and by no disk: nothing here is about power cuts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from agent_tui.store import engine
from tests.protocol.office import Dials


def _in_memory(path: Path, key: bytes, *, synchronous: str) -> Any:
    return engine.connect(path, key, synchronous="OFF")


@contextmanager
def patches() -> Iterator[None]:
    """As long as it lasts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("agent_tui.sync.push.monotonic", lambda: Dials.now)
        patch.setattr("agent_tui.store.open.connect", _in_memory)
        yield


@pytest.fixture(autouse=True, scope="package")
def quick() -> Iterator[None]:
    with patches():
        yield
