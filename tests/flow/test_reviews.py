"""What a reviewer is shown out of the cache: mine first, others' with the reason, a second look unled, figures that add
up; and what the person a finding is about is shown."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from agent_tui.desk import views
from agent_tui.desk.build import open_desk
from agent_tui.desk.desk import Desk
from agent_tui.desk.review_views import CaseView, Findings, ReviewBoard, ReviewCase, Reviews
from agent_tui.domain.agent import Role
from agent_tui.domain.review import Finding, Remedy, Review, ReviewState, Sample, Stratum, Tally
from agent_tui.domain.rows import Entity
from agent_tui.domain.ticket import Note
from agent_tui.store import write
from agent_tui.store.seed import ME, START
from tests import eg
from tests.flow.seed import seeded


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    opened = open_desk(seeded(tmp_path, contacts=1, customers=1))
    put(opened, eg.agent(ME, role=Role.SUPERVISOR), eg.agent("a8", manager=ME), eg.agent("a9", name="王芳"))
    yield opened
    opened.journal.close()
    opened.sight.cache.close()
    opened._lock.release()


def put(desk: Desk, *rows: Entity) -> None:
    write.put_rows(desk.sight.cache, rows)


def review(id: str, **fields: Any) -> Review:
    given = {
        "command_id": id, "audit_seq": 7, "action": "waive_fee", "maker_id": "a9", "customer_id": "c1", "acted_at": START,
        "day": "2026-03-02", "opened_at": START, "stratum": Stratum.RANDOM, "due_at": START + timedelta(days=7),
    }  # fmt: skip
    return Review(id=id, **{**given, **fields})


def board(desk: Desk) -> ReviewBoard:
    found: ReviewBoard = desk.view(Reviews())
    return found


def test_mine_come_first_by_what_is_due_and_the_rest_says_why_not(desk: Desk) -> None:
    error = {"state": ReviewState.DONE, "finding": Finding.ERROR, "kind": Remedy.COACHING}
    put(
        desk,
        review("closed", state=ReviewState.CLOSED, finding=Finding.NONE),
        review("later"),
        review("own", maker_id=ME),
        review("line", maker_id="a8"),
        review("late", due_at=START - timedelta(days=400)),
        review("found", **error),
        review("coach", maker_id="a8", **error),
    )
    found = {row.id: (row.part, row.cannot.key.rpartition(".")[2] if row.cannot else "") for row in board(desk).rows}
    assert [*found][:2] == ["late", "later"] and [*found][-1] == "closed"
    assert found["own"] == ("others", "own_act") and found["line"] == ("others", "own_line")
    assert found["found"] == ("follow", "") and found["coach"] == ("follow", "own_line")
    assert (board(desk).judge, board(desk).late, board(desk).follow, board(desk).waiting) == (2, 1, 2, 7)


def test_who_makes_a_review_again_is_not_shown_the_first_finding(desk: Desk) -> None:
    first = review("r0", state=ReviewState.CLOSED, finding=Finding.SERIOUS, text="secret", reviewer_id="q1")
    second = review("r1", again_of="r0", first_reviewer="q1", stratum=Stratum.SECOND)
    put(desk, first, second)
    case: CaseView | None = desk.view(ReviewCase(id="r0"))
    assert case is not None and case.view.review.finding is None and case.view.review.text == ""
    assert {row.id: row.part for row in board(desk).rows} == {"r1": "judge", "r0": "others"}
    put(desk, review("r1", again_of="r0", state=ReviewState.CLOSED, finding=Finding.NONE, version=1))
    shown: CaseView | None = desk.view(ReviewCase(id="r0"))
    assert shown is not None and shown.view.review.text == "secret"


def test_counts_of_several_draws_add_up_and_second_looks_are_no_acts(desk: Desk) -> None:
    for n in (1, 2):
        tallies = {
            "random": Tally(population=10, drawn=4, reviewed=n, errors=1),
            "second": Tally(drawn=9, reviewed=9),
        }
        put(desk, Sample(id=f"s{n}", day=f"2026-03-0{n}", drawn_at=START, checkpoint=n, seed="x", after=0, size=n,
                         tallies=tallies))  # fmt: skip
    shown = board(desk)
    assert (shown.whole.drawn, shown.whole.reviewed) == (8, 3)
    assert (shown.tallies["random"].reviewed, shown.tallies["random"].errors) == (3, 2)
    assert shown.sample is not None and shown.sample.day == "2026-03-02"


def test_a_case_shows_what_followed_and_nothing_before(desk: Desk) -> None:
    notes = [
        Note(id=f"n{n}", text=str(n), at=START + timedelta(seconds=n), author_id="a9", customer_id="c1")
        for n in (-5, 9, 5)
    ]
    put(desk, review("r0"), review("r2", audit_seq=9, acted_at=START + timedelta(seconds=7)), *notes)
    case: CaseView | None = desk.view(ReviewCase(id="r0"))
    assert case is not None and [(one.kind, one.text) for one in case.after] == [
        ("note", "5"), ("act", "waive_fee"), ("note", "9"),
    ]  # fmt: skip
    assert case.names["a9"] == "王芳" and desk.view(ReviewCase(id="none")) is None


def test_findings_about_me_wait_for_my_answer(desk: Desk) -> None:
    error = {"maker_id": ME, "state": ReviewState.DONE, "finding": Finding.ERROR, "done_at": START}
    put(
        desk,
        review("clean", maker_id=ME, state=ReviewState.CLOSED, finding=Finding.NONE),
        review("answered", **{**error, "answered_at": START}),
        review("new", **error),
        review("others", **{**error, "maker_id": "a9"}),
    )
    assert [one.id for one in desk.view(Findings())] == ["new", "answered"]
    assert desk.view(views.StatusOf()).findings == 1
