"""The server before a client that means harm: whatever is sent is answered with a problem, never with an error of the
server, nothing of others is told, and nothing that was refused stays."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from agent_tui import ids
from agent_tui.domain.commands import SetAgentState
from agent_tui.server.options import BODY_KIB
from agent_tui.server.services import Services
from agent_tui.wire import routes
from tests.server import bench

Client = AsyncTestClient[Litestar]
HUGE = 10**18
BEYOND = "9" * 30


async def post(desk: bench.Desk, content: bytes, path: str = routes.COMMANDS, **headers: str) -> Any:
    given = {**desk.headers, "content-type": "application/json", **headers}
    return await desk.client.post(path, content=content, headers=given)


async def command(desk: bench.Desk, fields: dict[str, Any], path: str = routes.COMMANDS, **envelope: Any) -> Any:
    body = {"id": ids.uuid7(), "command": fields, **envelope}
    headers = {"idempotency-key": str(body["id"])}
    if "if_match" in envelope:
        headers["if-match"] = f'"{envelope["if_match"]}"'
    return await post(desk, json.dumps(body).encode(), path, **headers)


def note(**fields: Any) -> dict[str, Any]:
    return {"type": "AddNote", "text": "x", **fields}


NO_REQUEST = (
    b"",
    b"null",
    b"[]",
    b"NaN",
    b'{"id": NaN}',
    b"\xff\xfe\x00",
    b'{"id": 1}',
    b"[" * (BODY_KIB * 1024 // 2),
    b'{"x":' * 50_000,
    b'{"id":"x","zz":' + b"[" * 50_000 + b"]" * 50_000 + b"}",
    b'{"id":"' + b"x" * 10_000_000 + b'"}',
)


@pytest.mark.parametrize("path", [routes.COMMANDS, routes.COMMANDS_STATUS, routes.SESSION])
async def test_what_is_no_request_is_a_problem_of_the_client(client: Client, path: str) -> None:
    desk = await bench.sign_in(client, "chen")
    for content in NO_REQUEST:
        answer = await post(desk, content, path)
        assert answer.status_code in (400, 413), (content[:20], answer.text)
        assert answer.headers["content-type"].startswith("application/problem+json")


NONSENSE: tuple[tuple[dict[str, Any], dict[str, Any]], ...] = (
    ({"type": "PerformAction", "action": "waive_fee", "customer_id": "c1", "amount_minor": HUGE}, {}),
    ({"type": "PerformAction", "action": "waive_fee", "customer_id": "c1", "amount_minor": 2**63 - 1}, {}),
    ({"type": "PerformAction", "action": "waive_fee", "customer_id": "c1", "amount_minor": int(BEYOND)}, {}),
    ({"type": "PerformAction", "action": "a\x00b", "customer_id": "c1"}, {}),
    (note(contact_id="k1"), {"if_match": HUGE}),
    (note(contact_id="k1"), {"if_match": int(BEYOND)}),
    (note(contact_id="k1'; DROP TABLE event; --"), {}),
    (note(contact_id="\x00"), {}),
    (note(text=5), {}),
    ({"type": "WrapUpContact", "contact_id": "k1", "category": "x", "result": "y", "call_back_at": "soon"}, {}),
    ({"type": "BreakGlass", "command": {"type": "OfferToAgent", "contact_id": "k1", "agent_id": "a1"}}, {}),
    ({"type": "NoSuchCommand"}, {}),
    ({}, {}),
)


async def test_a_command_of_nonsense_is_refused_and_changes_nothing(client: Client, services: Services) -> None:
    bench.add_customer(services)
    await bench.offer(client, "k1")
    desk = await bench.sign_in(client, "chen")
    contacts = "SELECT entity, id, version FROM state WHERE entity IN ('contact', 'note', 'customer')"
    before = bench.query(services, contacts)
    for fields, envelope in NONSENSE:
        answer = await command(desk, fields, **envelope)
        assert 400 <= answer.status_code < 500, (fields, answer.text)
    assert bench.query(services, contacts) == before


ONLY_LINKS_AND_SYSTEM = (
    {"type": "OfferNew", "contact_id": "k2", "channel": "phone"},
    {"type": "ReportEvent", "contact_id": "k1", "event": "Established", "agent_id": "a1"},
    {"type": "ReceiveMessage", "contact_id": "k1", "text": "x"},
    {"type": "RecordSatisfaction", "contact_id": "k1", "score": 5},
    {"type": "OfferToAgent", "contact_id": "k1", "agent_id": "a3"},
    {"type": "OverflowContact", "contact_id": "k1", "groups": ["loans"]},
)


@pytest.mark.parametrize("login", ["wang", "boss"])
async def test_what_links_and_the_system_say_nobody_else_says(client: Client, login: str) -> None:
    await bench.offer(client, "k1")
    desk = await bench.sign_in(client, login)
    for fields in ONLY_LINKS_AND_SYSTEM:
        for path in (routes.COMMANDS, routes.INGRESS):
            answer = await command(desk, fields, path)
            assert (answer.status_code, answer.json()["key"]) == (403, "server.refusal.not_your_command"), fields


NOT_MINE = (
    {"type": "AcceptContact", "contact_id": "k1"},
    {"type": "WrapUpContact", "contact_id": "k1", "category": "card_loss", "result": "solved"},
    {"type": "VerifyCaller", "contact_id": "k1", "degree": "full"},
    {"type": "SendMessage", "contact_id": "k1", "text": "hello"},
    {"type": "TransferContact", "contact_id": "k1", "to_kind": "agent", "to_id": "a3"},
    {"type": "ClearContact", "contact_id": "k1"},
    {"type": "SendNotice", "text": "all clear"},
    {"type": "RecallFromBreak"},
)


async def test_a_contact_of_others_cannot_be_handled(client: Client, services: Services) -> None:
    bench.add_customer(services)
    await bench.offer(client, "k1")
    desk = await bench.sign_in(client, "wang")
    for fields in NOT_MINE:
        answer = await command(desk, fields)
        assert answer.status_code in (403, 409), fields
        assert not any(secret in answer.text for secret in bench.CANARIES)


async def test_the_id_of_anothers_command_tells_nothing_and_does_nothing(client: Client) -> None:
    mine, other = await bench.sign_in(client, "chen"), await bench.sign_in(client, "wang")
    id = ids.uuid7()
    first = await mine.send(SetAgentState(state="ready"), id=id)
    again = await other.send(SetAgentState(state="ready"), id=id)
    assert (first.status_code, again.status_code) == (200, 422)
    assert first.json()["receipt"]["audit_hash"] not in again.text
    asked = await other.post(routes.COMMANDS_STATUS, {"ids": [id]})
    assert asked.json()["outcomes"] == []


async def test_an_id_reaches_a_header_only_in_its_usual_form(client: Client) -> None:
    desk = await bench.sign_in(client, "link:sim")
    id = ids.uuid7()
    bare = id.replace("-", "")
    for wrong in (
        f"{{{id}}}",
        f"urn:uuid:{id}",
        f"{id}\r\n",
        f" {id}",
        bare,
        bare[:30] + "\r\n",
        "",
        f"{id}\r\nx: y",
    ):
        body = {"id": wrong, "command": {"type": "ReceiveMessage", "contact_id": "k1", "text": "x"}}
        answer = await post(desk, json.dumps(body).encode(), routes.INGRESS)
        assert (answer.status_code, answer.json()["key"]) == (400, "server.refusal.bad_id"), wrong


async def test_if_match_says_what_the_body_says(client: Client) -> None:
    desk = await bench.sign_in(client, "chen")
    for forged in ('"2"', "*", 'W/"1"', '"1", "2"', '"-1"', BEYOND, '"abc"'):
        body = {"id": ids.uuid7(), "if_match": 1, "command": note(contact_id="k1")}
        headers = {"idempotency-key": str(body["id"]), "if-match": forged}
        answer = await post(desk, json.dumps(body).encode(), **headers)
        assert (answer.status_code, answer.json()["key"]) == (400, "server.refusal.header_differs"), forged


async def test_the_depth_of_an_outbox_is_a_small_number(client: Client) -> None:
    desk = await bench.sign_in(client, "chen")
    for depth in (BEYOND, "-1", "abc", "1e5"):
        body = {"id": ids.uuid7(), "command": {"type": "SetAgentState", "state": "ready"}}
        headers = {"idempotency-key": str(body["id"]), "x-outbox-depth": depth}
        assert (await post(desk, json.dumps(body).encode(), **headers)).status_code == 400, depth


CURSORS = (
    "", "x", "v1.a.b.c", "v2.E.1.1", "v1.E.-5.0", "v1.E.999999.1", "v1.E.1_0.1", "v1.E.٣.١", f"v1.E.1.{BEYOND}",
    f"v1.E.{BEYOND}.1", "v1.other.1.1", "v1." + "9" * 5000, "v1.E.1.1\r\nx: y", "\x00",
)  # fmt: skip


@pytest.mark.parametrize("path", [routes.CHANGES, routes.STREAM])
async def test_a_cursor_nobody_gave_out_is_refused_before_a_stream_begins(client: Client, path: str) -> None:
    desk = await bench.sign_in(client, "chen")
    for cursor in CURSORS:
        answer = await desk.get(path, cursor=cursor.replace("E", desk.session["epoch"]))
        assert answer.status_code in (400, 410), (cursor, answer.text)


TOKENS = ("", "Bearer", "Bearer ", "Bearer x", "Basic eDp5", "Bearer " + "x" * 500)
BEHIND_A_TOKEN = (
    routes.SNAPSHOT,
    routes.CHANGES + "?cursor=v1.e.1.1",
    routes.STREAM + "?cursor=v1.e.1.1",
    routes.LINK_STREAM,
    "/v1/customers/search?q=oyqm",
)


@pytest.mark.parametrize("path", BEHIND_A_TOKEN)
async def test_without_a_token_there_is_nothing(client: Client, path: str) -> None:
    for token in TOKENS:
        answer = await client.get(path, headers={"authorization": token} if token else {})
        assert answer.status_code == 401, token


@pytest.mark.parametrize(
    "given",
    [{"login": "x" * 1000}, {"password": "x" * 100_000}, {"device_id": "x" * 1000}, {"client_version": "1" * 1000}],
)
async def test_who_has_not_signed_in_can_leave_little_behind(client: Client, given: dict[str, str]) -> None:
    body = {"login": "chen", "password": bench.PASSWORD, "device_id": "d", **given}
    assert (await client.post(routes.SESSION, json=body)).status_code == 400


async def test_guessing_all_at_once_is_no_way_around_the_throttle(client: Client) -> None:
    async def guess(password: str) -> int:
        body = {"login": "chen", "password": password, "device_id": "d"}
        return int((await client.post(routes.SESSION, json=body)).status_code)

    wrong = [guess(f"guess {n}") for n in range(30)]
    found = await asyncio.gather(*wrong)
    assert set(found) == {401, 429}
    assert found.count(401) <= 6
    assert await guess(bench.PASSWORD) == 429


async def test_many_sign_ins_at_once_all_get_a_session_of_their_own(client: Client) -> None:
    desks = await asyncio.gather(*(bench.sign_in(client, login) for login in ("chen", "li", "wang", "boss") * 25))
    assert len({desk.session["token"] for desk in desks}) == len(desks)
    # And the ledger went on meanwhile.
    assert (await desks[0].send(SetAgentState(state="ready"))).status_code == 200
