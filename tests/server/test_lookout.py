"""The law of the streams: one look of a process wakes everybody whom something new concerns, and the page it makes for each
is what a reading of their own would be. And bugs that somebody could make there are found."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import msgspec
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from agent_tui.domain.agent import Agent
from agent_tui.domain.commands import OfferNew
from agent_tui.domain.contact import Channel, Contact
from agent_tui.errors import StoreError
from agent_tui.server import lookout, seed, stream
from agent_tui.server.auth import token_hash
from agent_tui.server.caller import Caller
from agent_tui.server.database import Database, Tx
from agent_tui.server.lookout import Crowd, Follower
from agent_tui.server.recent import Image, Mark, Recent
from agent_tui.server.services import Services
from agent_tui.server.state import TableState
from agent_tui.wire.feed import Change, Page, parse_cursor
from tests import eg
from tests.server import bench, engines
from tests.server.test_convergence import AGENTS, LINK, FeedMachine, Rows, agents, take, walk

LOGINS = {"a1": "chen", "a2": "li", "a3": "wang", "s1": "boss"}


def let_in(services: Services, agent: str) -> Caller:
    """Somebody with a session, even if they do not work here any more."""
    login = LOGINS[agent]
    _, token = services.db.write_now(lambda tx: services.doorman.open(tx, login, f"d-{agent}"))
    return Caller(kind="agent", id=agent, login=login, device=f"d-{agent}", token=token_hash(token))


def fresh(services: Services, agent: str) -> Rows:
    rows: Rows = {}
    take(rows, services.db.read_now(lambda tx: services.feed.snapshot(tx, agent, limit=5000)).changes)
    return rows


def a_look(services: Services) -> None:
    """What the lookout does after a commit."""
    crowd = services.lookout.crowd
    seen = services.db.read_now(lambda tx: lookout.look(tx, crowd.upto, crowd.sessions(), crowd.limit))
    crowd.take(seen)


class Eye:
    """One desk at the other end of a stream."""

    def __init__(self, services: Services, agent: str) -> None:
        self.services = services
        self.agent = agent
        page = services.db.read_now(lambda tx: services.feed.snapshot(tx, agent, limit=5000))
        self.rows: Rows = {}
        take(self.rows, page.changes)
        self.follower = Follower(let_in(services, agent), parse_cursor(page.cursor))
        self.follower.woken.set()  # as a stream does when it comes in
        services.lookout.crowd.followers.add(self.follower)

    def take(self) -> Page:
        """One turn of the stream."""
        self.follower.woken.clear()
        page = asyncio.run(stream.next_page(self.services, self.follower))
        take(self.rows, page.changes)
        self.follower.cursor = parse_cursor(page.to)
        if page.more:
            self.follower.woken.set()
        return page

    def settle(self) -> None:
        """Until nothing wakes it any more."""
        while self.follower.woken.is_set():
            self.take()

    def right(self) -> bool:
        return self.rows == fresh(self.services, self.agent)


class StreamMachine(FeedMachine):
    """Everything that happens to the feed, and streams that look on."""

    @initialize()
    def start(self) -> None:
        super().start()
        self.another_process(500)

    @rule(limit=st.sampled_from((1, 3, 500)))
    def another_process(self, limit: int) -> None:
        """Streams come in at a process that has seen nothing yet and keeps so many rows."""
        self.services.lookout.crowd = Crowd(limit)
        self.eyes = {agent: Eye(self.services, agent) for agent in AGENTS}

    @rule()
    def look(self) -> None:
        a_look(self.services)

    @rule(agent=agents)
    def turn_of_a_stream(self, agent: str) -> None:
        if self.eyes[agent].follower.woken.is_set():
            self.eyes[agent].take()

    @rule(agent=agents)
    def reconnect(self, agent: str) -> None:
        self.services.lookout.crowd.followers.discard(self.eyes[agent].follower)
        self.eyes[agent] = Eye(self.services, agent)

    @rule()
    def look_and_settle(self) -> None:
        """Whoever is not woken has nothing to hear; whoever is, has the truth afterwards."""
        a_look(self.services)
        for eye in self.eyes.values():
            eye.settle()
            assert eye.right(), eye.agent

    def teardown(self) -> None:
        try:
            if hasattr(self, "eyes"):
                self.look_and_settle()
        finally:
            super().teardown()


@pytest.mark.usefixtures("tmp_path")
def test_whoever_is_woken_has_the_truth_afterwards_and_nobody_else_missed_any() -> None:
    walk(StreamMachine, engines.examples(8, 3))


# ---- stories, and the bugs they find -----------------------------------------------------------------------------


def publish(services: Services, kind: type[Any], id: str, **fields: Any) -> None:
    def work(tx: Tx) -> None:
        row = TableState(tx).get(kind, id)
        assert row is not None
        seed.publish(tx, [msgspec.structs.replace(row, **fields)], "Changed", eg.NOW)

    services.db.write_now(work)


def call(services: Services, id: str, group: str = "cards") -> None:
    asyncio.run(
        bench.commit(services, OfferNew(contact_id=id, channel=Channel.PHONE, caller=bench.PHONE, group=group), LINK)
    )


def after(services: Services, *deeds: Callable[[], None]) -> list[str]:
    """Whose screen is not right after any of these, with a look after each."""
    eyes = [Eye(services, agent) for agent in AGENTS]
    wrong = []
    for eye in eyes:
        eye.settle()
    for deed in deeds:
        deed()
        a_look(services)
        for eye in eyes:
            eye.settle()
        wrong += [eye.agent for eye in eyes if not eye.right()]
    return wrong


def changes_group(services: Services) -> list[str]:
    """Somebody moves to another group; calls were there before, and come afterwards."""
    call(services, "k1", "loans")
    return after(
        services,
        lambda: publish(services, Agent, "a1", groups=("loans",)),
        lambda: call(services, "k2", "loans"),
        lambda: call(services, "k3", "cards"),
    )


def goes_elsewhere(services: Services) -> list[str]:
    """A contact moves from one group to the other."""
    call(services, "k1")
    return after(services, lambda: publish(services, Contact, "k1", group="loans"))


def scopes_kept_for_good(patch: pytest.MonkeyPatch) -> None:
    def blind(tx: Tx, *given: Any) -> Any:
        seen = _look(tx, *given)
        return seen._replace(revisions={session: rev and 0 for session, rev in seen.revisions.items()})

    _look = lookout.look
    patch.setattr(lookout, "look", blind)


def image_for_everybody(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Recent, "_change", lambda self, mark, held: self._images[mark.entity, mark.id].put)


def woken_by_where_rows_are_now(patch: pytest.MonkeyPatch) -> None:
    """Whoever saw the row before is not told that it is gone."""
    add = Recent.add

    def forgetful(self: Recent, upto: int, marks: Any, images: dict[tuple[str, str], Image]) -> None:
        add(self, upto, [m._replace(scopes=images[m.entity, m.id].scopes) for m in marks], images)

    patch.setattr(Recent, "add", forgetful)


def one_page_for_a_window(patch: pytest.MonkeyPatch) -> None:
    """What was made for the first is given to all."""
    made: dict[tuple[int, int], tuple[Change, ...]] = {}
    changes = Recent.changes

    def shared(self: Recent, held: frozenset[str], start: int) -> tuple[Change, ...]:
        return made.setdefault((start, self.upto), changes(self, held, start))

    patch.setattr(Recent, "changes", shared)


STORIES = (changes_group, goes_elsewhere)


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
def test_every_screen_is_right_after_every_look(story: Callable[[Services], list[str]], services: Services) -> None:
    assert story(services) == []


@pytest.mark.parametrize(
    ("bug", "story"),
    [
        (scopes_kept_for_good, changes_group),
        (image_for_everybody, goes_elsewhere),
        (woken_by_where_rows_are_now, goes_elsewhere),
        (one_page_for_a_window, goes_elsewhere),
    ],
    ids=lambda given: given.__name__,
)
def test_every_seeded_bug_is_found(
    bug: Callable[[pytest.MonkeyPatch], None],
    story: Callable[[Services], list[str]],
    services: Services,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bug(monkeypatch)
    assert story(services)


def test_only_those_are_woken_whom_a_change_concerns(services: Services) -> None:
    eyes = {agent: Eye(services, agent) for agent in AGENTS}
    a_look(services)
    for eye in eyes.values():
        eye.settle()
    call(services, "k1", "loans")
    a_look(services)
    assert {agent for agent, eye in eyes.items() if eye.follower.woken.is_set()} == {"a3", "s1"}


def test_a_page_for_all_asks_the_database_nothing(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    eye = Eye(services, "a1")
    eye.settle()
    call(services, "k1")
    a_look(services)
    monkeypatch.setattr(Database, "read", None)
    assert [change.id for change in eye.take().changes] == ["k1"]


def test_what_is_seen_while_a_stream_reads_for_itself_is_not_missed(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    eye = Eye(services, "a1")
    read = Database.read

    async def slow(self: Database, work: Any) -> Any:
        result = await read(self, work)
        await asyncio.to_thread(call, services, "k1")
        a_look(services)
        return result

    monkeypatch.setattr(Database, "read", slow)
    assert eye.take().changes == ()
    monkeypatch.undo()
    eye.settle()
    assert eye.right()


def test_rows_are_told_once_in_the_order_of_their_last_change() -> None:
    recent, cards = Recent(), frozenset({"g:cards"})
    marks = [Mark(n, "contact", id, n, cards) for n, id in enumerate(("k1", "k2", "k1"), 1)]
    images = {
        ("contact", id): Image(Change(entity="contact", id=id, version=version), cards)
        for id, version in (("k1", 3), ("k2", 2))
    }
    recent.add(3, marks, images)
    assert [(c.id, c.version) for c in recent.changes(cards, 0)] == [("k2", 2), ("k1", 3)]
    assert recent.changes(cards, 3) == recent.changes(frozenset({"g:loans"}), 0) == ()


# ---- as streams --------------------------------------------------------------------------------------------------


async def first_page(pages: AsyncIterator[bytes]) -> Page:
    async for event in pages:
        if event.startswith(b"event: page"):
            return msgspec.json.decode(event.partition(b"data: ")[2], type=Page)
    raise AssertionError("the stream ended")


@pytest.fixture
def unbeaten(monkeypatch: pytest.MonkeyPatch) -> None:
    """No beat comes to the help of a stream that was not woken."""
    monkeypatch.setattr(stream, "EVERY_S", 3600.0)


async def following(services: Services, agent: str) -> tuple[AsyncIterator[bytes], Awaitable[Page]]:
    """A stream that has come in, and its next page."""
    services.bus.attach()
    cursor = parse_cursor(services.db.read_now(lambda tx: services.feed.snapshot(tx, agent)).cursor)
    pages = stream.pages(services, let_in(services, agent), cursor)
    assert (await anext(pages)).startswith(b"event: beat")
    return pages, asyncio.create_task(first_page(pages))


@pytest.mark.usefixtures("unbeaten")
async def test_whoever_is_given_a_scope_sees_its_rows_on_the_open_stream(services: Services) -> None:
    await asyncio.to_thread(call, services, "k1", "loans")
    pages, page = await following(services, "a1")
    await asyncio.to_thread(publish, services, Agent, "a1", groups=("loans",))
    async with asyncio.timeout(10):
        assert ("contact", "k1") in {(c.entity, c.id) for c in (await page).changes}
    await pages.aclose()  # type: ignore[attr-defined]


@pytest.mark.usefixtures("unbeaten")
async def test_when_looking_fails_streams_read_for_themselves(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise StoreError("server.error.store")

    monkeypatch.setattr(lookout, "look", fail)
    pages, page = await following(services, "a1")
    await asyncio.to_thread(call, services, "k1")
    async with asyncio.timeout(10):
        assert [c.id for c in (await page).changes] == ["k1"]
    await pages.aclose()  # type: ignore[attr-defined]


async def test_nobody_looks_when_nobody_follows(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    pages, page = await following(services, "a1")
    await asyncio.to_thread(call, services, "k1")
    await page
    await pages.aclose()  # type: ignore[attr-defined]
    assert not services.lookout.crowd.followers
    monkeypatch.setattr(lookout, "look", None)
    await asyncio.to_thread(call, services, "k2")
