"""Desks that live by a clock of the test, and by no disk: nothing here is about power cuts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from agent_tui.store import engine
from agent_tui.store.writer import Writer
from tests.protocol.office import Dials


def _in_memory(path: Path, key: bytes, *, synchronous: str) -> Any:
    return engine.connect(path, key, synchronous="OFF")


class Direct(Writer):
    """The journal's writer without its thread: each job is committed before `put` returns."""

    def __init__(self, connection: Any, path: Path) -> None:
        self._connection, self._path = connection, path

    def put(self, job: Callable[[Any], Any], after: Callable[[], None] | None = None) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_running_or_notify_cancel()
        self._commit([(job, future, after)])
        return future

    def close(self) -> None:
        self._connection.close()


@contextmanager
def patches() -> Iterator[None]:
    """As long as it lasts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("agent_tui.sync.patience.monotonic", lambda: Dials.now)
        patch.setattr("agent_tui.store.open.connect", _in_memory)
        patch.setattr("agent_tui.store.open.Writer", Direct)
        yield


@pytest.fixture(autouse=True, scope="package")
def quick() -> Iterator[None]:
    with patches():
        yield
