"""Fixtures of the server's tests."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from inspect import signature
from pathlib import Path

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from agent_tui.server.place import Remote
from agent_tui.server.services import Services
from tests.server import bench, engines

ON_BOTH = frozenset({"api", "approvals", "engines", "feed", "former", "jobs"})
"""Modules whose tests ask the ledger and never its file: each of them that opens one runs on both engines. In the others
a test runs on both when it asks for `engine` itself."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Which tests run on both engines; `one_engine` says why one of these modules does not."""
    opens = {"services", "tmp_path"} & set(metafunc.fixturenames)
    asks = "engine" in signature(metafunc.function).parameters
    whole = metafunc.module.__name__.rpartition(".test_")[2] in ON_BOTH
    if (asks or (whole and opens)) and metafunc.definition.get_closest_marker("one_engine") is None:
        metafunc.parametrize("engine", engines.BOTH, indirect=True)


@pytest.fixture(autouse=True)
def engine(request: pytest.FixtureRequest) -> Iterator[str]:
    """The engine that ledgers of this test are on. Of its own accord, since a name that is only added to a test's
    fixtures is forgotten again by pytest."""
    chosen: str = getattr(request, "param", "sqlite")
    with engines.on(chosen):
        yield chosen


@pytest.fixture
def services(tmp_path: Path, engine: str) -> Services:
    opened = bench.open_bench(tmp_path)
    assert isinstance(opened.db.where, Remote) == (engine == "postgres")
    return opened


@pytest.fixture
async def client(services: Services) -> AsyncIterator[AsyncTestClient[Litestar]]:
    async with bench.client_of(services) as opened:
        yield opened
