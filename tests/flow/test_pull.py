"""The reading lane: from whatever state to the server's view, and an honest word about how far it is."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from agent_tui.desk import views
from agent_tui.desk.desk import Desk
from agent_tui.desk.door import NotSubmitted, Submitted
from agent_tui.domain.commands import AcceptContact, AddNote
from agent_tui.domain.contact import Contact
from agent_tui.errors import Refused
from agent_tui.store import read
from agent_tui.wire import routes
from agent_tui.wire.feed import Beat, Page, SnapshotPage
from tests import eg
from tests.flow.conftest import connection, pending, until
from tests.flow.fake import Fake, no, ok, session, unreachable
from tests.store.test_write import gone, put


def subjects(desk: Desk) -> list[str]:
    return sorted(contact.subject for contact in read.every(desk.sight.cache, Contact))


async def test_the_first_connection_takes_a_snapshot_by_pages_then_follows(desk: Desk, fake: Fake) -> None:
    fake.serve()
    fake.prepare(
        "GET",
        routes.SNAPSHOT,
        ok(SnapshotPage(cursor="v1.e.5.1", after="p2", at=eg.NOW, changes=(put(eg.contact("k1", subject="a")),))),
        ok(SnapshotPage(cursor="v1.e.8.1", after="", at=eg.NOW, changes=(put(eg.contact("k2", subject="b")),))),
    )
    await desk.connect("secret")
    await until(lambda: connection(desk) == "live")
    assert subjects(desk) == ["a", "b"]
    pages = fake.take_requests(routes.SNAPSHOT)
    assert [request.url.params.get("after") for request in pages] == [None, "p2"]
    # What changed while the pages were read is caught up from where the first page stood.
    assert fake.take_requests(routes.CHANGES)[0].url.params["cursor"] == "v1.e.5.1"


async def test_rows_of_a_broken_snapshot_do_not_outlive_the_next(desk: Desk, fake: Fake) -> None:
    fake.serve()
    half = SnapshotPage(cursor="v1.e.5.1", after="p2", at=eg.NOW, changes=(put(eg.contact("k1", subject="left")),))
    whole = SnapshotPage(cursor="v1.e.9.1", after="", at=eg.NOW, changes=(put(eg.contact("k2", subject="here")),))
    fake.prepare("GET", routes.SNAPSHOT, ok(half), unreachable(), ok(whole))
    await desk.connect("secret")
    await until(lambda: connection(desk) == "live")
    assert subjects(desk) == ["here"]


async def test_a_known_cursor_needs_no_snapshot(live: Desk, fake: Fake) -> None:
    await live.disconnect()
    assert connection(live) == "offline"
    fake.take_requests()
    await live.connect("secret")
    await until(lambda: connection(live) == "live")
    assert not fake.take_requests(routes.SNAPSHOT)


async def test_pages_of_the_stream_are_applied_as_they_come(live: Desk, fake: Fake) -> None:
    fake.streams[0].page(put(eg.contact(subject="new")), start="v1.e.1.1", to="v1.e.2.1")
    await until(lambda: subjects(live) == ["new"])
    fake.streams[0].page(gone(eg.contact()), start="v1.e.2.1", to="v1.e.3.1")
    await until(lambda: not subjects(live))
    assert live.sight.cache.cursor == "v1.e.3.1"


async def test_a_page_that_does_not_continue_is_dropped_and_caught_up(live: Desk, fake: Fake) -> None:
    missed = Page(
        start="v1.e.1.1",
        to="v1.e.9.1",
        more=False,
        head=9,
        at=eg.NOW,
        changes=(put(eg.contact(subject="right"), 2),),
    )
    fake.prepare("GET", routes.CHANGES, ok(missed))
    fake.streams[0].page(put(eg.contact(subject="wrong"), 3), start="v1.e.5.1", to="v1.e.6.1")
    await until(lambda: live.sight.cache.cursor == "v1.e.9.1")
    assert subjects(live) == ["right"]


async def test_catching_up_goes_on_while_there_is_more(live: Desk, fake: Fake) -> None:
    def part(start: int, to: int, *, more: bool) -> httpx.Response:
        return ok(Page(start=f"v1.e.{start}.1", to=f"v1.e.{to}.1", more=more, head=3, at=eg.NOW))

    fake.prepare("GET", routes.CHANGES, part(1, 2, more=True), part(2, 3, more=False))
    fake.streams[0].end()
    await until(lambda: live.sight.cache.cursor == "v1.e.3.1")


async def test_a_broken_stream_is_made_again_from_the_stored_cursor(live: Desk, fake: Fake) -> None:
    fake.streams[0].page(start="v1.e.1.1", to="v1.e.4.1")
    await until(lambda: live.sight.cache.cursor == "v1.e.4.1")
    fake.take_requests()
    fake.streams[0].end(httpx.ReadTimeout("silence"))
    await until(lambda: len(fake.streams) == 2)
    assert fake.take_requests(routes.STREAM)[0].url.params["cursor"] == "v1.e.4.1"
    await until(lambda: connection(live) == "live")


async def test_a_cursor_too_old_means_a_snapshot_and_the_journal_stays(live: Desk, fake: Fake) -> None:
    fake.streams[0].page(put(eg.contact("k1", subject="old")), start="v1.e.1.1", to="v1.e.2.1")
    await until(lambda: subjects(live) == ["old"])
    fake.always("POST", routes.COMMANDS, no("unavailable", 503, retry_after_s=30))
    fake.always("POST", routes.COMMANDS_STATUS, unreachable())
    assert isinstance(live.submit(AddNote(contact_id="k1", text="x")), Submitted)
    await until(lambda: any(item.attempts and item.state == "queued" for item in live.journal.items()), "tried once")
    fake.take_requests()
    fake.prepare("GET", routes.CHANGES, no("cursor-too-old", 410))
    fresh = SnapshotPage(cursor="v1.f.1.1", after="", at=eg.NOW, changes=(put(eg.contact("k2", subject="new")),))
    fake.prepare("GET", routes.SNAPSHOT, ok(fresh))
    fake.streams[0].end()
    await until(lambda: subjects(live) == ["new"])
    # What another epoch had said is in doubt: it is asked for, or sent again under its id if a try was just under way.
    await until(lambda: fake.take_requests(routes.COMMANDS_STATUS) or fake.take_requests(routes.COMMANDS), "doubted")
    assert "AddNote" in pending(live)


async def test_an_unreachable_server_is_offline_with_a_sentence_and_the_desk_goes_on(desk: Desk, fake: Fake) -> None:
    fake.always("POST", routes.SESSION, unreachable())
    await desk.connect("secret")
    status = desk.view(views.StatusOf())
    assert status.why is not None
    assert (status.connection, status.why.key) == ("offline", "desk.connection.unreachable")
    fake.serve()
    await until(lambda: connection(desk) == "live")


async def test_a_wrong_password_is_refused_and_nothing_keeps_trying(desk: Desk, fake: Fake) -> None:
    fake.prepare("POST", routes.SESSION, no("bad-credentials", 401))
    with pytest.raises(Refused) as raised:
        await desk.connect("wrong")
    assert raised.value.key == "desk.connection.bad_credentials"
    assert connection(desk) == "refused"
    fake.take_requests()
    await asyncio.sleep(0.1)
    assert not fake.take_requests()


async def test_a_sign_in_page_of_the_network_is_not_the_server(live: Desk, fake: Fake) -> None:
    portal = httpx.Response(200, content=b"<html>Welcome</html>", headers={"content-type": "text/html"})
    fake.always("GET", routes.STREAM, portal)
    fake.always("GET", routes.CHANGES, portal)
    fake.streams[0].end()
    await until(lambda: connection(live) == "offline")
    why = live.view(views.StatusOf()).why
    assert why is not None and why.key == "desk.connection.not_ours"


async def test_another_persons_rows_are_not_shown(live: Desk, fake: Fake) -> None:
    fake.streams[0].page(put(eg.contact(subject="theirs")), start="v1.e.1.1", to="v1.e.2.1")
    await until(lambda: subjects(live) == ["theirs"])
    await live.disconnect()
    fake.always("POST", routes.SESSION, ok(session(agent_id="a2")))
    await live.connect("secret")
    await until(lambda: connection(live) == "live")
    assert not subjects(live)


async def test_business_time_is_the_servers_and_age_is_since_it_was_heard(live: Desk, fake: Fake) -> None:
    fake.streams[0].send("beat", Beat(head=1, at=eg.at(3600), speed=60.0))
    await until(lambda: live.view(views.StatusOf()).now >= eg.at(3600))
    status = live.view(views.StatusOf())
    assert (status.now - eg.at(3600)).total_seconds() < 600
    assert status.age_s < 10


async def test_the_simulations_banner_reaches_the_status(desk: Desk, fake: Fake) -> None:
    fake.serve()
    fake.always("POST", routes.SESSION, ok(session(banner="simulation")))
    await desk.connect("secret")
    assert desk.view(views.StatusOf()).simulation


async def test_many_changes_are_told_in_few_wakes(live: Desk, fake: Fake) -> None:
    told: list[frozenset[str]] = []
    stop = live.watch(lambda entities: told.append(entities))
    for n in range(1, 41):
        fake.streams[0].page(put(eg.contact(), n), start=f"v1.e.{n}.1", to=f"v1.e.{n + 1}.1")
    await until(lambda: live.sight.cache.cursor == "v1.e.41.1")
    await until(lambda: told)
    stop()
    assert set().union(*told) >= {"contact"}
    assert len(told) <= 4


async def test_a_damaged_cache_is_filled_again_under_the_desk(live: Desk, fake: Fake) -> None:
    def broken(*_: object) -> list[object]:
        from agent_tui.errors import Corrupt

        raise Corrupt("desk.store.unreadable", path="cache.db")

    whole = SnapshotPage(cursor="v1.e.1.1", after="", at=eg.NOW, changes=(put(eg.contact(subject="again")),))
    fake.always("GET", routes.SNAPSHOT, ok(whole))
    read_all = live.sight.cache.all
    live.sight.cache.all = broken  # type: ignore[method-assign,assignment]
    live.sight.cache.memo.clear()
    try:
        with pytest.raises(Exception, match="unreadable"):
            live.view(views.QueueRows())
    finally:
        live.sight.cache.all = read_all  # type: ignore[method-assign]
    await until(lambda: subjects(live) == ["again"])


async def silent(request: httpx.Request) -> httpx.Response:
    """A server that takes the question and never answers."""
    await asyncio.Event().wait()
    raise AssertionError("nobody sets it")


def told(desk: Desk) -> tuple[str, str]:
    """What the desk says of its connection, and the reason it gives."""
    status = desk.view(views.StatusOf())
    return status.connection, status.why.key if status.why else ""


async def test_until_its_first_answer_a_server_is_being_connected_to(desk: Desk, fake: Fake) -> None:
    fake.always("POST", routes.SESSION, silent)
    connecting = asyncio.create_task(desk.connect("secret"))
    await until(lambda: fake.take_requests(routes.SESSION), "asked")
    assert told(desk) == ("connecting", "desk.connection.connecting")
    assert isinstance(desk.submit(AcceptContact(contact_id="k1")), NotSubmitted), "what cannot wait is not taken"
    connecting.cancel()
    await asyncio.wait({connecting})


async def test_whoever_need_not_wait_for_a_silent_server_goes_on_and_is_signed_in_when_it_speaks(
    desk: Desk, fake: Fake
) -> None:
    fake.always("POST", routes.SESSION, silent)
    assert await desk.connect("secret", patience_s=0.01) is False
    assert connection(desk) == "connecting"
    await until(lambda: len(fake.take_requests(routes.SESSION)) > 0, "asked again by the lane")
    fake.always("POST", routes.SESSION, None)
    fake.serve()
    desk._link.pull.restart()  # type: ignore[union-attr]
    await until(lambda: connection(desk) == "live")


async def test_a_server_that_stops_beating_is_not_called_live(
    live: Desk, fake: Fake, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The stream stands open and says nothing, as when the server hangs or the line is dead."""
    monkeypatch.setattr("agent_tui.sync.pull.GRACE_S", 0.0)
    fake.streams[0].send("beat", Beat(head=1, at=eg.NOW, every_s=0.05))
    await until(lambda: connection(live) == "checking", "the silence is said")
    assert told(live) == ("checking", "desk.connection.no_word")
    fake.streams[0].send("beat", Beat(head=1, at=eg.NOW, every_s=60))
    await until(lambda: told(live) == ("live", ""), "it spoke again")


async def test_a_server_is_back_with_its_answer_and_not_with_the_question(live: Desk, fake: Fake) -> None:
    """The token still holds, so that the first question is for changes; nobody answers it."""
    fake.always("GET", routes.CHANGES, silent)
    fake.take_requests()
    fake.streams[0].end(httpx.ReadTimeout("silence"))
    await until(lambda: fake.take_requests(routes.CHANGES), "asked")
    assert connection(live) == "offline"
