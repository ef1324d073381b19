"""A server that was restored from an older backup, on either engine: nothing that a desk kept is lost, and nothing is said
to be so that is not so any more."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future
from typing import Any

import pytest

from agent_tui.errors import StoreError
from agent_tui.store import done
from agent_tui.store.cache import QUERIES
from agent_tui.store.journal import Journal
from tests.protocol import drills
from tests.protocol.office import Office
from tests.server import engines


@pytest.fixture(params=engines.BOTH)
def office(request: pytest.FixtureRequest) -> Iterator[Office]:
    with engines.on(request.param):
        opened = Office()
        yield opened
        opened.close()


async def test_what_the_older_backup_does_not_know_is_sent_again_or_shown_again(office: Office) -> None:
    assert await drills.server_is_restored_from_an_older_backup(office) == []


async def test_a_desk_that_forgets_what_was_confirmed_is_found(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forgetting(journal: Journal) -> Any:
        return journal.write(lambda connection: None)

    monkeypatch.setattr(done, "doubt", forgetting)
    assert await drills.server_is_restored_from_an_older_backup(office)


async def test_what_was_done_and_is_refused_now_points_to_nothing_that_is_gone(office: Office) -> None:
    assert await drills.what_was_done_is_refused_after_a_restore(office) == []


async def test_a_request_that_is_signed_again_is_done_with_again(office: Office) -> None:
    found = await drills.request_is_signed_again_after_a_restore(office)
    assert not found, "\n".join(found)


async def test_a_desk_that_goes_by_the_rows_of_the_lost_server_is_found(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agent_tui.desk.awaiting.stale", lambda cache: False)
    assert await drills.request_is_signed_again_after_a_restore(office)


async def test_a_receipt_of_the_lost_server_under_a_new_refusal_is_found(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = dict(QUERIES) | {"receipt_unlink": "UPDATE receipt SET id = id WHERE id = ?"}
    monkeypatch.setattr("agent_tui.store.done.QUERIES", kept)
    assert any("audit" in line for line in await drills.what_was_done_is_refused_after_a_restore(office))


async def test_a_desk_whose_disk_is_full_doubts_again_at_the_next_greeting(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = next(iter(office.desks.values()))
    desk.sign_in()
    known = desk.cache.meta["epoch"]
    desk.cache.meta["epoch"] = "of-before"

    def full(journal: Journal) -> Future[Any]:
        failed: Future[Any] = Future()
        failed.set_exception(StoreError("desk.store.failed"))
        return failed

    with monkeypatch.context() as starving:
        starving.setattr(done, "doubt", full)
        with pytest.raises(StoreError):
            desk.sign_in()
        assert desk.cache.meta["epoch"] == "of-before"
    desk.sign_in()
    assert desk.cache.meta["epoch"] == known
