"""What is taken back is never done: a desk that says "expired" must stay right whatever is still on its way."""

from __future__ import annotations

import msgspec
from litestar import Litestar
from litestar.testing import AsyncTestClient

from agent_tui import ids
from agent_tui.domain.commands import AddNote, Command
from agent_tui.server import audit
from agent_tui.server.services import Services
from agent_tui.wire import routes
from agent_tui.wire.command import Envelope, Intent
from tests.server import bench

NOTE = AddNote(text="seen", contact_id="k1")


async def post(desk: bench.Desk, id: str, command: Command, *, withdrawn: bool) -> str:
    """What the answer says became of the command."""
    envelope = Envelope(id=id, command=command, intent=Intent(age_ms=11_000, withdrawn=withdrawn))
    headers = {**desk.headers, "idempotency-key": id, "content-type": "application/json"}
    answer = await desk.client.post(routes.COMMANDS, content=msgspec.json.encode(envelope), headers=headers)
    told = answer.json()
    assert told.get("command_id", told.get("id")) == id
    return "expired" if told.get("type", "").endswith("command-expired") else str(told["outcome"])


async def test_a_request_that_arrives_after_it_was_taken_back_does_nothing(
    client: AsyncTestClient[Litestar], services: Services
) -> None:
    await bench.offer(client)
    desk, id = await bench.sign_in(client, "chen"), ids.uuid7()
    assert await post(desk, id, NOTE, withdrawn=True) == "expired"
    assert await post(desk, id, NOTE, withdrawn=False) == "expired"
    assert not bench.query(services, "SELECT 1 FROM state WHERE entity = 'note'")
    assert bench.query(services, f"SELECT outcome FROM audit WHERE command_id = '{id}'")[0][0] == "expired"
    assert services.db.read_now(audit.verify).ok


async def test_taking_back_what_was_done_tells_that_it_was_done(
    client: AsyncTestClient[Litestar], services: Services
) -> None:
    await bench.offer(client)
    desk, id = await bench.sign_in(client, "chen"), ids.uuid7()
    assert await post(desk, id, NOTE, withdrawn=False) == "applied"
    assert await post(desk, id, NOTE, withdrawn=True) == "applied"
    assert len(bench.query(services, "SELECT 1 FROM state WHERE entity = 'note'")) == 1
