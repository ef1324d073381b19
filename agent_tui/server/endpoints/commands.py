"""Commands in, outcomes out."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Annotated

import msgspec
from litestar import Response, post
from litestar.params import HeaderParameter, JSONBody

from agent_tui.domain.agent import Agent
from agent_tui.killpoint import kill_point
from agent_tui.server import problems, writing
from agent_tui.server.caller import Caller
from agent_tui.server.database import Tx
from agent_tui.server.endpoints.access import Tools, Who, links_only, people_only
from agent_tui.server.plain_words import check_plain
from agent_tui.server.record import Answer
from agent_tui.server.services import Services
from agent_tui.server.state import TableState
from agent_tui.server.tail import Tail
from agent_tui.wire import routes
from agent_tui.wire.command import Envelope, Outcome, StatusAnswer, StatusRequest
from agent_tui.wire.problem import CONTENT_TYPE

Key = Annotated[str | None, HeaderParameter(name="Idempotency-Key", required=False)]
Match = Annotated[str | None, HeaderParameter(name="If-Match", required=False)]
Depth = Annotated[int | None, HeaderParameter(name="X-Outbox-Depth", ge=0, le=10_000)]
MAX_IDS = 500


def _bad(field: str, key: str) -> problems.ProblemError:
    return problems.fail("bad-request", key=key, args={"field": field})


def check_id(envelope: Envelope) -> None:
    """bad-request for any but the usual form: `uuid.UUID` reads braces, blanks and line ends too, and the id goes into a header."""
    try:
        usual = str(uuid.UUID(envelope.id)) == envelope.id.lower()
    except ValueError:
        usual = False
    if not usual:
        raise _bad("id", "server.refusal.bad_id")


def _check_headers(envelope: Envelope, key: str | None, match: str | None) -> None:
    """The headers repeat the body; what differs was mixed up on the way."""
    if key is None or key.strip('"') != envelope.id:
        raise _bad("Idempotency-Key", "server.refusal.header_differs")
    wanted = None if envelope.if_match is None else str(envelope.if_match)
    given = match.strip('"') if match is not None else None
    if given != wanted:
        raise _bad("If-Match", "server.refusal.header_differs")


def _response(answer: Answer, envelope: Envelope) -> Response[bytes]:
    kill_point("server.answer")
    kind = "application/json" if answer.http == 200 else CONTENT_TYPE
    headers = {"idempotency-key": envelope.id, "idempotent-replayed": "true" if answer.replayed else "false"}
    return Response(
        answer.body, status_code=answer.http, media_type=kind, headers={**headers, "cache-control": "no-store"}
    )


async def note_depth(
    services: Services,
    caller: Caller,
    depth: int,
    since: datetime | None = None,
    kinds: tuple[str, ...] = (),
    *,
    roughly: bool = False,
) -> None:
    """Show the supervisor how much a desk still holds, since when and what; written only when it changed. A command's
    header says how much only, and counts `roughly`: that there is something, or nothing any more. A row for every number
    while a desk sends what it kept would be as much work as the commands; how many are left the lease tells each second."""
    agent = await services.db.read(lambda tx: TableState(tx).get(Agent, caller.id))
    if (
        agent is None
        or _holding(agent, depth, since, kinds) == agent
        or (roughly and bool(agent.unsent) == bool(depth))
    ):
        return

    def work(tx: Tx) -> None:
        now = TableState(tx).get(Agent, caller.id)
        if now is not None:
            tail = Tail(tx, services.clock.now())
            tail.feed(writing.put_all(tx, [_holding(now, depth, since, kinds)], services.clock.now()))
            tail.close()

    await services.db.write(work)


def _holding(agent: Agent, depth: int, since: datetime | None, kinds: tuple[str, ...]) -> Agent:
    """The person with what their desk holds."""
    if not depth:
        since, kinds = None, ()
    elif since is None:
        since, kinds = agent.unsent_since, agent.unsent_kinds
    return msgspec.structs.replace(agent, unsent=depth, unsent_since=since, unsent_kinds=kinds)


@post(routes.COMMANDS, status_code=200)
async def commit(
    data: JSONBody[Envelope],
    caller: Who,
    services: Tools,
    idempotency_key: Key = None,
    if_match: Match = None,
    depth: Depth = None,
) -> Response[bytes]:
    """One command of a person: 200 with an `Outcome`, or a problem. The same id gets the same answer for ever."""
    people_only(caller)
    check_id(data)
    check_plain(data.command)
    _check_headers(data, idempotency_key, if_match)
    answer = await services.commit(data, caller)
    if depth is not None:
        await note_depth(services, caller, depth, roughly=True)
    return _response(answer, data)


@post(routes.INGRESS, status_code=200)
async def ingress(data: JSONBody[Envelope], caller: Who, services: Tools) -> Response[bytes]:
    """One command of a switch link or connector."""
    links_only(caller)
    check_id(data)
    check_plain(data.command)
    return _response(await services.commit(data, caller), data)


def _outcome(tx: Tx, id: str, maker: str) -> Outcome | None:
    row = tx.one("outcomes", id=id, maker=maker)
    if row is None:
        return None
    if row["http"] == 200:
        return msgspec.json.decode(bytes(row["body"]), type=Outcome)
    return Outcome(id=id, outcome=row["outcome"], feed_seq=row["feed_seq"])


@post(routes.COMMANDS_STATUS, status_code=200)
async def status(data: JSONBody[StatusRequest], caller: Who, services: Tools) -> StatusAnswer:
    """The outcomes known of one's own commands; an id that is missing was never committed."""
    if len(data.ids) > MAX_IDS:
        raise _bad("ids", "server.refusal.too_many")
    found = await services.db.read(lambda tx: [_outcome(tx, id, caller.maker) for id in data.ids])
    return StatusAnswer(outcomes=tuple(o for o in found if o is not None), at=services.clock.now())
