"""The ledger over HTTP: one answer per id, refusals kept, versions checked."""

from __future__ import annotations

from litestar import Litestar
from litestar.testing import AsyncTestClient

from agent_tui import ids
from agent_tui.domain.commands import AddNote, OfferNew, OfferToAgent, SetAgentState
from agent_tui.domain.contact import Channel
from agent_tui.server.services import Services
from agent_tui.wire import routes
from tests.server import bench

Client = AsyncTestClient[Litestar]


async def offer(client: Client, contact_id: str = "k1") -> None:
    link = await bench.sign_in(client, "link:sim")
    command = OfferNew(contact_id=contact_id, channel=Channel.PHONE, caller="13812345678", group="cards")
    answer = await link.send(command, path=routes.INGRESS)
    assert answer.status_code == 200, answer.text


async def test_an_offered_contact_reaches_the_members_of_its_group(client: Client) -> None:
    desk = await bench.sign_in(client, "chen")
    other = await bench.sign_in(client, "wang")
    rows, cursor = await desk.snapshot()
    theirs, their_cursor = await other.snapshot()
    await offer(client)
    await desk.catch_up(rows, cursor)
    await other.catch_up(theirs, their_cursor)
    assert rows["contact", "k1"]["caller"] == "138••••5678"
    assert ("contact", "k1") not in theirs


async def test_the_same_id_gets_the_same_answer_byte_for_byte(client: Client) -> None:
    desk = await bench.sign_in(client, "chen")
    id = ids.uuid7()
    first = await desk.send(SetAgentState(state="ready"), id=id)
    second = await desk.send(SetAgentState(state="ready"), id=id)
    assert first.status_code == 200, first.text
    assert second.content == first.content
    assert second.headers["idempotent-replayed"] == "true"


async def test_the_same_id_with_other_content_is_refused(client: Client) -> None:
    desk = await bench.sign_in(client, "chen")
    id = ids.uuid7()
    await desk.send(SetAgentState(state="ready"), id=id)
    answer = await desk.send(SetAgentState(state="not_ready", reason="meal"), id=id)
    assert answer.status_code == 422
    assert answer.json()["type"].endswith("/key-reused")


async def test_a_refusal_is_committed_and_reaches_its_maker(client: Client) -> None:
    desk = await bench.sign_in(client, "chen")
    rows, cursor = await desk.snapshot()
    id = ids.uuid7()
    first = await desk.send(AddNote(text="hello", contact_id="nowhere"), id=id)
    again = await desk.send(AddNote(text="hello", contact_id="nowhere"), id=id)
    assert first.status_code in (403, 409), first.text
    assert again.content == first.content
    await desk.catch_up(rows, cursor)
    assert rows["command", id]["outcome"] in ("refused", "conflict")
    assert rows["command", id]["reasons"]


async def test_people_may_not_send_what_links_and_the_system_send(client: Client) -> None:
    desk = await bench.sign_in(client, "chen")
    for command in (OfferNew(contact_id="k9", channel=Channel.CHAT), OfferToAgent(contact_id="k1", agent_id="a1")):
        assert (await desk.send(command)).status_code == 403


async def test_audit_has_one_row_for_each_command(client: Client, services: Services) -> None:
    desk = await bench.sign_in(client, "chen")
    await desk.send(SetAgentState(state="ready"))
    await desk.send(AddNote(text="x", contact_id="nowhere"))
    rows = await services.db.read(lambda tx: tx.all("audit_from", after=0, limit=100))
    assert [row["type"] for row in rows][-2:] == ["SetAgentState", "AddNote"]
