"""What the desk says when the server is another one than before, or no longer understands it: what waits stays, what is
not known is asked for, what differs is mended and said."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from agent_tui.clock import wall
from agent_tui.desk import views
from agent_tui.desk.desk import Desk
from agent_tui.desk.door import NotSubmitted, Submitted
from agent_tui.domain.commands import AddNote
from agent_tui.domain.rows import encode
from agent_tui.store.escrow import found
from agent_tui.wire import routes
from agent_tui.wire.command import Envelope, Outcome, StatusAnswer, StatusRequest
from agent_tui.wire.device import Lease
from agent_tui.wire.digest import Digest, sums
from agent_tui.wire.feed import Change
from agent_tui.wire.sealed import named
from tests import eg
from tests.flow.conftest import connection, pending, until
from tests.flow.fake import Fake, applied, no, ok, session, unreachable

NOTE = AddNote(contact_id="k1", text="客户要求书面答复")


async def kept_offline(desk: Desk) -> str:
    """A note that waits for the server."""
    submitted = desk.submit(NOTE)
    assert isinstance(submitted, Submitted)
    return submitted.id


# ---- too old ---------------------------------------------------------------------------------------------------------


async def test_a_desk_that_is_too_old_is_read_only_with_all_that_waits(live: Desk, fake: Fake) -> None:
    fake.always("POST", routes.COMMANDS, no("client-too-old", 426))
    await kept_offline(live)
    await until(lambda: connection(live) == "refused", "refused")
    status = live.view(views.StatusOf())
    assert status.why is not None and status.why.key == "desk.connection.too_old"
    assert pending(live) == {"AddNote": "queued"}
    answer = live.submit(NOTE)
    assert isinstance(answer, NotSubmitted) and answer.why.key == "vault.read_only"
    assert live.keep_draft("note:k1", "还可以写") == "还可以写"


# ---- another epoch ---------------------------------------------------------------------------------------------------


async def test_after_a_restore_every_command_is_asked_for_and_a_lost_one_sent_again(desk: Desk, fake: Fake) -> None:
    asked: list[str] = []

    async def nothing_known(request):  # type: ignore[no-untyped-def]
        asked.extend(msgspec.json.decode(request.content, type=StatusRequest).ids)
        return ok(StatusAnswer(outcomes=(), at=eg.NOW))

    async def far_ahead(request):  # type: ignore[no-untyped-def]
        envelope = msgspec.json.decode(request.content, type=Envelope)
        return ok(Outcome(id=envelope.id, outcome="applied", feed_seq=999))

    fake.serve(cursor="v1.e.5.1")
    fake.always("POST", routes.COMMANDS, far_ahead)
    await desk.connect("secret")
    await until(lambda: connection(desk) == "live")
    id = await kept_offline(desk)
    await until(lambda: pending(desk) == {"AddNote": "applied"}, "applied, its row not seen")
    fake.always("POST", routes.SESSION, ok(session(epoch="f")))
    fake.serve(cursor="v1.f.1.1")
    fake.always("POST", routes.SESSION, ok(session(epoch="f")))
    fake.always("POST", routes.COMMANDS_STATUS, nothing_known)
    fake.always("POST", routes.COMMANDS, applied)
    await desk.connect("secret")
    await until(lambda: not desk.journal.items(), "settled")
    assert asked == [id]
    assert [envelope.id for envelope in fake.sent()][-1] == id


# ---- unknown ---------------------------------------------------------------------------------------------------------


async def test_after_ten_seconds_without_an_answer_it_says_unknown(
    live: Desk, fake: Fake, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake.always("POST", routes.COMMANDS, unreachable())
    await kept_offline(live)
    await until(lambda: live.journal.items()[0].attempts > 0, "tried")
    assert pending(live)["AddNote"] in ("queued", "sending")
    later = wall() + timedelta(seconds=11)
    monkeypatch.setattr("agent_tui.desk.pending.wall", lambda: later)
    assert pending(live) == {"AddNote": "unknown"}


# ---- the copy --------------------------------------------------------------------------------------------------------


def group_row(version: int = 1) -> Change:
    row = eg.group("cards")
    return Change(entity="group", id=row.id, version=version, image=msgspec.Raw(encode(row)))


async def proved(desk: Desk, fake: Fake, monkeypatch: pytest.MonkeyPatch, told: Digest) -> None:
    """Live, and compared with what the server tells."""
    monkeypatch.setattr("agent_tui.sync.tend.TICK_S", 0.02)
    monkeypatch.setattr("agent_tui.sync.tend.PROVE_FIRST_S", 0.0)
    fake.serve(group_row())
    fake.always("GET", routes.DIGEST, ok(told))
    await desk.connect("secret")
    await until(lambda: fake.take_requests(routes.DIGEST), "asked")


async def test_a_copy_that_differs_is_taken_anew_and_said(
    desk: Desk, fake: Fake, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = Digest(cursor="v1.e.1.1", entities=sums([("group", "cards", 2)]))
    await proved(desk, fake, monkeypatch, told)
    await until(lambda: desk.view(views.StatusOf()).alert, "said")
    alert = desk.view(views.StatusOf()).alert
    assert alert is not None and alert.key == "vault.diverged"
    await until(lambda: len(fake.take_requests(routes.SNAPSHOT)) >= 1, "a snapshot")


async def test_a_copy_that_is_right_and_one_at_another_place_are_left_alone(
    desk: Desk, fake: Fake, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = Digest(cursor="v1.e.1.1", entities=sums([("group", "cards", 1), ("what_a_newer_server_has", "x", 1)]))
    await proved(desk, fake, monkeypatch, told)
    assert desk.view(views.StatusOf()).alert is None


# ---- a server of the next version ------------------------------------------------------------------------------------


async def test_what_a_newer_server_says_is_passed_over_and_the_cursor_goes_on(live: Desk, fake: Fake) -> None:
    image = msgspec.json.decode(encode(eg.group("loans")))
    newer = Change(
        entity="group", id="loans", version=1, image=msgspec.Raw(msgspec.json.encode({**image, "new_field": [1]}))
    )
    unknown = Change(entity="hologram", id="h1", version=1, image=msgspec.Raw(b'{"id":"h1"}'))
    odd = Change(entity="contact", id="k9", version=1, image=msgspec.Raw(b'{"id":"k9","state":"levitating"}'))
    fake.streams[-1].page(unknown, odd, newer, start="v1.e.1.1", to="v1.e.2.1")
    await until(lambda: live.sight.cache.cursor == "v1.e.2.1", "gone on")
    assert [group.id for group in live.view(views.Groups())] == ["loans"]


# ---- receipts --------------------------------------------------------------------------------------------------------


async def test_receipts_stay_for_thirty_five_days(live: Desk, fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    fake.always("POST", routes.COMMANDS, applied)
    id = await kept_offline(live)
    await until(lambda: live.journal.receipts() and not live.journal.items())
    for days, there in ((34, True), (36, False)):
        later = wall() + timedelta(days=days)
        monkeypatch.setattr("agent_tui.store.journal.wall", lambda later=later: later)
        live.journal.prune().result(5)
        assert [row[0] for row in live.journal.receipts()] == ([id] if there else [])


# ---- boxes -----------------------------------------------------------------------------------------------------------


async def test_only_what_may_wait_is_ever_put_into_a_box(live: Desk, fake: Fake) -> None:
    assert live.journal.boxes is not None
    live.journal.boxes.learn(named(bytes(31) + b"\x09"))
    fake.always("POST", routes.COMMANDS, unreachable())
    live.submit(NOTE)
    from agent_tui.domain.commands import SetAgentState

    live.submit(SetAgentState(state="ready"))
    boxes = found(live.journal.boxes.folder)
    assert len(boxes) == 1
    assert "客户".encode() not in boxes[0].read_bytes()


# ---- how long what is shown may be kept ------------------------------------------------------------------------------


async def test_a_lease_shorter_than_the_pace_of_renewing_is_renewed_before_it_is_over(
    desk: Desk, fake: Fake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agent_tui.sync.tend.TICK_S", 0.02)
    fake.serve(group_row())
    fake.always("POST", routes.DEVICE_LEASE, ok(Lease(left_s=0, escrow_key="")))
    await desk.connect("secret")
    await until(lambda: fake.take_requests(routes.DEVICE_LEASE), "asked")
    await until(lambda: fake.take_requests(routes.DEVICE_LEASE), "asked again")
