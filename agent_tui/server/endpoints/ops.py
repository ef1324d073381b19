"""Health, metrics, clock."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
from litestar import Response, get, put
from litestar.datastructures import State
from litestar.params import JSONBody

from agent_tui import __version__
from agent_tui.clock import ManualClock
from agent_tui.server import problems
from agent_tui.server.database import Tx
from agent_tui.server.endpoints.access import Tools, Who
from agent_tui.server.services import Services
from agent_tui.server.tail import head_of
from agent_tui.wire import routes

FARTHEST = timedelta(days=366)
"""A virtual clock moves so far at once at most."""


class Health(msgspec.Struct, frozen=True, kw_only=True):
    status: str
    version: str
    api: int
    epoch: str
    head: int
    at: datetime
    speed: float


class ClockMove(msgspec.Struct, frozen=True, kw_only=True):
    """Move a virtual clock forward: to a moment, or by seconds."""

    to: datetime | None = None
    advance_s: float = 0.0


def _health(tx: Tx, services: Services) -> Health:
    head = head_of(tx)
    return Health(
        status="ok",
        version=__version__,
        api=routes.API,
        epoch=head["epoch"],
        head=head["feed_seq"],
        at=services.clock.now(),
        speed=services.clock.speed,
    )


@get(routes.HEALTH)
async def health(services: Tools) -> Health:
    """Whether the database answers, and where the feed stands."""
    return await services.db.read(lambda tx: _health(tx, services))


@get(routes.METRICS, media_type="text/plain; version=0.0.4; charset=utf-8")
async def metrics(services: Tools) -> bytes:
    """Counters for Prometheus."""
    await services.db.read(services.meters.read)
    return services.meters.text()


@get(routes.OPENAPI)
async def schema(state: State) -> Response[bytes]:
    """The OpenAPI document of all other endpoints."""
    return Response(state.openapi, media_type="application/json")


@put(routes.CLOCK)
async def move_clock(data: JSONBody[ClockMove], caller: Who, services: Tools) -> Health:
    """Only on a server started with a manual clock; business time never goes back."""
    if not isinstance(services.clock, ManualClock):
        raise problems.fail("not-permitted", key="server.refusal.clock_is_real")
    now = services.clock.now()
    to = data.to if data.to is not None else now
    if to.tzinfo is None or not now <= to <= now + FARTHEST:
        raise problems.fail("bad-request", key="server.refusal.clock_far", args={"field": "to"})
    if not 0 <= data.advance_s <= FARTHEST.total_seconds():
        raise problems.fail("bad-request", key="server.refusal.clock_far", args={"field": "advance_s"})
    services.clock.set(to)
    services.clock.advance(data.advance_s)
    services.bus.wake()
    return await services.db.read(lambda tx: _health(tx, services))
