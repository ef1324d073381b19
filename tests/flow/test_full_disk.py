"""A disk that lets nothing be written down: the desk says so, goes on, and catches up once there is room."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from agent_tui.desk import views
from agent_tui.desk.desk import Desk
from agent_tui.domain.contact import Contact
from agent_tui.errors import StoreError
from agent_tui.store import read
from agent_tui.store.cache import Cache
from agent_tui.wire import routes
from agent_tui.wire.feed import SnapshotPage
from tests import eg
from tests.flow.conftest import connection, until
from tests.flow.fake import Fake, no, ok
from tests.store.test_write import put


class Disk:
    """No transaction of the cache reaches it while it is full."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.full, self.refused = False, 0
        kept = Cache.transaction

        def transaction(cache: Cache) -> object:
            if self.full:
                self.refused += 1
                raise StoreError("desk.store.failed", path="cache.db", reason="disk I/O error")
            return kept(cache)

        monkeypatch.setattr(Cache, "transaction", transaction)


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    return Disk(monkeypatch)


async def test_whoever_was_not_written_down_is_greeted_again(desk: Desk, fake: Fake, disk: Disk) -> None:
    fake.serve()
    disk.full = True
    assert not await desk.connect("secret")
    status = desk.view(views.StatusOf())
    assert (status.connection, status.why and status.why.key) == ("offline", "desk.store.failed")
    disk.full = False
    await until(lambda: connection(desk) == "live")
    # Followed only by a desk that knows whose rows and which server's these are.
    assert (desk.sight.cache.agent_id, desk.sight.cache.meta["epoch"]) == ("a1", "e")


async def test_a_cursor_that_cannot_be_forgotten_is_forgotten_when_there_is_room(
    live: Desk, fake: Fake, disk: Disk, caplog: pytest.LogCaptureFixture
) -> None:
    fake.always("GET", routes.CHANGES, no("cursor-too-old", 410))
    fresh = SnapshotPage(cursor="v1.f.1.1", after="", at=eg.NOW, changes=(put(eg.contact("k2", subject="new")),))
    fake.always("GET", routes.SNAPSHOT, ok(fresh))
    disk.full = True
    fake.streams[0].end()
    await until(lambda: disk.refused > 0 and connection(live) == "offline", "said")
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]
    fake.serve()
    fake.prepare("GET", routes.CHANGES, no("cursor-too-old", 410))
    fake.prepare("GET", routes.SNAPSHOT, ok(fresh))
    disk.full = False
    await until(lambda: [contact.subject for contact in read.every(live.sight.cache, Contact)] == ["new"])


async def test_a_damaged_cache_without_room_for_another_is_kept_in_memory(
    live: Desk, fake: Fake, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_room(path: Path, key: bytes) -> Cache:
        raise StoreError("desk.store.failed", path=str(path), reason="disk I/O error")

    page = SnapshotPage(cursor="v1.e.3.1", after="", at=eg.NOW, changes=(put(eg.contact("k1", subject="again")),))
    fake.always("GET", routes.SNAPSHOT, ok(page))
    monkeypatch.setattr("agent_tui.store.open._new_cache", no_room)
    damage(live.sight.cache)
    assert live.view(views.MyContacts()) == ()
    await until(lambda: connection(live) == "live")
    await until(lambda: [contact.subject for contact in read.every(live.sight.cache, Contact)] == ["again"])


def damage(cache: Cache) -> None:
    """Pages of the file, and of what was written since, are no longer what they were."""
    cache.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = bytearray(cache.path.read_bytes())
    content[100:] = b"\x55" * (len(content) - 100)
    cache.path.write_bytes(content)
    cache.connection.execute("PRAGMA shrink_memory")
