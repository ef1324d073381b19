"""A blueprint on its way to every desk, by keys at a monitor over the real server: read against the version in use,
released by a second person, turned down with a reason, never by its author."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from agent_tui.blueprints.parse import parse
from agent_tui.config import data
from agent_tui.domain.commands import ProposeBlueprint
from agent_tui.domain.release import Release, ReleaseState
from agent_tui.store import read
from tests.flow.backend import Backend
from tests.flow.conftest import until
from tests.flow.test_monitor import BOSS, BOSS_ID, MAKER_ID, Maker, Wall, monitor, prepare

ID = "satisfaction_survey"
SOURCE = (data.shipped("scripts/blueprints") / f"{ID}.yaml").read_text("utf-8")
NOW = parse(SOURCE, ID).version
NEXT = NOW + 1


def version(number: int, *changes: tuple[str, str]) -> ProposeBlueprint:
    """The shipped file under another number, with other words."""
    text = SOURCE.replace(f"version: {NOW}\n", f"version: {number}\n", 1)
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    return ProposeBlueprint(source=text, file=f"{ID}.yaml")


@pytest.fixture
async def backend(tmp_path: Path) -> AsyncIterator[Backend]:
    prepare(tmp_path / "server.db")
    served = Backend(tmp_path).start()
    yield served
    await asyncio.to_thread(served.stop)


@pytest.fixture
async def maker(backend: Backend) -> AsyncIterator[Maker]:
    asks = Maker(backend)
    yield asks
    await asks.close()


def row(at: Wall, number: int) -> Release:
    found = read.get(at.desk.sight.cache, Release, f"{ID}@{number}")
    assert found is not None
    return found


async def test_a_second_person_reads_what_changed_and_releases_exactly_that(
    tmp_path: Path, backend: Backend, maker: Maker
) -> None:
    await maker.send(version(NEXT, ("expect: 8", "expect: 9")))
    async with monitor(tmp_path, backend, BOSS) as at:
        await at.until("Blueprints to release: 1")
        await at.press("f2", "b", "enter")
        await at.until("F9 release", f"differences from {ID}@{NOW}", "clean", "expected seconds", "+ 9")
        await at.press("f9")
        await at.until("exactly what you have just read", "digest sha256:")
        await at.press("f9")
        await until(lambda: row(at, NEXT).state is ReleaseState.RELEASED, "released")
        released = row(at, NEXT)
        await at.until("replaced")
    assert (released.author_id, released.releaser_id) == (MAKER_ID, BOSS_ID)


async def test_turned_down_with_a_reason_that_its_author_sees(tmp_path: Path, backend: Backend, maker: Maker) -> None:
    await maker.send(version(NEXT, ("expect: 8", "expect: 9")))
    async with monitor(tmp_path, backend, BOSS) as at:
        await at.until("Blueprints to release: 1")
        await at.press("f2", "b", "enter")
        await at.until("F7 turn down")
        await at.press("f7")
        await at.until("Turn down «")
        await at.press("f9")
        assert row(at, NEXT).state is ReleaseState.PROPOSED
        await at.type("too long")
        await at.press("f9")
        await until(lambda: row(at, NEXT).state is ReleaseState.RETIRED, "turned down")
        assert (row(at, NEXT).reason, row(at, NEXT).retired_by) == ("too long", BOSS_ID)


async def test_ones_own_is_not_released_and_the_page_says_why(tmp_path: Path, backend: Backend) -> None:
    own = Maker(backend, BOSS)
    await own.send(version(NEXT, ("expect: 8", "expect: 9")))
    await own.close()
    async with monitor(tmp_path, backend, BOSS) as at:
        await at.until("Blueprints to release: 1")
        await at.press("f2", "b", "enter")
        await at.until("second person")
        await at.press("f9")
        assert "exactly what you have just read" not in at.text
        assert row(at, NEXT).state is ReleaseState.PROPOSED


async def test_a_text_that_is_not_what_was_proposed_cannot_be_released(
    tmp_path: Path, backend: Backend, maker: Maker
) -> None:
    await maker.send(version(NEXT, ("expect: 8", "expect: 9")))
    async with monitor(tmp_path, backend, BOSS) as at:
        link = at.desk._link
        assert link is not None
        asked = link.wording

        async def forged(release_id: str) -> object:
            bundle = await asked(release_id)
            return msgspec.structs.replace(bundle, text=bundle.text.replace('"expect_s":9', '"expect_s":99'))

        link.wording = forged  # type: ignore[method-assign, assignment]
        await at.until("Blueprints to release: 1")
        await at.press("f2", "b", "enter")
        await at.until("not the one whose digest")
        await at.press("f9")
        assert row(at, NEXT).state is ReleaseState.PROPOSED
