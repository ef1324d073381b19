"""Without the server: reading goes on, what may wait is kept, what may not is refused with a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from agent_tui.desk import views
from agent_tui.desk.build import open_desk
from agent_tui.desk.desk import Desk
from agent_tui.desk.door import NotSubmitted, Submitted
from agent_tui.domain import commands
from agent_tui.domain.actions import ACTIONS
from agent_tui.domain.commands import AddNote, PerformAction, RaiseWorkOrder, RevealField, WrapUpContact
from agent_tui.domain.customer import Secret
from agent_tui.i18n.catalog import LANGUAGES, texts
from agent_tui.policy.decision import Deny
from agent_tui.store.engine import DatabaseError
from agent_tui.store.local_audit import events, note_event
from tests.flow.conftest import pending
from tests.flow.seed import profile, seeded


@pytest.fixture
def offline(tmp_path: Path) -> Iterator[Desk]:
    desk = open_desk(seeded(tmp_path, contacts=40, customers=10))
    yield desk
    desk.journal.close()
    desk.sight.cache.close()
    desk._lock.release()


MAY_WAIT = (
    AddNote(contact_id="k-mine", text="称收不到对账单"),
    WrapUpContact(contact_id="k-mine", category="pos_trouble", result="answered"),
    RaiseWorkOrder(group="dispute_desk", title="请回电", text="", contact_id="k-mine"),
)


@pytest.mark.parametrize("command", MAY_WAIT, ids=lambda c: type(c).__name__)
def test_notes_wrap_ups_and_work_orders_wait(offline: Desk, command: commands.Command) -> None:
    answer = offline.submit(command)
    assert isinstance(answer, Submitted) and answer.offline
    assert pending(offline) == {type(command).__name__: "queued"}
    assert offline.view(views.StatusOf()).unsent == 1
    assert offline.view(views.MyContacts())[0].pending == (type(command).__name__,)
    (mine,) = offline.view(views.QueueRows(kind="mine")).rows
    assert mine.pending


@pytest.mark.parametrize(
    "command",
    [PerformAction(action=a, customer_id="c-000001", amount_minor=100) for a in ACTIONS]
    + [RevealField(customer_id="c-000001", field=Secret.PHONE, purpose="x")],
    ids=lambda c: getattr(c, "action", "reveal"),
)
def test_nothing_that_must_not_wait_is_kept(offline: Desk, command: commands.Command) -> None:
    answer = offline.submit(command)
    assert isinstance(answer, NotSubmitted)
    assert all(answer.reasons[0][language] for language in LANGUAGES)
    assert answer.why.key in texts("en")
    assert not pending(offline)


def test_actions_are_greyed_with_the_reason(offline: Desk) -> None:
    rows = {row.action: row for row in offline.view(views.ActionRows(contact_id="k-mine"))}
    assert rows["waive_fee"].offline and isinstance(rows["waive_fee"].decision, Deny)
    assert rows["waive_fee"].decision.reasons[0].rule == "offline"
    assert not rows["raise_work_order"].offline


def test_what_is_looked_at_without_the_server_is_noted_once(offline: Desk) -> None:
    for _ in range(3):
        offline.view(views.CustomerCard(customer_id="c-000001"))
    offline.view(views.CustomerCard(customer_id="c-000002"))
    note_event(offline.journal, "end").result(5)
    assert len(events(offline.journal)) == 3


def test_a_full_journal_is_said_and_nothing_is_pretended(offline: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        from agent_tui.store.engine import translate

        error = DatabaseError("database or disk is full")
        raise translate(error, offline.journal.path)

    monkeypatch.setattr(offline.journal, "add", full)
    answer = offline.submit(MAY_WAIT[0])
    assert isinstance(answer, NotSubmitted) and answer.why.key == "desk.store.full"


def test_more_than_the_journal_takes_is_not_accepted(offline: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agent_tui.desk.desk.CAP", 1)
    assert isinstance(offline.submit(MAY_WAIT[0]), Submitted)
    answer = offline.submit(MAY_WAIT[1])
    assert isinstance(answer, NotSubmitted) and answer.why.key == "desk.store.cap"


async def test_drafts_and_unsent_work_are_there_when_the_desk_opens_again(tmp_path: Path) -> None:
    desk = open_desk(profile(tmp_path))
    desk.submit(AddNote(contact_id="k1", text="x"))
    desk.keep_draft("note:k1", "half a word")
    await desk.close()
    again = open_desk(profile(tmp_path))
    assert again.draft("note:k1") == "half a word"
    assert [draft.key for draft in again.view(views.Drafts())] == ["note:k1"]
    assert pending(again) == {"AddNote": "queued"}
    await again.close()


def test_every_summary_and_sentence_exists_in_every_language() -> None:
    said = {f"desk.summary.{kind.__name__}" for kind in commands.Command.__args__ if kind not in _ELSEWHERE}
    said |= {f"desk.summary.action.{action}" for action in ACTIONS}
    said |= {f"desk.summary.state.{state}" for state in ("ready", "not_ready", "logged_off")}
    for language in LANGUAGES:
        assert said <= set(texts(language))


_ELSEWHERE = commands.LINK_ONLY | commands.SYSTEM_ONLY | {commands.PerformAction, commands.SetAgentState}
