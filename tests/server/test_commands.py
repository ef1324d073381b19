"""The ledger over HTTP: one answer per id, refusals kept, versions checked, authority counted."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from agent_tui import ids
from agent_tui.domain.commands import (
    AddNote,
    Command,
    OfferNew,
    OfferToAgent,
    PerformAction,
    RaiseWorkOrder,
    RevealField,
    SetAgentState,
    WrapUpContact,
)
from agent_tui.domain.contact import Channel
from agent_tui.domain.customer import Secret
from agent_tui.server.services import Services
from agent_tui.wire import routes
from agent_tui.wire.command import Envelope, Intent
from tests.server import bench

Client = AsyncTestClient[Litestar]


def waive(amount: int, **more: Any) -> PerformAction:
    return PerformAction(action="waive_fee", customer_id="c1", amount_minor=amount, reason="goodwill", **more)


async def used_today(services: Services) -> int:
    found: int = await services.db.read(
        lambda tx: tx.value("limit_agent", agent_id="a1", action="waive_fee", day="2026-03-02", before=2**62)
    )
    return found


async def test_the_same_id_gets_the_same_answer_byte_for_byte(client: Client) -> None:
    desk = await bench.sign_in(client, "chen")
    id = ids.uuid7()
    first = await desk.send(SetAgentState(state="ready"), id=id)
    second = await desk.send(SetAgentState(state="ready"), id=id)
    assert first.status_code == 200, first.text
    assert second.content == first.content
    assert second.headers["idempotent-replayed"] == "true"


async def test_the_same_id_with_other_content_is_refused_and_changes_nothing(
    client: Client, services: Services
) -> None:
    desk = await bench.sign_in(client, "chen")
    id = ids.uuid7()
    await desk.send(SetAgentState(state="ready"), id=id)
    before = await services.db.read(lambda tx: tx.one("head")["feed_seq"])  # type: ignore[index]
    answer = await desk.send(SetAgentState(state="not_ready", reason="meal"), id=id)
    assert answer.status_code == 422
    assert answer.json()["type"].endswith("/key-reused")
    assert await services.db.read(lambda tx: tx.one("head")["feed_seq"]) == before  # type: ignore[index]


async def test_the_same_id_of_somebody_else_is_refused(client: Client) -> None:
    one, other = await bench.sign_in(client, "chen"), await bench.sign_in(client, "wang")
    id = ids.uuid7()
    await one.send(SetAgentState(state="ready"), id=id)
    assert (await other.send(SetAgentState(state="ready"), id=id)).status_code == 422


async def test_a_refusal_is_committed_and_reaches_its_maker_in_three_languages(client: Client) -> None:
    desk = await bench.sign_in(client, "chen")
    rows, cursor = await desk.snapshot()
    id = ids.uuid7()
    first = await desk.send(AddNote(text="hello", contact_id="nowhere"), id=id)
    again = await desk.send(AddNote(text="hello", contact_id="nowhere"), id=id)
    assert first.status_code in (403, 409), first.text
    assert again.content == first.content
    await desk.catch_up(rows, cursor)
    row = rows["command", id]
    assert row["outcome"] in ("refused", "conflict")
    assert set(row["reasons"][0]) == {"zh", "en", "ja"}


async def test_a_change_since_one_looked_is_a_conflict_that_names_the_version(
    client: Client, services: Services
) -> None:
    await bench.offer(client)
    desk = await bench.sign_in(client, "chen")
    answer = await desk.send(AddNote(text="hello", contact_id="k1"), if_match=7)
    assert answer.status_code == 412
    assert answer.json()["current"] == 1


@pytest.mark.parametrize(
    "command", [OfferNew(contact_id="k9", channel=Channel.CHAT), OfferToAgent(contact_id="k1", agent_id="a1")]
)
async def test_people_may_not_send_what_links_and_the_system_send(client: Client, command: Command) -> None:
    desk = await bench.sign_in(client, "chen")
    assert (await desk.send(command)).status_code == 403


async def test_links_may_not_act_as_people(client: Client) -> None:
    link = await bench.sign_in(client, "link:sim")
    assert (await link.send(SetAgentState(state="ready"))).status_code == 403
    assert (await link.send(SetAgentState(state="ready"), path=routes.INGRESS)).status_code == 403
    assert (await link.get(routes.SNAPSHOT)).status_code == 403


async def test_headers_repeat_the_body(client: Client) -> None:
    desk = await bench.sign_in(client, "chen")
    envelope = Envelope(id=ids.uuid7(), command=SetAgentState(state="ready"), if_match=3)
    body = msgspec.json.encode(envelope)
    for headers in ({}, {"idempotency-key": ids.uuid7()}, {"idempotency-key": envelope.id, "if-match": '"4"'}):
        answer = await client.post(routes.COMMANDS, content=body, headers={**desk.headers, **headers})
        assert answer.status_code == 400
        assert answer.json()["args"]["field"] in ("Idempotency-Key", "If-Match")


async def test_what_must_not_wait_offline_is_refused_when_it_did(client: Client, services: Services) -> None:
    bench.add_customer(services)
    desk = await bench.sign_in(client, "chen")
    envelope = Envelope(id=ids.uuid7(), command=waive(100), intent=Intent(offline=True, age_ms=5000))
    headers = {**desk.headers, "idempotency-key": envelope.id}
    answer = await client.post(routes.COMMANDS, content=msgspec.json.encode(envelope), headers=headers)
    assert answer.status_code == 403
    assert answer.json()["key"] == "server.refusal.not_offline"


async def test_amounts_of_a_day_are_added_up_and_a_refusal_uses_nothing(client: Client, services: Services) -> None:
    bench.add_customer(services)
    desk = await bench.sign_in(client, "chen")
    id = ids.uuid7()
    assert (await desk.send(waive(3000), id=id)).status_code == 200
    assert (await desk.send(waive(3000), id=id)).status_code == 200
    over = await desk.send(waive(3000))
    assert over.status_code == 403
    assert over.json()["needs_level"] == 3
    assert over.json()["limit_minor"] == bench.LIMIT
    assert over.json()["reasons"][0]["en"] == "Above 50.00."
    assert await used_today(services) == 3000


async def test_the_next_day_begins_at_midnight_of_the_centre(client: Client, services: Services) -> None:
    bench.add_customer(services)
    desk = await bench.sign_in(client, "chen")
    assert (await desk.send(waive(5000))).status_code == 200
    bench.advance(services, 14 * 3600 - 1)
    assert (await desk.send(waive(5000))).status_code == 403
    bench.advance(services, 2)
    assert (await desk.send(waive(5000))).status_code == 200


async def test_a_revealed_value_comes_once_and_is_never_stored(client: Client, services: Services) -> None:
    bench.add_customer(services)
    desk = await bench.sign_in(client, "chen")
    id = ids.uuid7()
    command = RevealField(customer_id="c1", field=Secret.PHONE, purpose="call back")
    first = (await desk.send(command, id=id)).json()
    assert first["value"] == bench.PHONE
    assert first["expires_s"] == 60
    again = (await desk.send(command, id=id)).json()
    assert again.get("value") is None
    assert again["receipt"] == first["receipt"]


async def test_a_step_up_is_asked_for_without_using_up_the_id(client: Client, services: Services) -> None:
    bench.add_customer(services)
    desk = await bench.sign_in(client, "chen")
    id = ids.uuid7()
    command = PerformAction(action="unblock_card", customer_id="c1", product_id="c1-card", reason="found")
    asked = await desk.send(command, id=id)
    assert asked.status_code == 401
    assert asked.json()["type"].endswith("/step-up-required")
    assert (await desk.post(routes.SESSION_STEP_UP, {"password": bench.PASSWORD})).status_code == 204
    assert (await desk.send(command, id=id)).status_code == 409  # the card is not blocked


async def test_status_knows_what_was_committed_and_nothing_of_others(client: Client) -> None:
    one, other = await bench.sign_in(client, "chen"), await bench.sign_in(client, "wang")
    id, never = ids.uuid7(), ids.uuid7()
    sent = (await one.send(SetAgentState(state="ready"), id=id)).json()
    mine = (await one.post(routes.COMMANDS_STATUS, {"ids": [id, never]})).json()
    assert mine["outcomes"] == [sent]
    assert (await other.post(routes.COMMANDS_STATUS, {"ids": [id]})).json()["outcomes"] == []


async def test_every_command_has_one_audit_row_refused_ones_too(client: Client, services: Services) -> None:
    desk = await bench.sign_in(client, "chen")
    await desk.send(SetAgentState(state="ready"))
    await desk.send(WrapUpContact(contact_id="nowhere", category="x", result="y"))
    rows = await services.db.read(lambda tx: tx.all("audit_from", after=0, limit=100))
    assert [row["type"] for row in rows][-2:] == ["SetAgentState", "WrapUpContact"]
    assert [row["outcome"] for row in rows][-2:][0] == "applied"


async def test_nothing_happened_when_the_server_failed(client: Client, services: Services, monkeypatch: Any) -> None:
    desk = await bench.sign_in(client, "chen")
    before = await bench.dump(services)

    def burst(*_: Any, **__: Any) -> None:
        raise RuntimeError("13812345678")

    id = ids.uuid7()
    with monkeypatch.context() as patch:
        patch.setattr("agent_tui.server.tail.Tail.close", burst)
        failed = await desk.send(SetAgentState(state="ready"), id=id)
    assert failed.status_code == 500
    assert "13812345678" not in failed.text
    assert await bench.dump(services) == before
    assert (await desk.send(SetAgentState(state="ready"), id=id)).status_code == 200


async def test_the_supervisor_sees_how_much_a_desk_still_holds(client: Client) -> None:
    desk = await bench.sign_in(client, "chen")
    envelope = Envelope(id=ids.uuid7(), command=SetAgentState(state="ready"))
    headers = {**desk.headers, "idempotency-key": envelope.id, "x-outbox-depth": "3"}
    answer = await client.post(routes.COMMANDS, content=msgspec.json.encode(envelope), headers=headers)
    assert answer.status_code == 200, answer.text
    rows, _ = await (await bench.sign_in(client, "boss")).snapshot()
    assert rows["agent", "a1"]["unsent"] == 3


async def test_a_desk_that_sends_what_it_kept_costs_no_row_for_each_number(
    client: AsyncTestClient[Litestar], services: Services
) -> None:
    desk = await bench.sign_in(client, "chen")
    versions = []
    for depth in (3, 2, 1, 0):
        envelope = Envelope(id=ids.uuid7(), command=RaiseWorkOrder(group="cards", title=f"w{depth}", text="look"))
        headers = {**desk.headers, "idempotency-key": envelope.id, "x-outbox-depth": str(depth)}
        await client.post(routes.COMMANDS, content=msgspec.json.encode(envelope), headers=headers)
        rows, _ = await desk.snapshot()
        versions.append((rows["agent", "a1"].get("unsent", 0), rows["agent", "a1"]["version"]))
    (before, first), *between, (after, last) = versions
    assert [before, after] == [3, 0] and {version for _, version in between} == {first} and last == first + 1
