"""No request that the schema allows, nor one it does not, makes a running server fail or say what is not in its schema."""

from __future__ import annotations

import json
import os
import threading
from collections import Counter
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import schemathesis
import uvicorn
from hypothesis import HealthCheck, settings
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.config import GenerationConfig, ProjectConfig, ProjectsConfig, SchemathesisConfig
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from agent_tui.server import run
from agent_tui.server.build import HANDLERS, build_app
from agent_tui.server.openapi import describe
from agent_tui.wire import routes
from tests.server import bench, engines

EXAMPLES = int(os.environ.get("AGENT_TUI_FUZZ_EXAMPLES", "8"))
"""For each operation; more on demand."""
ALL_OF = 300
THEN_EVERY = 1 if os.environ.get(engines.WHOLE) else 7
"""Of what the schema lists as its borders, each operation gets the first requests and then every seventh: where a body is
any of a hundred commands, each word of each is broken in twenty ways, and two thousand requests are refused alike."""
MODES = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]
CONFIG = SchemathesisConfig(projects=ProjectsConfig(default=ProjectConfig(generation=GenerationConfig(modes=MODES))))
LEFT_OUT = (routes.STREAM, routes.LINK_STREAM, routes.SESSION)
"""Streams have no end, and signing out ends the fuzz."""
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]

schema = schemathesis.openapi.from_dict(json.loads(describe(HANDLERS)), config=CONFIG).exclude(path=list(LEFT_OUT))


class Live:
    """A server on a port of its own, and who is signed in there."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.client = httpx.Client(base_url=url, trust_env=False, timeout=10)
        self.asked: Counter[str] = Counter()
        self.headers = {login: self._sign_in(login) for login in ("boss", "link:sim")}

    def spares(self, case: Case[Any]) -> bool:
        """Whether this is one of the many borders that are tried only when all are; what is made by chance never is."""
        if case.meta is None or case.meta.phase.name != "coverage":
            return False
        self.asked[case.operation.label] += 1
        past = self.asked[case.operation.label] - ALL_OF
        return past > 0 and past % THEN_EVERY > 0

    def _sign_in(self, login: str) -> dict[str, str]:
        body = {"login": login, "password": bench.PASSWORD, "device_id": "d"}
        return {"authorization": f"Bearer {self.client.post(routes.SESSION, json=body).json()['token']}"}


@pytest.fixture(scope="module", params=engines.BOTH)
def live(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    services = bench.open_kept(tmp_path_factory.mktemp("fuzz"), request.param)
    sock = run.bind("127.0.0.1", 0)
    config = uvicorn.Config(build_app(services), log_config=None, lifespan="on", timeout_graceful_shutdown=1)
    server = run.PoliteServer(config, services.bus, "ready")
    thread = threading.Thread(target=lambda: server.run(sockets=[sock]), daemon=True)
    thread.start()
    opened = Live(f"http://127.0.0.1:{sock.getsockname()[1]}")
    yield opened
    opened.client.close()
    server.should_exit = True
    thread.join(10)
    assert not thread.is_alive()
    sock.close()


@schema.parametrize()
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_request_makes_the_server_fail_or_break_its_word(case: Case[Any], live: Live) -> None:
    if live.spares(case):
        return
    headers = live.headers["link:sim" if case.path == routes.INGRESS else "boss"]
    given: dict[str, Any] = case.as_transport_kwargs(headers=headers, base_url=live.url)
    given.pop("cookies", None)
    if "data" in given:
        given["content"] = given.pop("data")
    answer = live.client.request(**given)
    case.validate_response(answer, checks=CHECKS)
