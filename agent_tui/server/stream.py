"""Server-sent events: pages of the feed for one person, requests for one link. Read at the moment of sending, so a
slow reader costs nothing and a reconnect resumes from its last stored cursor."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import msgspec

from agent_tui.clock import monotonic
from agent_tui.domain.effects import LinkRequest
from agent_tui.killpoint import kill_point
from agent_tui.server import devices
from agent_tui.server.bus import wait
from agent_tui.server.caller import Caller
from agent_tui.server.database import Row, Tx
from agent_tui.server.problems import ProblemError
from agent_tui.server.services import Services
from agent_tui.wire.feed import Beat, Cursor, Page, parse_cursor

BEAT_S = 5.0
BREATH_S = 0.05
"""At most this often a page: a burst of commits becomes one page."""
_JSON = msgspec.json.Encoder()


def event(name: str, data: object, id: str = "") -> bytes:
    """One server-sent event; JSON has no bare line breaks."""
    head = f"event: {name}\n" + (f"id: {id}\n" if id else "")
    return head.encode() + b"data: " + _JSON.encode(data) + b"\n\n"


class Numbered(msgspec.Struct, frozen=True, kw_only=True):
    """Data of each `request` event of a link's stream."""

    seq: int
    request: LinkRequest


def _beat(services: Services, head: int) -> bytes:
    return event("beat", Beat(head=head, at=services.clock.now(), speed=services.clock.speed))


async def _head(services: Services) -> int:
    def work(tx: Tx) -> int:
        row = tx.one("head")
        assert row is not None
        seq: int = row["feed_seq"]
        return seq

    return await services.db.read(work)


async def _page(services: Services, caller: Caller, cursor: Cursor, scanned: int) -> Page:
    def work(tx: Tx) -> Page:
        services.doorman.present(tx, caller)
        devices.check(tx, caller.device)
        return services.feed.changes(tx, caller.id, cursor, scanned)

    return await services.db.read(work)


async def pages(services: Services, caller: Caller, cursor: Cursor) -> AsyncIterator[bytes]:
    """`page` events as they come, `beat` every 5 s, `bye` when the server stops, the cursor is too old,
    the session is over or the device was revoked."""
    scanned = cursor.seq
    counted = services.meters.streams.labels("feed").track_inprogress()
    with services.bus.sleeper() as woken, counted, services.screens.follows(caller.id):
        due = monotonic()
        while not services.bus.closing:
            woken.clear()
            try:
                page = await _page(services, caller, cursor, scanned)
            except ProblemError as error:
                yield event("bye", {"reason": error.problem.name})
                return
            idle = not page.changes and not page.more
            at_rest = monotonic() >= due
            scanned = parse_cursor(page.to).seq
            if not idle or (at_rest and page.to != page.start):
                cursor = parse_cursor(page.to)
                kill_point("server.page")
                yield event("page", page, page.to)
            if at_rest:
                yield _beat(services, page.head)
                due = monotonic() + BEAT_S
            if page.more:
                continue
            await asyncio.sleep(BREATH_S)
            await wait(woken, max(0.0, due - monotonic()))
        yield event("bye", {"reason": "shutdown"})


async def _requests(services: Services, caller: Caller, after: int) -> list[Numbered]:
    def work(tx: Tx) -> list[Row]:
        services.doorman.present(tx, caller)
        return tx.all("link_requests", link=caller.id, after=after, limit=200)

    rows = await services.db.read(work)
    return [Numbered(seq=row["seq"], request=msgspec.json.decode(row["body"], type=LinkRequest)) for row in rows]


async def requests(services: Services, caller: Caller, after: int) -> AsyncIterator[bytes]:
    """`request` events of one link after a number, `beat` every 5 s, `bye` when the server stops or its session ends."""
    with services.bus.sleeper() as woken, services.meters.streams.labels("link").track_inprogress():
        due = monotonic()
        while not services.bus.closing:
            woken.clear()
            try:
                found = await _requests(services, caller, after)
            except ProblemError as error:
                yield event("bye", {"reason": error.problem.name})
                return
            for numbered in found:
                yield event("request", numbered, str(numbered.seq))
                after = numbered.seq
            if monotonic() >= due:
                yield _beat(services, await _head(services))
                due = monotonic() + BEAT_S
            if not found:
                await wait(woken, max(0.0, due - monotonic()))
        yield event("bye", {"reason": "shutdown"})
