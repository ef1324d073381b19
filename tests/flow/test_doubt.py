"""A server that was restored while answers of the one before were still on their way: those are nobody's word any more."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from agent_tui.desk.desk import Desk
from agent_tui.store import done
from agent_tui.sync import tend
from agent_tui.sync.push import Push
from agent_tui.wire import routes
from agent_tui.wire.command import Outcome, StatusAnswer
from agent_tui.wire.feed import SnapshotPage
from tests import eg
from tests.flow.conftest import until
from tests.flow.fake import Fake, Handler, applied, no, ok
from tests.flow.test_push import NOTE, submitted


class Held:
    """An answer that is given when the test says so."""

    def __init__(self, answer: Handler) -> None:
        self.asked, self.given = asyncio.Event(), asyncio.Event()
        self._answer = answer

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.set()
        await self.given.wait()
        return await self._answer(request)


def restored(fake: Fake) -> None:
    """The cursor of before leads nowhere; what is there is of another epoch."""
    fake.prepare("GET", routes.CHANGES, no("cursor-too-old", 410))
    fake.always("GET", routes.SNAPSHOT, ok(SnapshotPage(cursor="v1.f.1.1", after="", at=eg.NOW)))
    fake.streams[-1].end()


async def met(live: Desk) -> None:
    await until(lambda: live.sight.cache.meta["epoch"] == "f", "met the restored server")


async def sent_twice(live: Desk, fake: Fake) -> bool:
    """A note that the server of before applied, told only once the one after it is met: whether the latter has it too."""
    held = Held(applied)
    fake.prepare("POST", routes.COMMANDS, held, applied)
    fake.always("POST", routes.COMMANDS_STATUS, ok(StatusAnswer(at=eg.NOW, outcomes=())))
    id = submitted(live, NOTE)
    await held.asked.wait()
    restored(fake)
    await met(live)
    held.given.set()
    outcome = await live.settle(id)
    assert outcome and outcome.outcome == "applied"
    return [envelope.id for envelope in fake.sent()] == [id, id]


async def test_an_answer_of_the_server_before_is_not_taken(live: Desk, fake: Fake) -> None:
    assert await sent_twice(live, fake)


async def test_a_desk_that_takes_it_is_found(live: Desk, fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Push, "doubt", lambda self: None)
    assert not await sent_twice(live, fake)


async def test_what_the_server_before_still_knew_is_asked_of_the_one_after(
    live: Desk, fake: Fake, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake.prepare("POST", routes.COMMANDS, applied)
    id = submitted(live, NOTE)
    await live.settle(id)
    fake.streams[-1].page(start="v1.e.1.1", to="v1.e.9.1")
    await until(lambda: not live.journal.items(), "done with")

    async def knows(request: httpx.Request) -> httpx.Response:
        return ok(StatusAnswer(at=eg.NOW, outcomes=(Outcome(id=id, outcome="applied"),)))

    held = Held(knows)
    fake.prepare("POST", routes.COMMANDS_STATUS, held, ok(StatusAnswer(at=eg.NOW, outcomes=())))
    monkeypatch.setattr(tend, "TICK_S", 0.02)
    await asyncio.wrap_future(done.doubt(live.journal))
    await asyncio.wait_for(held.asked.wait(), 5)
    restored(fake)
    await met(live)
    held.given.set()
    assert [envelope.id for envelope in fake.sent()] == [id]
    fake.prepare("POST", routes.COMMANDS, applied)
    await until(lambda: len(fake.sent()) == 1, "sent again to the server that does not know it")
