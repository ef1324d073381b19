"""Two people decide on the same thing at two desks: whoever is second sees what the first one did, by whom and when, and
neither overwrites it unseen nor loses a word."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from agent_tui.desk import views
from agent_tui.desk.build import open_desk
from agent_tui.desk.desk import Desk
from agent_tui.desk.door import Submitted
from agent_tui.domain.commands import AddNote, CorrectGroup, PerformAction, PublishBulletin
from agent_tui.domain.contact import Contact
from agent_tui.domain.editing import differences, edited
from agent_tui.domain.knowledge import Bulletin, Page
from agent_tui.domain.rows import Entity
from agent_tui.server.place import Where
from agent_tui.server.seed import QUICK, NewAccount, add_accounts
from agent_tui.store import read
from tests import eg
from tests.flow.backend import AGENT, LOGIN, PASSWORD, Backend, Switch
from tests.flow.conftest import ON_BOTH, connection, until
from tests.flow.seed import profile

OTHER, OTHER_ID = "lin.yutong", "a1002"
BOSSES = {"wei.minhua": "a3001", "qin.zhengyi": "a4001"}
"""Login → id of two who may publish for any department."""


@pytest.fixture
def backend(tmp_path: Path, ledger: Where) -> Iterator[Backend]:
    served = Backend(tmp_path, ledger).start()
    add_accounts(served.services.db, [NewAccount(login=OTHER, password=PASSWORD, agent_id=OTHER_ID)], QUICK)
    yield served
    served.stop()


async def seated(folder: Path, backend: Backend, login: str) -> Desk:
    desk = open_desk(profile(folder, url=backend.url, login=login))
    await desk.connect(PASSWORD)
    await until(lambda: connection(desk) == "live", "live")
    return desk


@pytest.fixture
async def desks(tmp_path: Path, backend: Backend) -> AsyncIterator[tuple[Desk, Desk]]:
    """Two people of one group, and a call that waits for either."""
    mine, theirs = await seated(tmp_path / "a", backend, LOGIN), await seated(tmp_path / "b", backend, OTHER)
    switch = await Switch(backend).sign_in()
    await switch.offer("k1")
    await until(lambda: contact(mine) and contact(theirs), "the call")
    yield mine, theirs
    await switch.close()
    await mine.close()
    await theirs.close()


def contact(desk: Desk) -> Contact | None:
    return read.get(desk.sight.cache, Contact, "k1")


def seen(desk: Desk) -> Contact:
    found = contact(desk)
    assert found is not None
    return found


async def sent(desk: Desk, group: str, on: Entity) -> tuple[str, str]:
    """Id and outcome of a correction of the group."""
    answer = desk.submit(CorrectGroup(contact_id="k1", group=group), seen=on)
    assert isinstance(answer, Submitted), answer
    outcome = await desk.settle(answer.id)
    return answer.id, outcome.outcome if outcome else "unknown"


def conflict(desk: Desk) -> views.Pending:
    found: views.Pending = next(item for item in desk.view(views.PendingWork()) if item.state == "conflict")
    return found


@ON_BOTH
async def test_the_second_sees_what_the_first_did_and_may_put_theirs_on_top(desks: tuple[Desk, Desk]) -> None:
    mine, theirs = desks
    before = seen(mine)
    assert (await sent(theirs, "disputes", seen(theirs)))[1] == "applied"
    await until(lambda: seen(mine).group == "disputes", "their correction")
    id, outcome = await sent(mine, "vip", before)
    assert outcome == "conflict"
    item = conflict(mine)
    assert [(edit.by, edit.type) for edit in item.edits] == [(OTHER_ID, "CorrectGroup")]
    assert item.edits[0].version == seen(mine).version and item.edits[0].at.tzinfo is not None
    assert item.differs is not None
    assert [(one.field, one.was, one.now) for one in item.differs] == [("group", before.group, "disputes")]
    again = mine.on_top(id)
    assert isinstance(again, Submitted) and again.id != id
    assert (settled := await mine.settle(again.id)) is not None and settled.outcome == "applied"
    await until(lambda: contact(mine) is None, "it went where neither of the two works")
    await until(lambda: not mine.view(views.PendingWork()), "nothing left to look at")


async def test_without_the_version_that_was_seen_the_first_is_overwritten_unseen(
    desks: tuple[Desk, Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A seeded bug: what the tests above would miss if nobody said what was seen."""
    monkeypatch.setattr("agent_tui.desk.conflicts.decided_on", lambda sight, new, seen: new)
    mine, theirs = desks
    before = seen(mine)
    assert (await sent(theirs, "disputes", seen(theirs)))[1] == "applied"
    assert (await sent(mine, "vip", before))[1] == "applied"


async def test_what_the_line_changed_is_no_reason_to_ask_again(desks: tuple[Desk, Desk]) -> None:
    mine, _ = desks
    old = msgspec.structs.replace(seen(mine), version=seen(mine).version - 1, requeues=7)
    assert (await sent(mine, "disputes", old))[1] == "applied"


async def test_a_second_change_of_mine_does_not_meet_the_first(desks: tuple[Desk, Desk]) -> None:
    mine, _ = desks
    assert (await sent(mine, "disputes", seen(mine)))[1] == "applied"
    await until(lambda: seen(mine).group == "disputes", "mine")
    assert (await sent(mine, "vip", seen(mine)))[1] == "applied"


async def test_a_verified_name_in_clear_is_not_kept_with_the_command(desks: tuple[Desk, Desk]) -> None:
    mine, _ = desks
    shown = msgspec.structs.replace(seen(mine), name="张三丰")
    answer = mine.submit(CorrectGroup(contact_id="k1", group="vip"), seen=shown)
    assert isinstance(answer, Submitted)
    item = mine.journal.item(answer.id)
    assert item is None or "张三丰".encode() not in item.seen


def test_a_command_goes_with_the_version_of_the_row_it_changes() -> None:
    waive = PerformAction(action="waive_fee", customer_id="c1", contact_id="k1", amount_minor=1)
    close = PerformAction(action="close_complaint", customer_id="c1", contact_id="k1", ticket_id="t1")
    assert (edited(waive), edited(close), edited(AddNote(text="x", contact_id="k1"))) == (
        "customer:c1",
        "ticket:t1",
        "contact:k1",
    )


def test_only_what_people_decide_on_differs() -> None:
    one = eg.ticket("t1", text="甲")
    assert differences(one, msgspec.structs.replace(one, version=9)) == ()
    changed = msgspec.structs.replace(one, owner_id=AGENT, answer="已退款")
    assert {d.field for d in differences(one, changed)} == {"owner_id", "answer"}


# ---- what departments publish ----------------------------------------------------------------------------------------


def bulletin(desk: Desk) -> Bulletin | None:
    return read.get(desk.sight.cache, Bulletin, "fees-2026")


async def published(desk: Desk, seen: Bulletin | None, **pages: Page) -> tuple[str, str]:
    """Id and outcome of publishing it with these pages, the others as they were read."""
    now = desk.sight.clock.now()
    command = PublishBulletin(
        bulletin_id="fees-2026",
        department="card_ops",
        pages={**(seen.pages if seen else {}), **pages},
        valid_from=seen.valid_from if seen else now,
        valid_to=seen.valid_to if seen else now + timedelta(days=7),
    )
    answer = desk.submit(command, seen=seen)
    assert isinstance(answer, Submitted), answer
    outcome = await desk.settle(answer.id)
    return answer.id, outcome.outcome if outcome else "unknown"


@ON_BOTH
async def test_two_who_correct_a_bulletin_at_once_lose_neither_language(tmp_path: Path, backend: Backend) -> None:
    people = [NewAccount(login=login, password=PASSWORD, agent_id=id) for login, id in BOSSES.items()]
    add_accounts(backend.services.db, people, QUICK)
    mine, theirs = [await seated(tmp_path / login, backend, login) for login in BOSSES]
    zh, en = eg.page(text="年费原文"), eg.page(title="Fees", text="as it was")
    assert (await published(mine, None, zh=zh, en=en))[1] == "applied"
    await until(lambda: bulletin(mine) and bulletin(theirs), "published")
    before, read_by_them = bulletin(mine), bulletin(theirs)
    assert (await published(theirs, read_by_them, en=eg.page(title="Fees", text="theirs")))[1] == "applied"
    id, outcome = await published(mine, before, zh=eg.page(text="我的更正"))
    assert outcome == "conflict"
    await until(lambda: conflict(mine).differs, "what they made of it")
    item = conflict(mine)
    assert [edit.by for edit in item.edits] == [list(BOSSES.values())[1]] and set(item.pages) == {"zh"}
    (one,) = item.differs or ()
    assert one.field == "pages" and "theirs" in one.now and "原文" not in one.now
    again = mine.on_top(id)
    assert isinstance(again, Submitted)
    assert (settled := await mine.settle(again.id)) is not None and settled.outcome == "applied"
    await until(lambda: (now := bulletin(theirs)) is not None and now.pages["zh"].text == "我的更正", "mine is there")
    now = bulletin(theirs)
    assert now is not None and now.pages["en"].text == "theirs", "and so is theirs"
    await mine.close()
    await theirs.close()
