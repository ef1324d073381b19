"""Several commands in one request: what a desk sends when it comes back from an outage."""

from __future__ import annotations

from litestar import post
from litestar.params import JSONBody

from agent_tui.killpoint import kill_point
from agent_tui.server import batches
from agent_tui.server.caller import Caller
from agent_tui.server.endpoints.access import AnyRequest, Tools, Who, get_caller, people_only
from agent_tui.server.endpoints.commands import Depth, check_id, note_depth
from agent_tui.server.errors_http import problem_of
from agent_tui.server.plain_words import check_plain
from agent_tui.server.record import Answer
from agent_tui.server.services import Services
from agent_tui.wire import routes
from agent_tui.wire.command import Batch, BatchAnswer, Queued
from agent_tui.wire.problem import Problem


async def _decide(queued: Queued, request: AnyRequest, services: Services, caller: Caller | None) -> Answer | Problem:
    """One command, as if it had come alone. Who sends is asked at the door again, unless they just came through it: they
    may be signed out meanwhile, or send too much."""
    try:
        check_id(queued)
        check_plain(queued.command)
        return await services.commit(queued, caller or await get_caller(request, services))
    except Exception as error:
        return problem_of(error, routes.COMMANDS_BATCH)


@post(routes.COMMANDS_BATCH, status_code=200)
async def commit_all(
    data: JSONBody[Batch], request: AnyRequest, caller: Who, services: Tools, depth: Depth = None
) -> BatchAnswer:
    """Up to 20 commands of a person, the oldest first: a result for each, as if each had come alone. A batch of which
    nobody knows how far it came is sent again as it is."""
    people_only(caller)
    batches.check(data)
    course = batches.Course()
    for n, queued in enumerate(data.commands):
        if course.tries(queued):
            course.took(queued, await _decide(queued, request, services, caller if n == 0 else None))
    if depth is not None:
        await note_depth(services, caller, depth, roughly=True)
    kill_point("server.answer")
    return BatchAnswer(results=tuple(course.results))
