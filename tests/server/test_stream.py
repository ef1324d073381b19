"""Streams over real HTTP: pages as they come, a beat at once, `bye` and a quick end at shutdown."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import httpx_sse
import msgspec
import pytest
import uvicorn

from agent_tui import ids
from agent_tui.domain.commands import AcceptContact, Command, OfferNew, OfferToAgent, SetAgentState
from agent_tui.domain.contact import Channel
from agent_tui.server.build import build_app
from agent_tui.server.router import ROUTER
from agent_tui.server.run import GRACE_S, PoliteServer, bind
from agent_tui.server.services import Services
from agent_tui.wire import routes
from agent_tui.wire.command import Envelope
from agent_tui.wire.feed import Page
from tests.server import bench


class Live:
    """A server on a free port in a thread of its own."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self._sock = bind("127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._sock.getsockname()[1]}"
        config = uvicorn.Config(
            build_app(services), log_config=None, lifespan="on", timeout_graceful_shutdown=GRACE_S, access_log=False
        )
        self._server = PoliteServer(config, services.bus, f"listening {self.url}")
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._sock]}, daemon=True)
        self._thread.start()

    def stop(self) -> float:
        """Ask it to end; returns the seconds that took."""
        start = time.monotonic()
        self._server.should_exit = True
        self._thread.join(timeout=10)
        self._sock.close()
        return time.monotonic() - start


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Live]:
    server = Live(bench.open_bench(tmp_path))
    yield server
    server.stop()


async def token(http: httpx.AsyncClient, login: str) -> dict[str, str]:
    for _ in range(100):
        with contextlib.suppress(httpx.ConnectError):
            body = {"login": login, "password": bench.PASSWORD, "device_id": login}
            answer = await http.post(routes.SESSION, json=body)
            answer.raise_for_status()
            return {"authorization": f"Bearer {answer.json()['token']}", "x-device-id": login}
        await asyncio.sleep(0.05)
    raise AssertionError("no server")


async def send(http: httpx.AsyncClient, headers: dict[str, str], command: Command, path: str) -> httpx.Response:
    envelope = Envelope(id=ids.uuid7(), command=command)
    body = msgspec.json.encode(envelope)
    return await http.post(path, content=body, headers={**headers, "idempotency-key": envelope.id})


async def named(events: AsyncIterator[httpx_sse.ServerSentEvent], name: str) -> str:
    async with asyncio.timeout(10):
        async for event in events:
            if event.event == name:
                return event.data
    raise AssertionError(f"no {name}")


async def test_a_commit_arrives_on_the_stream_as_the_page_that_continues_the_cursor(live: Live) -> None:
    async with httpx.AsyncClient(base_url=live.url, timeout=10) as http:
        desk, link = await token(http, "chen"), await token(http, "link:sim")
        cursor = (await http.get(routes.SNAPSHOT, headers=desk)).json()["cursor"]
        async with httpx_sse.aconnect_sse(
            http, "GET", routes.STREAM, params={"cursor": cursor}, headers=desk
        ) as source:
            events = source.aiter_sse()
            assert '"head"' in await named(events, "beat")
            offer = OfferNew(contact_id="k1", channel=Channel.PHONE, caller=bench.PHONE, group="cards")
            assert (await send(http, link, offer, routes.INGRESS)).status_code == 200
            page = msgspec.json.decode(await named(events, "page"), type=Page)
            assert page.start == cursor
            assert [c.id for c in page.changes] == ["k1"]
        resumed = (await http.get(routes.CHANGES, params={"cursor": page.to}, headers=desk)).json()
        assert resumed.get("changes", []) == []


async def test_the_link_is_asked_for_services_in_order_and_can_resume(live: Live) -> None:
    async with httpx.AsyncClient(base_url=live.url, timeout=10) as http:
        desk, link = await token(http, "chen"), await token(http, "link:sim")
        await send(http, desk, SetAgentState(state="ready"), routes.COMMANDS)
        offer = OfferNew(contact_id="k1", channel=Channel.PHONE, caller=bench.PHONE, group="cards")
        await send(http, link, offer, routes.INGRESS)
        await bench.commit(live.services, OfferToAgent(contact_id="k1", agent_id="a1"), ROUTER)
        accepted = await send(http, desk, AcceptContact(contact_id="k1"), routes.COMMANDS)
        assert accepted.status_code == 200, accepted.text
        async with httpx_sse.aconnect_sse(
            http, "GET", routes.LINK_STREAM, params={"after": 0}, headers=link
        ) as source:
            first = msgspec.json.decode(await named(source.aiter_sse(), "request"))
        assert first["request"]["service"] == "AnswerCall"
        params = {"after": first["seq"]}
        async with httpx_sse.aconnect_sse(http, "GET", routes.LINK_STREAM, params=params, headers=link) as source:
            async for event in source.aiter_sse():
                assert event.event == "beat"
                break


async def test_streams_say_bye_and_the_server_ends_within_a_second(live: Live) -> None:
    async with httpx.AsyncClient(base_url=live.url, timeout=10) as http:
        desk = await token(http, "chen")
        cursor = (await http.get(routes.SNAPSHOT, headers=desk)).json()["cursor"]
        async with httpx_sse.aconnect_sse(
            http, "GET", routes.STREAM, params={"cursor": cursor}, headers=desk
        ) as source:
            events = source.aiter_sse()
            await named(events, "beat")
            stopped = asyncio.create_task(asyncio.to_thread(live.stop))
            assert "shutdown" in await named(events, "bye")
        assert await stopped < GRACE_S


async def test_a_stream_from_a_cursor_that_is_too_old_is_a_problem(live: Live) -> None:
    async with httpx.AsyncClient(base_url=live.url, timeout=10) as http:
        desk = await token(http, "chen")
        answer = await http.get(routes.STREAM, params={"cursor": "v1.ffff.3.1"}, headers=desk)
        assert answer.status_code == 410
