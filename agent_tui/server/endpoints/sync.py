"""Snapshot, changes and the stream of pages."""

from __future__ import annotations

from typing import Annotated

from litestar import get
from litestar.params import FromQuery, QueryParameter
from litestar.response import Stream

from agent_tui.server import stream
from agent_tui.server.endpoints.access import Tools, Who, people_only
from agent_tui.server.feed import LIMIT, read_cursor
from agent_tui.wire import routes
from agent_tui.wire.digest import Digest
from agent_tui.wire.feed import Page, SnapshotPage

Limit = Annotated[int, QueryParameter(ge=1, le=5000)]


@get(routes.SNAPSHOT)
async def snapshot(caller: Who, services: Tools, after: FromQuery[str] = "", limit: Limit = LIMIT) -> SnapshotPage:
    """One page of current images; repeat with `after` until it is empty, then catch up from `cursor`."""
    people_only(caller)
    return await services.db.read(lambda tx: services.feed.snapshot(tx, caller.id, after, limit))


@get(routes.CHANGES)
async def changes(caller: Who, services: Tools, cursor: FromQuery[str], limit: Limit = LIMIT) -> Page:
    """What changed after `cursor`, for this caller; 410 when the cursor is too old."""
    people_only(caller)
    start = read_cursor(cursor)
    return await services.db.read(lambda tx: services.feed.changes(tx, caller.id, start, limit=limit))


@get(routes.DIGEST)
async def digest(caller: Who, services: Tools) -> Digest:
    """Counts and digests of the rows this caller may see, by entity, for whoever doubts their copy."""
    people_only(caller)
    return await services.db.read(lambda tx: services.feed.digest(tx, caller.id))


@get(routes.STREAM, media_type="text/event-stream")
async def follow(caller: Who, services: Tools, cursor: FromQuery[str]) -> Stream:
    """The same pages as server-sent events; `beat` every 5 s, `bye` at the end."""
    people_only(caller)
    start = read_cursor(cursor)
    await services.db.read(lambda tx: services.feed.changes(tx, caller.id, start, limit=1))
    return Stream(
        stream.pages(services, caller, start),
        media_type="text/event-stream",
        headers={"cache-control": "no-store", "x-accel-buffering": "no"},
    )
