"""Reports, and the proof of the audit."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Annotated

from litestar import get
from litestar.params import FromQuery, QueryParameter

from agent_tui.domain.agent import Agent
from agent_tui.server import audit, problems, reports
from agent_tui.server.caller import Caller
from agent_tui.server.database import Tx
from agent_tui.server.endpoints.access import Tools, Who, people_only
from agent_tui.server.scope import WATCHERS
from agent_tui.server.services import Services
from agent_tui.server.state import TableState
from agent_tui.wire import routes

Scope = Annotated[str, QueryParameter(name="scope")]
LONGEST = timedelta(days=366)
EARLIEST, LATEST = datetime(1970, 1, 2, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


def _latest(since: datetime) -> datetime:
    """The latest end of a report that begins at `since`; before `since` when nothing can begin there."""
    return since + LONGEST if EARLIEST <= since <= LATEST else EARLIEST - LONGEST


def _watches(tx: Tx, caller: Caller) -> bool:
    agent = TableState(tx).get(Agent, caller.id)
    return agent is not None and agent.active and agent.role in WATCHERS


async def watchers_only(services: Services, caller: Caller) -> None:
    """not-permitted for everybody but supervisors, reviewers and trainers."""
    people_only(caller)
    if not await services.db.read(lambda tx: _watches(tx, caller)):
        raise problems.fail("not-permitted", key="server.refusal.not_yours")


@get(routes.REPORT)
async def report(
    caller: Who,
    services: Tools,
    since: FromQuery[datetime],
    until: FromQuery[datetime],
    of: Scope = "centre",
) -> reports.Report:
    """Indicators with their definitions; for one's own scope `a:<id>`, or any for those who watch the floor."""
    people_only(caller)
    if of != f"a:{caller.id}":
        await watchers_only(services, caller)
    if since.tzinfo is None or until.tzinfo is None or not since < until <= _latest(since):
        raise problems.fail("bad-request", key="server.refusal.no_range", args={"field": "until"})
    now = services.clock.now()
    return await services.db.read(lambda tx: reports.report(tx, of, since, until, now, services.rules))


@get(routes.AUDIT_VERIFY)
async def verify(caller: Who, services: Tools) -> audit.Verified:
    """Recompute every link of the chain."""
    await watchers_only(services, caller)
    return await asyncio.to_thread(services.db.apart, audit.verify)
