"""After an outage a desk says what waited in few requests, and goes on one by one with a server that does not take it so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import msgspec

from agent_tui.desk import views
from agent_tui.desk.desk import Desk
from agent_tui.domain.commands import AddNote
from agent_tui.wire import routes
from agent_tui.wire.command import MAX_BATCH, Batch, BatchAnswer, Outcome, Queued, Result
from tests.flow.conftest import pending, until
from tests.flow.fake import Fake, Handler, applied, lost, no, ok, unreachable
from tests.flow.test_push import NOTE, READY, submitted

Decide = Callable[[Queued], Result]


def done(queued: Queued) -> Result:
    outcome = Outcome(id=queued.id, outcome="applied", feed_seq=1)
    return Result(id=queued.id, status=200, outcome=msgspec.Raw(msgspec.json.encode(outcome)))


def not_done(queued: Queued, name: str, status: int, **more: Any) -> Result:
    return Result(id=queued.id, status=status, problem=msgspec.Raw(no(name, status, **more).content))


def batch(decide: Decide = done) -> Handler:
    async def answer(request: httpx.Request) -> httpx.Response:
        asked = msgspec.json.decode(request.content, type=Batch)
        return ok(BatchAnswer(results=tuple(map(decide, asked.commands))))

    return answer


def asked(fake: Fake) -> list[list[str]]:
    """The ids of each batch since the last look."""
    requests = fake.take_requests(routes.COMMANDS_BATCH)
    return [[one.id for one in msgspec.json.decode(r.content, type=Batch).commands] for r in requests]


def note(n: int) -> AddNote:
    return AddNote(contact_id=f"k{n % 3}", text=f"第{n}条")


async def outage(desk: Desk, fake: Fake, n: int) -> list[str]:
    """So many notes written while nothing gets through."""
    fake.always("POST", routes.COMMANDS, unreachable())
    fake.always("POST", routes.COMMANDS_BATCH, unreachable())
    return [submitted(desk, note(k)) for k in range(n)]


async def test_what_waited_goes_together_oldest_first(live: Desk, fake: Fake) -> None:
    sent = await outage(live, fake, MAX_BATCH + 5)
    fake.take_requests()
    fake.always("POST", routes.COMMANDS_BATCH, batch())
    fake.always("POST", routes.COMMANDS, applied)
    await until(lambda: not pending(live), "nothing pending")
    batches = asked(fake)
    assert all(len(ids) <= MAX_BATCH for ids in batches)
    singles = [envelope.id for envelope in fake.sent()]
    arrived = [id for ids in batches for id in ids]
    assert set(arrived) | set(singles) == set(sent)
    assert len(batches) + len(singles) < len(sent) / 2


async def test_a_server_of_before_there_were_batches_gets_one_by_one(live: Desk, fake: Fake) -> None:
    sent = await outage(live, fake, 6)
    fake.always("POST", routes.COMMANDS_BATCH, no("not-found", 404))
    fake.take_requests()
    fake.always("POST", routes.COMMANDS, applied)
    await until(lambda: not pending(live), "nothing pending")
    assert {envelope.id for envelope in fake.sent()} == set(sent)
    assert len(asked(fake)) <= 1


async def test_each_hears_its_own(live: Desk, fake: Fake) -> None:
    """One is done, one is refused, one must come again and is then done."""
    good, bad, again = await outage(live, fake, 3)
    tried = set[str]()

    def decide(queued: Queued) -> Result:
        if queued.id == bad:
            return not_done(queued, "not-permitted", 403, command_id=bad)
        if queued.id == again and again not in tried:
            tried.add(again)
            return not_done(queued, "not-tried", 424)
        return done(queued)

    fake.always("POST", routes.COMMANDS_BATCH, batch(decide))
    fake.always("POST", routes.COMMANDS, applied)
    told = {id: await live.settle(id) for id in (good, bad, again)}
    assert {id: outcome and outcome.outcome for id, outcome in told.items()} == {
        good: "applied",
        bad: "refused",
        again: "applied",
    }


async def test_answers_of_another_batch_are_no_answers(live: Desk, fake: Fake) -> None:
    async def turned(request: httpx.Request) -> httpx.Response:
        commands = msgspec.json.decode(request.content, type=Batch).commands
        return ok(BatchAnswer(results=tuple(done(one) for one in reversed(commands))))

    sent = await outage(live, fake, 2)
    fake.take_requests()
    fake.always("POST", routes.COMMANDS_BATCH, turned)
    await until(lambda: bool(asked(fake)), "a batch was sent")
    assert {item.id for item in live.view(views.PendingWork())} == set(sent)


async def test_an_answer_inside_another_id_is_none(live: Desk, fake: Fake) -> None:
    sent = await outage(live, fake, 2)
    other = {sent[0]: sent[1], sent[1]: sent[0]}

    def crossed(queued: Queued) -> Result:
        return msgspec.structs.replace(done(msgspec.structs.replace(queued, id=other[queued.id])), id=queued.id)

    fake.take_requests()
    fake.always("POST", routes.COMMANDS_BATCH, batch(crossed))
    await until(lambda: bool(asked(fake)), "a batch was sent")
    assert {item.id for item in live.view(views.PendingWork())} == set(sent)


async def test_a_lost_answer_means_the_same_ids_again(live: Desk, fake: Fake) -> None:
    sent = await outage(live, fake, 3)
    fake.take_requests()
    fake.prepare("POST", routes.COMMANDS_BATCH, lost(), lost())
    fake.always("POST", routes.COMMANDS_BATCH, batch())
    fake.always("POST", routes.COMMANDS, applied)
    await until(lambda: not pending(live), "nothing pending")
    assert {id for ids in asked(fake) for id in ids} <= set(sent)


async def test_a_batch_that_is_refused_whole_goes_one_by_one(live: Desk, fake: Fake) -> None:
    """One of them spoils it, nobody knows which: alone each hears its own."""
    sent = await outage(live, fake, 3)
    fake.always("POST", routes.COMMANDS_BATCH, no("bad-request", 400))
    fake.take_requests()
    fake.always("POST", routes.COMMANDS, applied)
    await until(lambda: not pending(live), "nothing pending")
    assert {envelope.id for envelope in fake.sent()} == set(sent)


async def test_what_somebody_waits_for_goes_alone(live: Desk, fake: Fake) -> None:
    fake.always("POST", routes.COMMANDS_BATCH, batch())
    fake.always("POST", routes.COMMANDS, applied)
    ready = submitted(live, READY)
    for n in range(4):
        submitted(live, note(n))
    submitted(live, NOTE)
    await until(lambda: not pending(live), "nothing pending")
    assert all(ready not in ids for ids in asked(fake))
    assert ready in [envelope.id for envelope in fake.sent()]
