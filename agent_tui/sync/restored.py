"""After the server was restored: is what it had confirmed still there? What is not is sent again or shown again, never lost."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from agent_tui.client import endpoints
from agent_tui.client.api import Api
from agent_tui.domain.commands import OFFLINE
from agent_tui.store import done
from agent_tui.store.journal import Journal
from agent_tui.store.local_audit import note_event

ASKED = 100
"""Commands asked about at once."""
WAITS = frozenset(kind.__name__ for kind in OFFLINE)


async def ask_again(api: Api, journal: Journal, agent_id: str, still: Callable[[], bool]) -> bool:
    """Ask about the oldest in doubt; whether there may be more. ConnectionError_ leaves them in doubt, and so does an
    answer at whose coming it is not `still` the same server."""
    asked = done.doubtful(journal, agent_id, ASKED)
    if not asked:
        return False
    answer = await endpoints.status(api, tuple(asked))
    if not still():
        return False
    known = {outcome.id: outcome.outcome for outcome in answer.outcomes}
    await asyncio.wrap_future(done.told(journal, asked, known, WAITS))
    for id in asked.keys() - known.keys():
        note_event(journal, "undone", command=id)
    return True
