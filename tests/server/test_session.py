"""Signing in: one answer for every wrong try, a throttle, opaque tokens, and being logged off at the end."""

from __future__ import annotations

from datetime import timedelta

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from agent_tui.clock import wall
from agent_tui.domain.agent import Agent, AgentState
from agent_tui.domain.commands import SetAgentState
from agent_tui.server import auth
from agent_tui.server.services import Services
from agent_tui.server.state import TableState
from agent_tui.server.terms import Terms
from agent_tui.wire import routes
from tests.server import bench
from tests.server.test_feed import change_agent

Client = AsyncTestClient[Litestar]
TERMS = Terms()


async def attempt(client: Client, login: str, password: str) -> tuple[int, dict[str, object]]:
    answer = await client.post(routes.SESSION, json={"login": login, "password": password, "device_id": "d"})
    return answer.status_code, answer.json()


async def test_a_session_says_who_one_is(client: Client) -> None:
    session = (await bench.sign_in(client, "chen")).session
    assert session["agent_id"] == "a1"
    assert (session["role"], session["level"], session["groups"]) == ("agent", 2, ["cards"])
    assert session["expires_s"] == TERMS.token_s


async def test_an_unknown_login_and_a_wrong_password_get_the_same_answer(client: Client) -> None:
    assert await attempt(client, "nobody", "x") == await attempt(client, "chen", "x")


async def test_after_five_failures_even_the_right_password_must_wait(client: Client) -> None:
    for _ in range(TERMS.free_tries):
        assert (await attempt(client, "chen", "wrong"))[0] == 401
    status, problem = await attempt(client, "chen", bench.PASSWORD)
    assert status == 429
    assert float(str(problem["retry_after_s"])) > 0
    assert (await attempt(client, "wang", bench.PASSWORD))[0] == 200


async def test_who_is_no_longer_active_cannot_sign_in(client: Client, services: Services) -> None:
    change_agent(services, "a1", active=False)
    assert (await attempt(client, "chen", bench.PASSWORD))[0] == 401


async def test_without_a_token_nothing_but_health_metrics_and_sign_in(client: Client) -> None:
    assert (await client.get(routes.HEALTH)).status_code == 200
    assert (await client.get(routes.METRICS)).status_code == 200
    for path in (routes.SNAPSHOT, routes.CHANGES + "?cursor=x", routes.AUDIT_VERIFY, routes.LINK_STREAM):
        answer = await client.get(path)
        assert answer.status_code == 401, path
        assert answer.headers["content-type"] == "application/problem+json"


async def test_the_table_holds_no_token_in_the_clear(client: Client, services: Services) -> None:
    desk = await bench.sign_in(client, "chen")
    assert not any(desk.session["token"] in line for line in await bench.dump(services))


async def test_a_token_dies_after_fifteen_minutes_unless_renewed(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = await bench.sign_in(client, "chen"), await bench.sign_in(client, "wang")
    start = wall()
    monkeypatch.setattr(auth, "wall", lambda: start + timedelta(seconds=TERMS.token_s - 5))
    assert (await one.post(routes.SESSION_RENEW)).json()["token"] == one.session["token"]
    monkeypatch.setattr(auth, "wall", lambda: start + timedelta(seconds=TERMS.token_s + 5))
    assert (await one.get(routes.SNAPSHOT)).status_code == 200
    assert (await other.get(routes.SNAPSHOT)).status_code == 401


async def test_signing_out_ends_the_token_and_logs_the_person_off(client: Client, services: Services) -> None:
    desk = await bench.sign_in(client, "chen")
    await desk.send(SetAgentState(state="ready"))
    assert (await client.delete(routes.SESSION, headers=desk.headers)).status_code == 204
    assert (await desk.get(routes.SNAPSHOT)).status_code == 401
    agent = await services.db.read(lambda tx: TableState(tx).get(Agent, "a1"))
    assert agent is not None and agent.state == AgentState.LOGGED_OFF


async def test_a_wrong_step_up_is_refused_and_audited(client: Client, services: Services) -> None:
    desk = await bench.sign_in(client, "chen")
    assert (await desk.post(routes.SESSION_STEP_UP, {"password": "wrong"})).status_code == 401
    row = bench.query(services, "SELECT type, outcome FROM audit ORDER BY seq DESC LIMIT 1")[0]
    assert row == ("StepUp", "refused")


@pytest.mark.parametrize(
    ("version", "status"), [("", 200), ("0.1.0", 200), ("0.2.1", 200), ("1.0", 200), ("0.0.9", 426), ("old", 426)]
)
async def test_a_program_that_is_too_old_is_told_so(client: Client, version: str, status: int) -> None:
    body = {"login": "chen", "password": bench.PASSWORD, "device_id": "d", "client_version": version}
    answer = await client.post(routes.SESSION, json=body)
    assert answer.status_code == status
    assert status == 200 or answer.json()["type"].endswith("client-too-old")
