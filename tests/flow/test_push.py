"""The writing lane: once, in order, under one id, and the truth about what became of it."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import msgspec
import pytest

from agent_tui.desk import views
from agent_tui.desk.desk import Desk
from agent_tui.desk.door import NotSubmitted, Submitted
from agent_tui.domain.centre import CommandRow
from agent_tui.domain.commands import (
    AcceptContact,
    AddNote,
    Command,
    PerformAction,
    RevealField,
    SetAgentState,
    VerifyCaller,
    WrapUpContact,
)
from agent_tui.domain.contact import ContactState, Verified
from agent_tui.domain.customer import Secret
from agent_tui.wire import routes
from agent_tui.wire.command import Envelope, Outcome, StatusAnswer
from tests import eg
from tests.flow.conftest import pending, until
from tests.flow.fake import Fake, Handler, applied, lost, no, ok, session, unreachable
from tests.store.test_write import put

NOTE = AddNote(contact_id="k1", text="称收不到对账单")
WRAP_UP = WrapUpContact(contact_id="k1", category="card_fee", result="answered")
READY = SetAgentState(state="ready")


def submitted(desk: Desk, command: Command, if_match: int | None = None) -> str:
    answer = desk.submit(command, if_match=if_match)
    assert isinstance(answer, Submitted)
    return answer.id


def answers(outcome: str, **fields: Any) -> Handler:
    async def answer(request: httpx.Request) -> httpx.Response:
        envelope = msgspec.json.decode(request.content, type=Envelope)
        return ok(Outcome(id=envelope.id, outcome=outcome, **fields))

    return answer


def taken_back(error: Exception) -> Handler:
    """Nothing arrives but the word that it is too late."""

    async def answer(request: httpx.Request) -> httpx.Response:
        envelope = msgspec.json.decode(request.content, type=Envelope)
        if not envelope.intent.withdrawn:
            raise error
        return no("command-expired", 410, command_id=envelope.id)

    return answer


async def test_a_command_is_sent_with_its_id_and_version_and_then_done(live: Desk, fake: Fake) -> None:
    fake.prepare("POST", routes.COMMANDS, applied)
    id_ = submitted(live, WRAP_UP, if_match=7)
    outcome = await live.settle(id_)
    assert outcome and outcome.outcome == "applied"
    (request,) = fake.take_requests(routes.COMMANDS)
    assert request.headers["idempotency-key"] == id_
    assert request.headers["if-match"] == "7"
    assert request.headers["authorization"] == "Bearer t"
    await until(lambda: not pending(live), "nothing pending")


async def test_a_lost_answer_means_the_same_id_again(live: Desk, fake: Fake) -> None:
    fake.prepare("POST", routes.COMMANDS, lost(), lost(), no("unavailable", 503), applied)
    id_ = submitted(live, NOTE)
    outcome = await live.settle(id_)
    assert outcome and outcome.outcome == "applied"
    assert [envelope.id for envelope in fake.sent()] == [id_] * 4


async def test_an_applied_command_stays_pending_until_its_row_has_come(live: Desk, fake: Fake) -> None:
    fake.prepare("POST", routes.COMMANDS, answers("applied", feed_seq=9))
    await live.settle(submitted(live, NOTE))
    assert pending(live) == {"AddNote": "applied"}
    fake.streams[0].page(start="v1.e.1.1", to="v1.e.9.1")
    await until(lambda: not pending(live), "row seen")


async def test_a_refusal_says_why_and_stays_until_it_was_seen(live: Desk, fake: Fake) -> None:
    sentence = {"zh": "超出权限", "en": "Beyond your limit", "ja": "権限を超えています"}
    fake.prepare("POST", routes.COMMANDS, no("limit-exceeded", 403, reasons=[sentence]))
    id_ = submitted(live, PerformAction(action="waive_fee", customer_id="c1", amount_minor=90000))
    outcome = await live.settle(id_)
    assert outcome and outcome.outcome == "refused"
    (refused,) = live.view(views.PendingWork())
    assert (refused.state, refused.problem, refused.reasons) == ("refused", "limit-exceeded", (sentence,))
    assert live.view(views.StatusOf()).attention == 1
    live.dismiss(id_)
    await until(lambda: not pending(live), "dismissed")


async def test_a_conflict_is_told_apart_from_a_refusal(live: Desk, fake: Fake) -> None:
    fake.prepare("POST", routes.COMMANDS, no("version-conflict", 412, current=9))
    await live.settle(submitted(live, WRAP_UP, if_match=7))
    assert pending(live) == {"WrapUpContact": "conflict"}


async def test_commands_about_one_thing_keep_their_order(live: Desk, fake: Fake) -> None:
    fake.always("POST", routes.COMMANDS, applied)
    fake.prepare("POST", routes.COMMANDS, lost(), lost())
    first, second = submitted(live, NOTE), submitted(live, WRAP_UP)
    await live.settle(second)
    assert [envelope.id for envelope in fake.sent()] == [first, first, first, second]


async def test_at_most_four_things_at_once_and_one_slow_one_holds_up_no_other(live: Desk, fake: Fake) -> None:
    gate, under_way, most = asyncio.Event(), 0, 0

    async def slow(request: httpx.Request) -> httpx.Response:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        if b'"k0"' in request.content:
            await gate.wait()
        await asyncio.sleep(0.1)
        under_way -= 1
        return await applied(request)

    fake.always("POST", routes.COMMANDS, slow)
    slow_id, *others = [submitted(live, AddNote(contact_id=f"k{n}", text="x")) for n in range(9)]
    for id_ in others:
        assert await live.settle(id_)
    assert most == 4
    gate.set()
    assert await live.settle(slow_id)


async def test_a_command_that_may_not_wait_and_was_never_sent_expires(
    live: Desk, fake: Fake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agent_tui.sync.push.LIFE_S", 0.2)
    fake.always("POST", routes.COMMANDS, taken_back(unreachable()))
    monkeypatch.setattr("agent_tui.sync.lanes.AT_ONCE", 0)
    id_ = submitted(live, READY)
    await until(lambda: live.view(views.StatusOf()).pending_state == "ready", "asked")
    monkeypatch.setattr("agent_tui.sync.lanes.AT_ONCE", 4)
    fake.always("POST", routes.COMMANDS_STATUS, ok(StatusAnswer(outcomes=(), at=eg.NOW)))
    outcome = await live.settle(id_)
    assert outcome and outcome.outcome == "expired"
    assert live.view(views.PendingWork())[0].problem == "desk.outcome.expired"


async def test_what_was_sent_and_never_answered_is_asked_about_before_anything_is_said(
    live: Desk, fake: Fake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agent_tui.sync.push.LIFE_S", 0.1)
    fake.always("POST", routes.COMMANDS, lost())
    fake.always("POST", routes.COMMANDS_STATUS, no("unavailable", 503))
    id_ = submitted(live, READY)
    await until(lambda: pending(live) == {"SetAgentState": "unknown"}, "unknown")
    known = Outcome(id=id_, outcome="applied", feed_seq=1)
    fake.always("POST", routes.COMMANDS_STATUS, ok(StatusAnswer(outcomes=(known,), at=eg.NOW)))
    outcome = await live.settle(id_)
    assert outcome and outcome.outcome == "applied"
    assert {envelope.id for envelope in fake.sent()} == {id_}


async def test_an_unknown_command_the_server_never_saw_is_given_up_not_sent_late(
    live: Desk, fake: Fake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agent_tui.sync.push.LIFE_S", 0.1)
    fake.always("POST", routes.COMMANDS, taken_back(lost()))
    fake.always("POST", routes.COMMANDS_STATUS, ok(StatusAnswer(outcomes=(), at=eg.NOW)))
    outcome = await live.settle(submitted(live, READY))
    assert outcome and outcome.outcome == "expired"
    assert fake.sent()[-1].intent.withdrawn
    await asyncio.sleep(0.2)
    assert not fake.sent()


async def test_what_nobody_takes_back_because_it_cannot_be_read_is_settled(
    monkeypatch: pytest.MonkeyPatch, live: Desk, fake: Fake
) -> None:
    async def unreadable(request: httpx.Request) -> httpx.Response:
        if not msgspec.json.decode(request.content, type=Envelope).intent.withdrawn:
            raise lost()
        return no("bad-request", 400)

    monkeypatch.setattr("agent_tui.sync.push.LIFE_S", 0.1)
    fake.always("POST", routes.COMMANDS, unreadable)
    fake.always("POST", routes.COMMANDS_STATUS, ok(StatusAnswer(outcomes=(), at=eg.NOW)))
    outcome = await live.settle(submitted(live, READY))
    assert outcome and outcome.outcome == "refused"


async def test_what_a_gateway_says_is_no_word_about_what_the_server_did(live: Desk, fake: Fake) -> None:
    foreign = httpx.Response(403, json={"type": "about:blank", "title": "Forbidden", "status": 403})
    foreign.headers["content-type"] = "application/problem+json"
    other = ok(Outcome(id="another", outcome="applied", feed_seq=1))
    fake.prepare("POST", routes.COMMANDS, foreign, other, applied)
    id_ = submitted(live, NOTE)
    outcome = await live.settle(id_)
    assert outcome and (outcome.id, outcome.outcome) == (id_, "applied")
    assert len(fake.sent()) == 3


async def test_a_no_that_is_not_the_ledgers_does_not_hide_that_it_was_applied(live: Desk, fake: Fake) -> None:
    fake.prepare("POST", routes.COMMANDS, lost(), no("not-permitted", 403))
    id_ = submitted(live, NOTE)
    known = Outcome(id=id_, outcome="applied", feed_seq=1)
    fake.prepare("POST", routes.COMMANDS_STATUS, ok(StatusAnswer(outcomes=(known,), at=eg.NOW)))
    outcome = await live.settle(id_)
    assert outcome and outcome.outcome == "applied"


async def test_an_outcome_whose_answer_was_lost_comes_with_the_feed(live: Desk, fake: Fake) -> None:
    fake.always("POST", routes.COMMANDS, lost())
    id_ = submitted(live, NOTE)
    await until(lambda: fake.sent(), "sent")
    row = CommandRow(id=id_, maker_id="a1", type="AddNote", outcome="applied", at=eg.NOW)

    def tell() -> bool:
        seq = live.sight.cache.cursor.split(".")[2]
        fake.streams[0].page(put(row, int(seq)), start=f"v1.e.{seq}.1", to=f"v1.e.{int(seq) + 1}.1")
        return not pending(live)

    await until(tell, "settled by the feed")


async def test_a_token_no_longer_accepted_means_signing_in_and_the_same_id_again(live: Desk, fake: Fake) -> None:
    fake.prepare("POST", routes.COMMANDS, no("not-signed-in", 401), applied)
    fake.take_requests()
    id_ = submitted(live, NOTE)
    outcome = await live.settle(id_)
    assert outcome and outcome.outcome == "applied"
    assert len(fake.take_requests(routes.SESSION)) == 1


async def test_typed_card_numbers_never_reach_the_journal_or_the_server(live: Desk, fake: Fake) -> None:
    fake.prepare("POST", routes.COMMANDS, applied)
    await live.settle(submitted(live, AddNote(contact_id="k1", text="卡号 4111 1111 1111 1111 要补卡")))
    (envelope,) = fake.sent()
    assert isinstance(envelope.command, AddNote)
    assert "1111" not in envelope.command.text and "要补卡" in envelope.command.text
    assert live.keep_draft("note:k1", "4111111111111111") == "█" * 16
    assert live.draft("note:k1") == "█" * 16


async def test_a_revealed_field_is_shown_in_memory_and_goes(
    live: Desk, fake: Fake, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake.prepare("POST", routes.COMMANDS, answers("applied", feed_seq=1, value="13812345678", expires_s=60))
    reveal = RevealField(customer_id="c1", field=Secret.PHONE, purpose="call back")
    outcome = await live.settle(submitted(live, reveal))
    assert outcome and outcome.value == "13812345678"
    (shown,) = live.view(views.Reveals())
    assert (shown.customer_id, shown.field, shown.value) == ("c1", "phone", "13812345678")
    monkeypatch.setattr("agent_tui.desk.reveals.monotonic", lambda: 1e12)
    assert live.view(views.Reveals()) == ()


async def test_a_verified_name_stands_until_the_contact_ends(live: Desk, fake: Fake) -> None:
    mine = eg.contact(state=ContactState.CONNECTED, agent_id="a1", customer_id="c1", name="张•")
    fake.streams[0].page(put(mine, 1), put(eg.customer(), 1), start="v1.e.1.1", to="v1.e.2.1")
    await until(lambda: live.view(views.MyContacts()), "contact")
    fake.prepare("POST", routes.COMMANDS, answers("applied", feed_seq=1, value="张建国"))
    await live.settle(submitted(live, VerifyCaller(contact_id="k1", degree=Verified.BASIC, checks=("birthday",))))
    view = live.view(views.MyContacts())[0]
    assert view.customer is not None
    assert (view.contact.name, view.customer.name) == ("张建国", "张建国")
    over = msgspec.structs.replace(mine, state=ContactState.CLOSED)
    fake.streams[0].page(put(over, 2), start="v1.e.2.1", to="v1.e.3.1")
    await until(lambda: not live.view(views.MyContacts()), "contact over")
    card = live.view(views.CustomerCard(customer_id="c1"))
    assert card is not None and card.customer.name == "张•"


async def test_accepting_is_not_queued_while_offline(desk: Desk) -> None:
    answer = desk.submit(AcceptContact(contact_id="k1"))
    assert isinstance(answer, NotSubmitted)
    assert set(answer.reasons[0]) == {"zh", "en", "ja"}
    assert not pending(desk)


async def test_work_of_the_person_before_is_not_sent_as_the_next(live: Desk, fake: Fake) -> None:
    await live.disconnect()
    submitted(live, NOTE)
    fake.always("POST", routes.SESSION, ok(session(agent_id="a2")))
    await live.connect("secret")
    fake.prepare("POST", routes.COMMANDS, applied)
    await until(lambda: live.sight.link.online, "online")
    mine = submitted(live, AddNote(contact_id="k2", text="y"))
    await live.settle(mine)
    assert [envelope.id for envelope in fake.sent()] == [mine]
    assert "AddNote" in pending(live)


async def test_a_session_that_is_over_while_asking_means_signing_in_not_asking_without_end(
    live: Desk, fake: Fake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agent_tui.sync.push.LIFE_S", 0.1)
    fake.always("POST", routes.COMMANDS, lost())
    known = Outcome(id="", outcome="applied", feed_seq=1)
    fake.prepare("POST", routes.COMMANDS_STATUS, no("not-signed-in", 401))
    id_ = submitted(live, READY)
    answer = StatusAnswer(outcomes=(msgspec.structs.replace(known, id=id_),), at=eg.NOW)
    fake.always("POST", routes.COMMANDS_STATUS, ok(answer))
    fake.take_requests()
    outcome = await live.settle(id_)
    assert outcome and outcome.outcome == "applied"
    assert len(fake.take_requests(routes.SESSION)) == 1
