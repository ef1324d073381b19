"""No request that the schema allows, nor one it does not, makes the server fail."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from litestar import Litestar
from litestar.testing import TestClient
from schemathesis import Case, GenerationMode
from schemathesis.config import GenerationConfig, ProjectConfig, ProjectsConfig, SchemathesisConfig

from agent_tui.server.build import HANDLERS, build_app
from agent_tui.server.openapi import describe
from agent_tui.wire import routes
from tests.server import bench

MODES = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]
CONFIG = SchemathesisConfig(projects=ProjectsConfig(default=ProjectConfig(generation=GenerationConfig(modes=MODES))))
LEFT_OUT = (routes.STREAM, routes.LINK_STREAM, routes.SESSION)
"""Streams have no end, and signing out ends the fuzz."""

schema = schemathesis.openapi.from_dict(json.loads(describe(HANDLERS)), config=CONFIG).exclude(path=list(LEFT_OUT))


Live = tuple[TestClient[Litestar], dict[str, dict[str, str]]]


def sign_in(client: TestClient[Litestar], login: str) -> dict[str, str]:
    body = {"login": login, "password": bench.PASSWORD, "device_id": "d"}
    token = client.post(routes.SESSION, json=body).json()["token"]
    return {"authorization": f"Bearer {token}", "x-device-id": "d"}


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    services = bench.open_bench(tmp_path_factory.mktemp("fuzz"))
    with TestClient(build_app(services), raise_server_exceptions=False) as client:
        yield client, {login: sign_in(client, login) for login in ("boss", "link:sim")}


@schema.parametrize()
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_request_makes_the_server_fail(case: Case[Any], live: Live) -> None:
    client, headers = live
    login = "link:sim" if case.path == routes.INGRESS else "boss"
    given: dict[str, Any] = case.as_transport_kwargs(headers=headers[login], base_url="http://testserver.local")
    given.pop("cookies", None)
    if "data" in given:
        given["content"] = given.pop("data")
    answer = client.request(**given)
    assert answer.status_code < 500, answer.text
