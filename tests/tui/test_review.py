"""Post-hoc supervision on the screen: every line fits, shares stand beside what they were made of, a second look is not
led by the first, and what one may not judge says why."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from agent_tui.desk.review_views import CaseView, Followed, ReviewBoard, ReviewView
from agent_tui.domain.customer import Customer
from agent_tui.domain.review import Finding, FollowUp, Remedy, Review, ReviewState, Sample, Stratum, Tally
from agent_tui.i18n.catalog import LANGUAGES
from agent_tui.i18n.message import Msg
from agent_tui.tui.line import Line, length
from agent_tui.tui.panes import review_lines as lines
from agent_tui.tui.words import Words
from tests import eg

EN = Words("en")
SAMPLE = Sample(
    id="s1", day="2026-03-02", drawn_at=eg.NOW, checkpoint=12, seed="ed25519:" + "ab" * 40, after=10, size=90,
    confidence="0.95", error_rate="0.05",
)  # fmt: skip


def review(**fields: Any) -> Review:
    given = {
        "command_id": "c1", "audit_seq": 7, "action": "waive_fee", "maker_id": "a1", "maker_name": "欧阳清明远", "level": 2,
        "customer_id": "c1", "amount_minor": 1_234_567_00, "acted_at": eg.NOW, "day": "2026-03-02", "opened_at": eg.NOW,
        "stratum": Stratum.REVEAL_ALONE, "strata": tuple(Stratum), "due_at": eg.NOW + timedelta(days=7),
        "reason": "[/x] 长" * 40, "rules": ("fee-above-L2", "fee-above-L3") * 5, "limit_minor": 5_000, "verdict": "allow",
        "day_minor": (100, 200, None), "revision": "sha256:" + "cd" * 32, "approved_in_s": 1.25, "checkers": ("s1",),
        "args": (("mobile", "138••••5678"),),
    }  # fmt: skip
    return Review(id="r1", **{**given, **fields})


JUDGED = {
    "state": ReviewState.FOLLOWED, "finding": Finding.SERIOUS, "kind": Remedy.LEVEL_CHANGE, "text": "未核对" * 30,
    "reviewer_id": "q1", "done_at": eg.NOW, "follow_ups": (FollowUp(by="q1", at=eg.NOW, text="已辅导" * 20),),
}  # fmt: skip


def view(part: str = "judge", left_s: float | None = 90_000.0, **fields: Any) -> ReviewView:
    cannot = Msg("review.refusal.own_line", {}) if part == "others" else None
    return ReviewView(review=review(**fields), part=part, left_s=left_s, customer="张•", cannot=cannot)


def case(view_: ReviewView) -> CaseView:
    after = (
        Followed(at=eg.NOW, kind="note", who="a1", text="下午再联系" * 20),
        Followed(at=eg.NOW, kind="act", who="a1", text="block_card", amount_minor=None),
        Followed(at=eg.NOW, kind="closed", who="a1", text="answered"),
    )
    customer: Customer = eg.customer()
    return CaseView(
        view=view_, customer=customer, contact=eg.contact(customer_id="c1", blueprint="fee@3"), approval=None, payload=(),
        names={"q1": "白欣悦", "s1": "魏敏华"}, after=after, sample=SAMPLE,
    )  # fmt: skip


ROWS = (
    view(),
    view(left_s=-90_000.0),
    view("follow", None, **JUDGED),
    view("others"),
    view("closed", None, state=ReviewState.CLOSED, finding=Finding.NONE),
)
BOARD = ReviewBoard(
    rows=ROWS, judge=2, late=1, follow=1, waiting=3, whole=Tally(population=400, drawn=41, reviewed=8),
    tallies={"random": Tally(population=300, drawn=30, reviewed=9, errors=1), "second": Tally(drawn=2, reviewed=1, errors=1)},
    sample=SAMPLE,
)  # fmt: skip


def said(found: list[Line]) -> str:
    return "\n".join("".join(text for text, _ in line) for line in found)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", [58, 78, 118, 198])
def test_every_line_fits_its_width(language: str, width: int) -> None:
    words = Words(language)
    found = [*lines.head(BOARD, words, width), lines.list_head(words, width)]
    found += [lines.row(row, words, width) for row in ROWS]
    found += lines.seed_page(words, SAMPLE, width)
    for row in ROWS:
        found += lines.CaseText(words, width).lines(case(row))
        found += lines.CaseText(words, width, mine=True).lines(case(row))
    assert max(map(length, found)) <= width
    assert "screen." not in said(found), "a text is missing"


def test_a_share_stands_beside_what_it_was_made_of() -> None:
    text = said(lines.head(BOARD, EN, 198))
    assert "8 / 41 = 19.5%" in text and "1 / 9 = 11.1%" in text
    assert "95 %: 2.0% to 43.5%" in text, "Wilson's interval of 1 in 9"
    assert "differ 1 / 1" in text


def test_nothing_reviewed_has_no_rate() -> None:
    assert "nothing reviewed yet" in lines.rate(EN, Tally(population=5, drawn=5))
    assert lines.share(0, 0) == "0 / 0"


def test_the_seed_page_says_how_to_draw_it_again() -> None:
    text = said(lines.seed_page(EN, SAMPLE, 100))
    assert "agent-tui review sample --day 2026-03-02" in text and "59 of each team" in text
    assert SAMPLE.seed in text.replace("\n ", "")


def test_what_is_not_mine_says_why_and_what_is_late_by_how_long() -> None:
    assert "reports to you" in said(lines.CaseText(EN, 100).lines(case(view("others"))))
    assert lines.state(view(left_s=-90_000.0), EN) == ("!", "1d 01h late", "bad")
    assert lines.state(view(left_s=3_600.0), EN)[2] == "warn"


def test_typed_text_is_never_markup() -> None:
    assert "[/x]" in said(lines.CaseText(EN, 100).lines(case(view())))


def test_the_maker_reads_the_finding_first() -> None:
    text = said(lines.CaseText(EN, 100, mine=True).lines(case(view("others", None, **JUDGED))))
    assert text.index("serious error") < text.index("Waive a fee")
    assert "You have not answered yet." in text and "reports to you" not in text
