"""Fixtures of the server's tests, and the rule that each of them that opens a ledger runs on both engines."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from inspect import signature
from pathlib import Path
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from agent_tui.server.place import Remote
from agent_tui.server.services import Services
from tests.server import bench, engines

ONE_ENGINE = {
    "processes": "several processes are only for PostgreSQL",
    "processes_authority": "several processes are only for PostgreSQL",
    "start": "the file of SQLite: its lock, its rights, its damage",
    "tls": "what stands before the ledger",
    "triage_eval": "files of weights; no ledger is opened",
}
"""Modules that are about one engine or none, and why. Of every other, each test that opens a ledger runs on both, but for
those that say why not with `one_engine`."""
OPENS = frozenset({"services", "tmp_path"})
"""Whoever wants one of these may open a ledger."""


def _why_one(test: Any, module: str) -> str:
    """Why a test runs on one engine; nothing when it runs on both."""
    marker = test.get_closest_marker("one_engine")
    return str(marker.args[0]) if marker else ONE_ENGINE.get(module.rpartition(".test_")[2], "")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Every test on both engines, but for what says why not."""
    asks = "engine" in signature(metafunc.function).parameters
    opens = OPENS & set(metafunc.fixturenames)
    if (asks or opens) and not _why_one(metafunc.definition, metafunc.module.__name__):
        metafunc.parametrize("engine", engines.BOTH, indirect=True)


@pytest.fixture(autouse=True)
def engine(request: pytest.FixtureRequest) -> Iterator[str]:
    """The engine that ledgers of this test are on. Of its own accord, since a name that is only added to a test's
    fixtures is forgotten again by pytest."""
    chosen: str = getattr(request, "param", "sqlite")
    with engines.on(chosen):
        yield chosen
        used = engines.used()
    if hasattr(request, "param"):
        assert chosen in used, (
            f"it says {chosen} and opened {used or 'nothing'}: who is about no ledger says `one_engine`"
        )
    else:
        assert not used or _why_one(request.node, request.module.__name__), (
            "a ledger on SQLite alone, and nobody says why"
        )


@pytest.fixture
def services(tmp_path: Path, engine: str) -> Services:
    opened = bench.open_bench(tmp_path)
    assert isinstance(opened.db.where, Remote) == (engine == "postgres")
    return opened


@pytest.fixture
async def client(services: Services) -> AsyncIterator[AsyncTestClient[Litestar]]:
    async with bench.client_of(services) as opened:
        yield opened
