"""The stream of service requests for one switch link."""

from __future__ import annotations

from litestar import get
from litestar.params import FromQuery
from litestar.response import Stream

from agent_tui.server import stream
from agent_tui.server.endpoints.access import Tools, Who, links_only
from agent_tui.wire import routes


@get(routes.LINK_STREAM, media_type="text/event-stream")
async def follow(caller: Who, services: Tools, after: FromQuery[int] = 0) -> Stream:
    """`request` events after number `after`; `beat` every 5 s, `bye` at the end."""
    links_only(caller)
    return Stream(
        stream.requests(services, caller, after),
        media_type="text/event-stream",
        headers={"cache-control": "no-store", "x-accel-buffering": "no"},
    )
