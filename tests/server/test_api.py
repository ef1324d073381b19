"""The API's page about itself is true, every error is a problem, and no request makes the server fail."""

from __future__ import annotations

import json
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from agent_tui import ids
from agent_tui.server.options import BODY_KIB
from agent_tui.wire import routes
from agent_tui.wire.problem import BASE, CONTENT_TYPE
from tests.server import bench

Client = AsyncTestClient[Litestar]


async def schema(client: Client) -> dict[str, Any]:
    answer = await client.get(routes.OPENAPI)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_the_schema_names_every_route(client: Client) -> None:
    paths = set((await schema(client))["paths"])
    named = {value for name, value in vars(routes).items() if name.isupper() and isinstance(value, str)}
    assert named - {routes.OPENAPI} == paths


async def test_every_command_of_the_union_is_in_the_schema_with_its_tag(client: Client) -> None:
    from typing import get_args

    from agent_tui.domain.commands import Command

    found = (await schema(client))["components"]["schemas"]
    for kind in get_args(Command):
        assert kind.__name__ in found, kind
        assert found[kind.__name__]["properties"]["type"] == {"enum": [kind.__name__]}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ("{", "body"),
        ("[]", "body"),
        ('{"login": "x", "device_id": "d"}', "password"),
        ('{"login": 3, "password": "x", "device_id": "d"}', "login"),
    ],
)
async def test_a_wrong_body_names_the_field(client: Client, body: str, field: str) -> None:
    answer = await client.post(routes.SESSION, content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 400
    assert answer.headers["content-type"] == CONTENT_TYPE
    problem = answer.json()
    assert problem["type"] == BASE + "bad-request"
    assert field in problem["args"]["field"] or field in problem["args"]["reason"], problem


async def test_an_unknown_command_or_field_is_refused(client: Client) -> None:
    desk = await bench.sign_in(client, "chen")
    id = ids.uuid7()
    for command in ({"type": "Nonsense"}, {"type": "AcceptContact", "contact_id": "k1", "colour": "red"}):
        body = json.dumps({"id": id, "command": command})
        answer = await client.post(routes.COMMANDS, content=body, headers={**desk.headers, "idempotency-key": id})
        assert answer.status_code == 400, answer.text


async def test_an_id_that_is_none_is_refused(client: Client) -> None:
    desk = await bench.sign_in(client, "chen")
    body = json.dumps({"id": "one", "command": {"type": "AcceptContact", "contact_id": "k1"}})
    answer = await client.post(routes.COMMANDS, content=body, headers={**desk.headers, "idempotency-key": "one"})
    assert answer.status_code == 400


async def test_too_large_a_body_is_refused(client: Client) -> None:
    body = json.dumps({"login": "x" * (BODY_KIB * 1024 + 1), "password": "x", "device_id": "d"})
    answer = await client.post(routes.SESSION, content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 413
    assert answer.headers["content-type"] == CONTENT_TYPE


async def test_an_unknown_path_is_a_problem_too(client: Client) -> None:
    answer = await client.get("/v1/nowhere")
    assert answer.status_code == 404
    assert answer.json()["type"] == BASE + "not-found"


async def test_the_clock_moves_only_forward(client: Client) -> None:
    desk = await bench.sign_in(client, "chen")
    before = (await client.get(routes.HEALTH)).json()["at"]
    headers = {**desk.headers, "content-type": "application/json"}
    moved = await client.put(routes.CLOCK, content='{"advance_s": 90}', headers=headers)
    assert moved.status_code == 200
    assert moved.json()["at"] > before
    for wrong in (
        '{"advance_s": -1}',
        '{"advance_s": 1e308}',
        '{"to": "0001-01-01T00:00:00+14:00"}',
        '{"to": "2026-03-02"}',
    ):
        assert (await client.put(routes.CLOCK, content=wrong, headers=headers)).status_code == 400, wrong


async def test_a_report_has_a_sane_interval(client: Client) -> None:
    boss = await bench.sign_in(client, "boss")
    day = "2026-03-02T00:00:00+00:00"
    for since, until in ((day, day), ("0001-01-01T00:00:00+14:00", day), (day, "9999-12-31T23:59:59-14:00")):
        assert (await boss.get(routes.REPORT, since=since, until=until)).status_code == 400
