"""A desk that ended between the feed's word and its own journal: at the next start the journal says the same."""

from __future__ import annotations

from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

from agent_tui.desk import views
from agent_tui.desk.build import open_desk
from agent_tui.desk.desk import Desk
from agent_tui.desk.door import Submitted
from agent_tui.domain.approval import Approval, ApprovalState
from agent_tui.domain.commands import PerformAction, RequestApproval
from agent_tui.errors import DiskFull
from agent_tui.store import write
from agent_tui.wire import routes
from agent_tui.wire.command import Outcome
from tests import eg
from tests.flow.conftest import connection, pending, until
from tests.flow.fake import Fake, ok
from tests.flow.seed import profile
from tests.store.test_write import page, put

ASK = RequestApproval(
    command=PerformAction(action="waive_fee", customer_id="c1", amount_minor=9_000, reason="x"), reason="x"
)


def executed(id: str) -> Approval:
    return Approval(
        id=id,
        maker_id="a1",
        maker_name="陈晓",
        action="waive_fee",
        payload="{}",
        payload_hash="",
        target="customer:c1",
        target_version=1,
        customer_id="c1",
        level=3,
        state=ApprovalState.EXECUTED,
        opened_at=eg.NOW,
        expires_at=eg.at(900),
    )


async def test_a_request_that_ended_while_the_desk_did_waits_no_longer(tmp_path: Path, fake: Fake) -> None:
    fake.serve()
    desk = open_desk(profile(tmp_path, transport=lambda: fake))
    await desk.connect("secret")
    await until(lambda: connection(desk) == "live")
    answer = desk.submit(ASK)
    assert isinstance(answer, Submitted)
    fake.prepare("POST", routes.COMMANDS, ok(Outcome(id=answer.id, outcome="awaiting_approval", feed_seq=1)))
    await desk.settle(answer.id)
    assert pending(desk) == {"RequestApproval": "awaiting_approval"}
    await desk.disconnect()
    # The page is stored; the process ends before anything else is done about it.
    cursor = desk.sight.cache.cursor
    write.apply_page(desk.sight.cache, page(put(executed(answer.id)), start=cursor, to="v1.e.2.1"))
    await desk.close()
    again = open_desk(profile(tmp_path, transport=lambda: fake))
    await again.connect("secret")
    await until(lambda: not again.view(views.PendingWork()), "nothing waits")
    await again.close()


async def test_what_could_not_be_written_down_is_said_and_written_with_the_next_key(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as full:
        full.setitem(desk.journal._writer.__dict__, "_one", _no_room)
        desk.keep_draft("note:k1", "说到")
        await until(lambda: desk.sight.link.alert is not None, "said")
    assert desk.sight.link.alert and desk.sight.link.alert.key == "desk.store.full"
    desk.keep_draft("note:k1", "说到一半")
    await until(lambda: desk.journal.drafts(), "written")
    assert [text for _, text, _ in desk.journal.drafts()] == ["说到一半"]


def _no_room(job: object, future: Future[Any], done: object) -> None:
    future.set_exception(DiskFull("desk.store.full", path="journal.db"))
