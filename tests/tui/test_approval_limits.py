"""A signer reads every sum that a request counts in, with what bounds it, and what they themselves could do."""

from __future__ import annotations

from datetime import timedelta

import pytest

from agent_tui.desk.views import ApprovalView, DayLimit
from agent_tui.domain.approval import Approval
from agent_tui.tui.panes.approval_lines import ApprovalText
from agent_tui.tui.words import Words
from tests import eg

REQUEST = Approval(
    id="a",
    maker_id="a1",
    maker_name="陈晓",
    action="waive_fee",
    payload="{}",
    payload_hash="sha256:00",
    target="customer:c1",
    target_version=1,
    customer_id="c1",
    amount_minor=9_000,
    level=3,
    limit_minor=2_000,
    opened_at=eg.NOW,
    expires_at=eg.NOW + timedelta(minutes=10),
)
LIMITS = (
    DayLimit(whose="maker", used_minor=12_000, limit_minor=50_000),
    DayLimit(whose="customer", used_minor=3_000, limit_minor=5_000),
    DayLimit(whose="team", used_minor=0),
    DayLimit(whose="mine", used_minor=1_000, limit_minor=300_000, alone_minor=27_000),
)


def shown(language: str, *limits: DayLimit) -> list[tuple[str, str]]:
    """Lines of the page with the role of what they say."""
    view = ApprovalView(
        approval=REQUEST, part="sign", mine=False, left_s=600, payload=(), true=True, limits=limits or LIMITS
    )
    lines = ApprovalText(Words(language), 160).lines(view, ())
    return [("".join(text for text, _ in line), line[-1][1]) for line in lines if line]


@pytest.mark.parametrize("language", ["zh", "en", "ja"])
def test_each_sum_stands_with_what_bounds_it_and_what_passes_is_marked(language: str) -> None:
    lines = shown(language)
    maker = next(line for line in lines if "120.00" in line[0] and "500.00" in line[0])
    customer = next(line for line in lines if "30.00" in line[0] and "50.00" in line[0] and "120.00" in line[0])
    mine = next(line for line in lines if "270.00" in line[0])
    assert "210.00" in maker[0] and maker[1] == "text"
    assert customer[1] == "warn", "it passes what one person may do for a customer"
    assert "10.00" in mine[0] and "3,000.00" in mine[0]


def test_a_day_of_which_nothing_is_used_and_that_nothing_bounds_says_nothing() -> None:
    assert not any("team" in text for text, _ in shown("en"))
    assert any("team" in text for text, _ in shown("en", DayLimit(whose="team", used_minor=100)))
