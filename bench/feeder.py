"""A server that knows one seeded desk and sends it changes at a steady rate: `python -m bench.feeder RATE ROWS`.

ROWS is a file of contacts as JSON lines; these are the ones that change.

It speaks the protocol of `docs/protocol.md` as far as a desk that is already up to date needs it. Prints its port.
"""

from __future__ import annotations

import asyncio
import random
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import uvicorn
from litestar import Litestar, Response, get, post
from litestar.response import ServerSentEvent, ServerSentEventMessage

from agent_tui.domain.rows import decode, encode
from agent_tui.store.seed import ME, START
from agent_tui.wire import routes
from agent_tui.wire.feed import BEAT_S, Beat, Change, Page
from agent_tui.wire.session import Session

EPOCH = "seed"
RATE = float(sys.argv[1]) if len(sys.argv) > 1 else 0.0
ROWS = [decode("contact", line) for line in Path(sys.argv[2]).read_bytes().splitlines()] if len(sys.argv) > 2 else []


def _cursor(seq: int) -> str:
    return f"v1.{EPOCH}.{seq}.1"


def _json(value: object) -> Response[bytes]:
    return Response(msgspec.json.encode(value), media_type="application/json", status_code=200)


@post([routes.SESSION, routes.SESSION_RENEW])
async def session() -> Response[bytes]:
    return _json(
        Session(
            token="bench", expires_s=3600, agent_id=ME, login="bench", name="bench", role="agent", level=2,
            groups=("cards", "merchant"), epoch=EPOCH, at=START, speed=0.0,
        )
    )  # fmt: skip


@get(routes.CHANGES)
async def changes(cursor: str = "") -> Response[bytes]:
    return _json(Page(start=cursor, to=cursor, more=False, head=1, at=START, speed=0.0))


def _beat(seq: int) -> ServerSentEventMessage:
    return ServerSentEventMessage(
        event="beat", data=msgspec.json.encode(Beat(head=seq, at=START, speed=0.0)).decode()
    )


async def _pages(cursor: str) -> AsyncIterator[ServerSentEventMessage]:
    seq, chance = int(cursor.split(".")[2]), random.Random(1)
    yield _beat(seq)
    while True:
        await asyncio.sleep(1 / RATE if RATE else BEAT_S)
        if not (RATE and ROWS):
            yield _beat(seq)
            continue
        row = msgspec.structs.replace(chance.choice(ROWS), version=seq + 10, subject=f"changed {seq}")
        page = Page(
            start=_cursor(seq), to=_cursor(seq + 1), more=False, head=seq + 1, at=START, speed=0.0,
            changes=(Change(entity="contact", id=row.id, version=row.version, image=msgspec.Raw(encode(row))),),
        )  # fmt: skip
        seq += 1
        yield ServerSentEventMessage(event="page", data=msgspec.json.encode(page).decode())


@get(routes.STREAM)
async def stream(cursor: str = "") -> ServerSentEvent:
    return ServerSentEvent(_pages(cursor))


def main() -> None:
    app = Litestar([session, changes, stream], logging_config=None, openapi_config=None)
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    print(listening.getsockname()[1], flush=True)
    uvicorn.Server(uvicorn.Config(app, log_level="critical", access_log=False)).run(sockets=[listening])


if __name__ == "__main__":
    main()
