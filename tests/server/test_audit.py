"""The audit proves itself: whoever changes a byte, drops a row or adds one is found, with the row."""

from __future__ import annotations

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from agent_tui.domain.commands import AddNote, SetAgentState
from agent_tui.server import audit
from agent_tui.server.services import Services
from agent_tui.wire import routes
from tests.server import bench
from tests.server.engines import tamper

Client = AsyncTestClient[Litestar]

FORGERIES = {
    "a changed payload": "UPDATE audit SET payload = replace(payload, 'applied', 'refused') WHERE seq = 3",
    "a changed actor": "UPDATE audit SET actor = 'a2' WHERE seq = 3",
    "a changed time": "UPDATE audit SET at = '2020' WHERE seq = 3",
    "a changed customer": "UPDATE audit SET customer_id = 'c9' WHERE seq = 3",
    "a changed link": "UPDATE audit SET prev = hash WHERE seq = 3",
    "a changed hash": "UPDATE audit SET hash = prev WHERE seq = 3",
    "a row taken out": "DELETE FROM audit WHERE seq = 3",
    "the last row taken out": "DELETE FROM audit WHERE seq = (SELECT MAX(seq) FROM audit)",
    "a row added": "INSERT INTO audit SELECT seq + 100, at, actor, type, outcome, customer_id, command_id, payload,"
    " prev, hash FROM audit WHERE seq = 3",
    "a command without its row": "UPDATE command SET audit_seq = audit_seq + 1 WHERE audit_seq = 3",
}


async def some_history(client: Client) -> None:
    desk = await bench.sign_in(client, "chen")
    for state in ("ready", "not_ready", "ready"):
        await desk.send(SetAgentState(state=state, reason="meal" if state == "not_ready" else None))
    await desk.send(AddNote(text="x", contact_id="nowhere"))


async def test_an_honest_history_verifies(client: Client) -> None:
    await some_history(client)
    boss = await bench.sign_in(client, "boss")
    found = (await boss.get(routes.AUDIT_VERIFY)).json()
    assert found["ok"] is True
    assert found["rows"] >= 6


@pytest.mark.parametrize("forgery", FORGERIES)
async def test_a_forgery_is_found(client: Client, services: Services, forgery: str) -> None:
    await some_history(client)
    assert tamper(services, FORGERIES[forgery]) == 1
    found = await services.db.read(audit.verify)
    assert not found.ok
    assert found.broken_at is not None
    assert found.reason is not None


async def test_agents_may_not_read_the_proof(client: Client) -> None:
    desk = await bench.sign_in(client, "chen")
    assert (await desk.get(routes.AUDIT_VERIFY)).status_code == 403


async def test_the_command_line_names_the_row(
    client: Client, services: Services, capsys: pytest.CaptureFixture[str]
) -> None:
    from agent_tui.cli.audit_verify import BROKEN, verify

    await some_history(client)
    assert verify(services.db.where, "en") == 0
    assert tamper(services, "UPDATE audit SET actor = 'x' WHERE seq = 2") == 1
    assert verify(services.db.where, "en") == BROKEN
    assert "row 2" in capsys.readouterr().out
