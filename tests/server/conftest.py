"""Fixtures of the server's tests."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from agent_tui.server.services import Services
from tests.server import bench


@pytest.fixture
def services(tmp_path: Path) -> Services:
    return bench.open_bench(tmp_path)


@pytest.fixture
async def client(services: Services) -> AsyncIterator[AsyncTestClient[Litestar]]:
    async with bench.client_of(services) as opened:
        yield opened
