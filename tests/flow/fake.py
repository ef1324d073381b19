"""A transport that answers what a test prepared; a request nobody prepared is an error of the test."""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TypeAlias

import httpx
import msgspec

from agent_tui.wire import routes
from agent_tui.wire.command import Envelope, Outcome
from agent_tui.wire.device import Lease
from agent_tui.wire.feed import Change, Page, SnapshotPage
from agent_tui.wire.problem import BASE, CONTENT_TYPE
from agent_tui.wire.session import Session
from tests import eg

Handler: TypeAlias = Callable[[httpx.Request], Awaitable[httpx.Response]]
Answer: TypeAlias = httpx.Response | Exception | Handler


def ok(value: object, status: int = 200) -> httpx.Response:
    return httpx.Response(status, content=msgspec.json.encode(value), headers={"content-type": "application/json"})


def no(name: str, status: int, **more: object) -> httpx.Response:
    body = msgspec.json.encode({"type": BASE + name, "title": name, "status": status, **more})
    return httpx.Response(status, content=body, headers={"content-type": CONTENT_TYPE})


def lost() -> Exception:
    return httpx.ReadTimeout("the answer was lost")


def unreachable() -> Exception:
    return httpx.ConnectError("refused")


class Stream(httpx.AsyncByteStream):
    """One open event stream that a test writes to."""

    def __init__(self) -> None:
        self._events: asyncio.Queue[bytes | Exception | None] = asyncio.Queue()

    def send(self, event: str, data: object) -> None:
        self._events.put_nowait(f"event: {event}\ndata: ".encode() + msgspec.json.encode(data) + b"\n\n")

    def say(self, text: bytes) -> None:
        """Any bytes at all."""
        self._events.put_nowait(text)

    def page(self, *changes: Change, start: str, to: str) -> None:
        self.send("page", Page(start=start, to=to, more=False, head=0, at=eg.NOW, changes=changes))

    def end(self, error: Exception | None = None) -> None:
        self._events.put_nowait(error)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while (event := await self._events.get()) is not None:
            if isinstance(event, Exception):
                raise event
            yield event


class Fake(httpx.AsyncBaseTransport):
    """`prepare` what is answered, `take_requests` what was asked."""

    def __init__(self) -> None:
        self.unprepared: list[str] = []
        self.streams: list[Stream] = []
        self._once: dict[tuple[str, str], deque[Answer]] = defaultdict(deque)
        self._always: dict[tuple[str, str], Answer] = {}
        self._asked: list[httpx.Request] = []
        # Every desk asks for it, and few tests are about it.
        self.always("POST", routes.DEVICE_LEASE, ok(Lease(left_s=43_200, escrow_key="")))
        # A server of before there were batches: what is sent is seen one by one.
        self.always("POST", routes.COMMANDS_BATCH, no("not-found", 404))

    def prepare(self, method: str, path: str, *answers: Answer) -> None:
        """Answer the next requests of this route, one each."""
        self._once[method, path].extend(answers)

    def always(self, method: str, path: str, answer: Answer | None) -> None:
        """Answer every request that nothing was prepared for; None takes it back."""
        if answer is None:
            self._always.pop((method, path), None)
        else:
            self._always[method, path] = answer

    def take_requests(self, path: str | None = None) -> list[httpx.Request]:
        """What was asked since the last call, of one route or of all."""
        taken = [r for r in self._asked if path in (None, r.url.path)]
        self._asked = [r for r in self._asked if r not in taken]
        return taken

    def sent(self) -> list[Envelope]:
        """The commands that arrived since the last call, in order."""
        return [msgspec.json.decode(r.content, type=Envelope) for r in self.take_requests(routes.COMMANDS)]

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        self._asked.append(request)
        key = (request.method, request.url.path)
        answer = self._once[key].popleft() if self._once[key] else self._always.get(key)
        if answer is None:
            self.unprepared.append(" ".join(key))
            raise httpx.ConnectError(f"unprepared request {key}")
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, httpx.Response):
            body = answer.content if answer.is_closed or hasattr(answer, "_content") else b""
            return httpx.Response(answer.status_code, content=body, headers=answer.headers)
        return await answer(request)

    # ---- a server that works

    def serve(self, *rows: Change, cursor: str = "v1.e.1.1") -> None:
        """Sign-in, a snapshot of `rows`, nothing to catch up, streams that stay open until the test ends them."""
        self.always("POST", routes.SESSION, ok(session()))
        self.always("POST", routes.SESSION_RENEW, ok(session()))
        self.always("GET", routes.SNAPSHOT, ok(SnapshotPage(cursor=cursor, after="", at=eg.NOW, changes=rows)))
        self.always("GET", routes.CHANGES, self._nothing_new)
        self.always("GET", routes.STREAM, self._open_stream)

    async def _nothing_new(self, request: httpx.Request) -> httpx.Response:
        cursor = request.url.params["cursor"]
        return ok(Page(start=cursor, to=cursor, more=False, head=0, at=eg.NOW))

    async def _open_stream(self, request: httpx.Request) -> httpx.Response:
        self.streams.append(Stream())
        return httpx.Response(200, stream=self.streams[-1], headers={"content-type": "text/event-stream"})


def session(**fields: object) -> Session:
    given = {
        "token": "t",
        "expires_s": 900,
        "agent_id": "a1",
        "login": "me",
        "name": "陈晓",
        "role": "agent",
        "level": 2,
        "groups": ("cards",),
        "epoch": "e",
        "at": eg.NOW,
    }
    return msgspec.convert({**given, **fields}, Session)


async def applied(request: httpx.Request) -> httpx.Response:
    """Every command is applied, at a place the cursor has passed."""
    envelope = msgspec.json.decode(request.content, type=Envelope)
    return ok(Outcome(id=envelope.id, outcome="applied", feed_seq=1))
