"""Server-sent events: pages of the feed for one person, requests for one link. Made at the moment of sending, so a
slow reader costs nothing and a reconnect resumes from its last stored cursor. What is new is read once for all streams
(`lookout`); a stream that comes in, or whose scopes changed, reads for itself."""

from __future__ import annotations

from collections.abc import AsyncIterator

import msgspec

from agent_tui.clock import monotonic
from agent_tui.domain.effects import LinkRequest
from agent_tui.killpoint import kill_point
from agent_tui.server import devices
from agent_tui.server.bus import wait
from agent_tui.server.caller import Caller
from agent_tui.server.database import Row, Tx
from agent_tui.server.lookout import Follower
from agent_tui.server.problems import ProblemError
from agent_tui.server.services import Services
from agent_tui.server.tail import head_of
from agent_tui.wire.feed import Beat, Cursor, Page, parse_cursor

EVERY_S = 1.0
"""How often each stream beats: a desk knows after little more than this that its server is silent."""
REST_S = 5.0
"""How often a cursor moves on by what does not concern its person."""
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
    return event("beat", Beat(head=head, at=services.clock.now(), speed=services.clock.speed, every_s=EVERY_S))


async def _head(services: Services) -> int:
    def work(tx: Tx) -> int:
        row = head_of(tx)
        seq: int = row["feed_seq"]
        return seq

    return await services.db.read(work)


async def _read(services: Services, follower: Follower) -> Page:
    """A page that this stream reads for itself; when it is the last one the scopes it was read by hold from here on."""
    caller = follower.caller

    def work(tx: Tx) -> tuple[Page, frozenset[str]]:
        services.doorman.present(tx, caller)
        devices.check(tx, caller.device)
        page = services.feed.changes(tx, caller.id, follower.cursor, follower.scanned)
        return page, frozenset(row["scope"] for row in tx.all("held", agent_id=caller.id))

    page, held = await services.db.read(work)
    follower.scanned = parse_cursor(page.to).seq
    if not page.more:
        follower.held = held
        follower.woken.set()  # a look that ended meanwhile told them nothing
    return page


async def next_page(services: Services, follower: Follower) -> Page:
    """What there is for this stream now, perhaps nothing. ProblemError when it must end."""
    start, changes = follower.cursor, services.lookout.crowd.changes(follower)
    if changes is None:
        return await _read(services, follower)
    to = Cursor(start.epoch, follower.scanned, start.rev)
    return services.feed.page(start, to, services.lookout.crowd.head(follower), changes, more=False)


def _worth(page: Page, follower: Follower, *, at_rest: bool) -> bool:
    """Whether to send it: it holds something, or the cursor moves on by revision, or by anything when there is time."""
    rev = parse_cursor(page.to).rev
    moved = rev != follower.cursor.rev or (at_rest and page.to != page.start)
    return bool(page.changes) or page.more or moved


async def pages(services: Services, caller: Caller, cursor: Cursor) -> AsyncIterator[bytes]:
    """`page` events as they come, `beat` every EVERY_S, `bye` when the server stops, the cursor is too old,
    the session is over or the device was revoked."""
    counted = services.meters.streams.labels("feed").track_inprogress()
    with services.lookout.follow(caller, cursor) as follower, counted, services.screens.follows(caller.id):
        due = rest = monotonic()
        while not services.bus.closing:
            follower.woken.clear()
            try:
                page = await next_page(services, follower)
            except ProblemError as error:
                yield event("bye", {"reason": error.problem.name})
                return
            at_rest = monotonic() >= rest
            if _worth(page, follower, at_rest=at_rest):
                follower.cursor = parse_cursor(page.to)
                kill_point("server.page")
                yield event("page", page, page.to)
            if at_rest:
                rest = monotonic() + REST_S
            if monotonic() >= due:
                yield _beat(services, page.head)
                due = monotonic() + EVERY_S
            if not page.more:
                await wait(follower.woken, max(0.0, due - monotonic()))
        yield event("bye", {"reason": "shutdown"})


async def _requests(services: Services, caller: Caller, after: int) -> list[Numbered]:
    def work(tx: Tx) -> list[Row]:
        services.doorman.present(tx, caller)
        return tx.all("link_requests", link=caller.id, after=after, limit=200)

    rows = await services.db.read(work)
    return [Numbered(seq=row["seq"], request=msgspec.json.decode(row["body"], type=LinkRequest)) for row in rows]


async def requests(services: Services, caller: Caller, after: int) -> AsyncIterator[bytes]:
    """`request` events of one link after a number, `beat` every EVERY_S, `bye` when the server stops or its session ends."""
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
                due = monotonic() + EVERY_S
            if not found:
                await wait(woken, max(0.0, due - monotonic()))
        yield event("bye", {"reason": "shutdown"})
