"""Fixtures of the server's tests."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from agent_tui.server.services import Services
from tests.server import bench, engines


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Every test that opens a ledger runs on both engines; `one_engine` says why another does not."""
    opens = {"services", "tmp_path", "engine"} & set(metafunc.fixturenames)
    if opens and metafunc.definition.get_closest_marker("one_engine") is None:
        metafunc.fixturenames.append("engine")
        metafunc.parametrize("engine", engines.BOTH, indirect=True)


@pytest.fixture
def engine(request: pytest.FixtureRequest) -> Iterator[str]:
    """The engine that ledgers of this test are on."""
    with engines.on(request.param):
        yield request.param


@pytest.fixture
def services(tmp_path: Path) -> Services:
    return bench.open_bench(tmp_path)


@pytest.fixture
async def client(services: Services) -> AsyncIterator[AsyncTestClient[Litestar]]:
    async with bench.client_of(services) as opened:
        yield opened
