"""Blueprints for those who write and release them: every version there is, and the wording of one."""

from __future__ import annotations

from litestar import get
from litestar.params import FromQuery

from agent_tui.domain.centre import Bundle
from agent_tui.domain.release import Release, bundle_id
from agent_tui.server import problems
from agent_tui.server.endpoints.access import Tools, Who, people_only
from agent_tui.server.state import TableState
from agent_tui.wire import routes


@get(routes.BLUEPRINTS)
async def every(caller: Who, services: Tools) -> tuple[Release, ...]:
    """All versions, proposed ones too, by blueprint and number."""
    people_only(caller)
    return tuple(await services.db.read(lambda tx: TableState(tx).find(Release)))


@get(routes.BLUEPRINT)
async def wording(caller: Who, services: Tools, id: FromQuery[str]) -> Bundle:
    """The wording of `id@version`; not-found where there is none."""
    people_only(caller)
    found = await services.db.read(lambda tx: TableState(tx).get(Bundle, bundle_id(id)))
    if found is None:
        raise problems.fail("not-found", key="server.refusal.no_blueprint", args={"release": id[:60]})
    return found
