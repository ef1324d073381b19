"""Whatever comes instead of a feed: never a traceback, never a lie; and as soon as it is right again, so is the desk."""

from __future__ import annotations

import copy
import logging
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agent_tui.desk.build import open_desk
from agent_tui.desk.desk import Desk
from agent_tui.domain.contact import Contact
from agent_tui.errors import AgentTuiError
from agent_tui.store import read
from agent_tui.wire import routes
from agent_tui.wire.feed import Page, SnapshotPage
from tests import eg
from tests.flow.conftest import connection, until
from tests.flow.fake import Fake, ok
from tests.flow.seed import profile
from tests.store.test_write import put

TRUE = eg.contact("k1", subject="true")
SNAPSHOT = SnapshotPage(cursor="v1.e.5.1", after="", at=eg.NOW, changes=(put(TRUE),))
PAGE = Page(start="v1.e.5.1", to="v1.e.6.1", more=False, head=6, at=eg.NOW, changes=(put(TRUE, 2),))
ODD: tuple[Any, ...] = (None, "", "x", -1, 2**70, 1.5, [], {}, True, "v1.e.99.1", "v1.e", "2026-03-02T02:00:00")
junk = st.one_of(
    st.binary(max_size=40),
    st.sampled_from((b"", b"null", b"[]", b"{}", b'{"start": "v1', b"\xff\xfe", b"<html></html>", b"[" * 5000)),
)


def places(tree: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a JSON tree."""
    inner = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    return [path, *(found for key, value in inner for found in places(value, (*path, key)))]


@st.composite
def bent(draw: st.DrawFn, page: Page | SnapshotPage) -> bytes:
    """A right page with one thing in it that is not."""
    tree: Any = msgspec.json.decode(msgspec.json.encode(page))
    envelope = [p for p in places(tree) if p and "image" not in p]
    *way, last = draw(st.sampled_from(envelope))
    at = tree = copy.deepcopy(tree)
    for key in way:
        at = at[key]
    if draw(st.booleans()) and isinstance(at, dict):
        del at[last]
    else:
        at[last] = draw(st.sampled_from(ODD))
    return msgspec.json.encode(tree)


def understood(body: bytes, kind: type[Any]) -> bool:
    """Whether it is a page after all, only another one: then it is the server's word."""
    try:
        msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, RecursionError):
        return False
    return True


async def seated(folder: Path, fake: Fake) -> Desk:
    opened = open_desk(profile(folder, transport=lambda: fake))
    await opened.connect("secret")
    return opened


async def true_again(desk: Desk, subject: str = "true") -> None:
    await until(lambda: connection(desk) == "live", "live")
    await until(lambda: [c.subject for c in read.every(desk.sight.cache, Contact)] == [subject], "the truth")


@pytest.fixture(autouse=True)
def no_traceback(caplog: pytest.LogCaptureFixture) -> Any:
    yield
    for record in caplog.records:
        error = record.exc_info[1] if record.exc_info else None
        assert record.levelno < logging.ERROR or isinstance(error, AgentTuiError | None), record.getMessage()


async def play(prepare: Callable[[Fake], None]) -> None:
    fake = Fake()
    with tempfile.TemporaryDirectory() as folder:
        fake.serve(put(TRUE), cursor="v1.e.5.1")
        prepare(fake)
        desk = await seated(Path(folder), fake)
        try:
            await true_again(desk)
        finally:
            await desk.close()


def body(content: bytes) -> httpx.Response:
    return httpx.Response(200, content=content, headers={"content-type": "application/json"})


QUICK = settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@QUICK
@given(content=st.one_of(junk, bent(SNAPSHOT)))
async def test_what_is_no_snapshot_is_asked_for_again(content: bytes) -> None:
    if understood(content, SnapshotPage):
        return
    await play(lambda fake: fake.prepare("GET", routes.SNAPSHOT, body(content), ok(SNAPSHOT)))


@QUICK
@given(content=st.one_of(junk, bent(PAGE)))
async def test_what_is_no_page_changes_nothing(content: bytes) -> None:
    if understood(content, Page):
        return
    await play(lambda fake: fake.prepare("GET", routes.CHANGES, body(content)))


@QUICK
@given(content=st.one_of(junk, bent(PAGE)), event=st.sampled_from(("page", "beat", "bye", "sale")), cut=st.booleans())
async def test_what_is_no_event_ends_the_stream_and_nothing_else(content: bytes, event: str, cut: bool) -> None:
    if understood(content, Page):
        return
    fake = Fake()
    with tempfile.TemporaryDirectory() as folder:
        fake.serve(put(TRUE), cursor="v1.e.5.1")
        desk = await seated(Path(folder), fake)
        try:
            await true_again(desk)
            text = b"event: " + event.encode() + b"\ndata: " + content.replace(b"\n", b" ").replace(b"\r", b" ")
            fake.streams[-1].say(text if cut else text + b"\n\n")
            fake.streams[-1].end()
            await until(lambda: len(fake.streams) > 1, "another stream")
            fake.streams[-1].send("page", PAGE)
            await until(lambda: desk.sight.cache.cursor == "v1.e.6.1", "the next page")
            await true_again(desk)
        finally:
            await desk.close()


@pytest.mark.parametrize("cursor", ["x", "v1.e.1", "v2.e.1.1", "v1.e.-1.1", "v1..1.1", ""])
async def test_a_cursor_that_leads_nowhere_is_never_kept(cursor: str) -> None:
    wrong = msgspec.structs.replace(PAGE, to=cursor)
    await play(lambda fake: fake.prepare("GET", routes.CHANGES, ok(wrong)))


async def test_rows_of_a_kind_that_nobody_knows_are_left_alone() -> None:
    stranger = msgspec.structs.replace(put(TRUE), entity="hologram", id="h1")
    await play(
        lambda fake: fake.prepare(
            "GET", routes.SNAPSHOT, ok(msgspec.structs.replace(SNAPSHOT, changes=(stranger, put(TRUE))))
        )
    )
