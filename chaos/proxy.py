"""A line that cannot be trusted: a TCP proxy between desks and server, with everything that goes wrong on real ones.

Fates of a connection: refused, half open (taken and never answered), a portal that answers by itself. Fates of what is
asked: cut before, in the middle or after it was received (the answer is lost), held and released later, sent twice,
stalled. Fates of what is answered: cut in the middle, stalled, sliced. Which one is a matter of the seed.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections import Counter
from collections.abc import Callable

BYTES = 65_536
HOLD_S = (0.2, 3.0)
LONG_S = (10.5, 14.0)
"""Longer than a desk waits for an answer, so that what was held arrives when nobody waits for it any more."""
DUPLICATE_WAIT_S = 5.0

_HTML = b"<html><body>Please accept the terms of use of this network.</body></html>"
_FOREIGN = b'{"type":"about:blank","title":"Forbidden","status":403}'


def _answer(status: str, kind: str, body: bytes, *more: str) -> bytes:
    head = "\r\n".join((f"HTTP/1.1 {status}", f"content-type: {kind}", f"content-length: {len(body)}", *more))
    return head.encode() + b"\r\nconnection: close\r\n\r\n" + body


PORTAL = (
    _answer("200 OK", "text/html", _HTML),
    _answer("200 OK", "application/json", b"{}"),
    _answer("401 Unauthorized", "text/html", _HTML),
    _answer("403 Forbidden", "application/problem+json", _FOREIGN),
    _answer("429 Too Many Requests", "text/plain", b"slow", "retry-after: 1"),
    _answer("503 Service Unavailable", "text/html", _HTML, "retry-after: 1"),
    _answer("302 Found", "text/html", b"", "location: http://login.invalid/"),
    b"SSH-2.0-OpenSSH_9.6\r\n",
)
"""What boxes on the way answer in the server's place."""

CONNECTION = {"refuse": 0.05, "half_open": 0.01, "portal": 0.05}
ASKED = {
    "cut_before": 0.02,
    "cut_within": 0.02,
    "answer_lost": 0.04,
    "hold": 0.03,
    "hold_long": 0.01,
    "twice": 0.03,
    "stall": 0.01,
}
ANSWERED = {"cut_answer": 0.02, "stall_answer": 0.02, "slice": 0.04}


class Proxy:
    """Listens on a port of its own from `start` to `stop`; `calm` lets everything through."""

    def __init__(self, target: Callable[[], tuple[str, int]], rng: random.Random) -> None:
        self._target, self._rng = target, rng
        self.calm = False
        self.counts: Counter[str] = Counter()
        self.port = 0
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.Task[None]] = set()

    async def start(self) -> Proxy:
        self._server = await asyncio.start_server(self._take, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def stop(self) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._open:
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    def _fate(self, table: dict[str, float]) -> str:
        """One of the table's fates by its share, or none."""
        drawn = self._rng.random()
        if self.calm:
            return ""
        for name, share in table.items():
            drawn -= share
            if drawn < 0:
                self.counts[name] += 1
                return name
        return ""

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        self.counts["connections"] += 1
        try:
            await self._serve(reader, writer)
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            self._open.discard(task)
            _abort(writer)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        fate = self._fate(CONNECTION)
        if fate == "refuse":
            return
        if fate == "half_open":
            await asyncio.sleep(self._rng.uniform(*LONG_S))
            return
        if fate == "portal":
            await reader.read(BYTES)
            writer.write(self._rng.choice(PORTAL))
            await writer.drain()
            return
        up_reader, up_writer = await asyncio.open_connection(*self._target())
        pair = _Pair(self, reader, writer, up_reader, up_writer)
        try:
            await pair.run()
        finally:
            _abort(up_writer)

    async def send_twice(self, request: bytes) -> None:
        """The same bytes on a second connection; whatever is answered there is thrown away."""
        with contextlib.suppress(OSError, TimeoutError):
            reader, writer = await asyncio.open_connection(*self._target())
            try:
                writer.write(request)
                await writer.drain()
                async with asyncio.timeout(DUPLICATE_WAIT_S):
                    await reader.read(BYTES)
            finally:
                _abort(writer)


class _Pair:
    """One connection through the proxy: what is asked goes up, what is answered comes down."""

    def __init__(
        self,
        proxy: Proxy,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        up_reader: asyncio.StreamReader,
        up_writer: asyncio.StreamWriter,
    ) -> None:
        self._proxy = proxy
        self._reader, self._writer = reader, writer
        self._up_reader, self._up_writer = up_reader, up_writer
        self._lose_answer = False

    async def run(self) -> None:
        up = asyncio.create_task(self._upwards())
        down = asyncio.create_task(self._downwards())
        try:
            # What was held goes up even when whoever asked has gone: it is on its way.
            await asyncio.wait({up})
            await asyncio.wait({down}, timeout=1.0)
        finally:
            for task in (up, down):
                task.cancel()
            await asyncio.gather(up, down, return_exceptions=True)

    async def _upwards(self) -> None:
        while data := await self._reader.read(BYTES):
            if not await self._ask(data):
                break

    async def _ask(self, data: bytes) -> bool:
        """Pass one piece on as fate has it; False ends the connection."""
        fate = self._proxy._fate(ASKED)
        if fate == "cut_before":
            return False
        if fate in ("hold", "hold_long"):
            await asyncio.sleep(self._proxy._rng.uniform(*(HOLD_S if fate == "hold" else LONG_S)))
        if fate == "stall":
            await asyncio.sleep(self._proxy._rng.uniform(*LONG_S))
            return False
        if fate == "twice":
            await self._proxy.send_twice(data)
        self._lose_answer |= fate == "answer_lost"
        self._up_writer.write(data[: len(data) // 2] if fate == "cut_within" else data)
        await self._up_writer.drain()
        return fate != "cut_within"

    async def _downwards(self) -> None:
        while data := await self._up_reader.read(BYTES):
            if self._lose_answer:
                break
            if not await self._tell(data):
                break
        # The other end closed, or fate did: whoever asked must notice.
        _abort(self._writer)

    async def _tell(self, data: bytes) -> bool:
        fate = self._proxy._fate(ANSWERED)
        if fate == "stall_answer":
            await asyncio.sleep(self._proxy._rng.uniform(*(LONG_S if self._proxy._rng.random() < 0.2 else HOLD_S)))
        if fate == "slice":
            for at in range(0, min(len(data), 600), 40):
                self._writer.write(data[at : at + 40])
                await self._writer.drain()
                await asyncio.sleep(0)
            data = data[600:]
        self._writer.write(data[: len(data) // 2] if fate == "cut_answer" else data)
        await self._writer.drain()
        return fate != "cut_answer"


def _abort(writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(Exception):
        writer.transport.abort()
