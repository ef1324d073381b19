"""Every desk on a stage lives on a clock of its own: `tests.tui.hurry`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import SimpleNamespace

import pytest
from textual import _time

from agent_tui import clock
from tests.tui.hurry import HurriedLoop, hurried_time


def pytest_asyncio_loop_factories() -> Mapping[str, Callable[[], HurriedLoop]]:
    return {"hurried": HurriedLoop}


@pytest.fixture(autouse=True)
def _one_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """The program and its framework tell the time by the loop they run on."""
    monkeypatch.setattr(_time, "get_time", hurried_time)
    monkeypatch.setattr(clock, "time", SimpleNamespace(monotonic=hurried_time))
