"""The limit shown is the limit decided: whatever the facts, yes at it and not one fen above it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent_tui.domain.actions import ACTIONS
from agent_tui.policy.decide import decide
from agent_tui.policy.decision import Allow, AllowWithReason, StepUp
from agent_tui.policy.limits import limits, most, with_amount
from agent_tui.policy.load import load
from tests.unit.policy.cases import WHEN, facts, shipped, with_rules

WITH_AMOUNT = [name for name, known in ACTIONS.items() if known.amount]
ALONE = (Allow, AllowWithReason, StepUp)

cases = st.fixed_dictionaries(
    {
        "role": st.sampled_from(["agent", "second_line", "supervisor", "trainer"]),
        "step_up_age_s": st.sampled_from([None, 0, 299, 300, 301]),
        "tier": st.sampled_from(["standard", "gold", "platinum", "vip"]),
        "sensitivity": st.sampled_from(["", "media"]),
        "verified": st.sampled_from(["none", "basic", "full"]),
        "frozen": st.booleans(),
        "own_contact": st.booleans(),
        "reason_given": st.booleans(),
        "agent_day_minor": st.integers(0, 3_000_000),
        "customer_day_minor": st.integers(0, 300_000),
    }
)


@settings(max_examples=150, deadline=None)
@given(action=st.sampled_from(WITH_AMOUNT), level=st.integers(1, 5), case=cases, amount=st.integers(1, 10**10))
def test_decide_and_limit_never_disagree(action: str, level: int, case: dict[str, object], amount: int) -> None:
    asked = facts(action, level, **case)
    limit = most(shipped(), asked)

    def alone(minor: int) -> bool:
        return isinstance(decide(shipped(), *with_amount(asked, minor)), ALONE)

    if limit:
        assert alone(limit)
        assert not alone(limit + 1)
        assert alone(amount) == (amount <= limit)
    elif limit == 0:
        assert not alone(amount)
    else:
        assert alone(amount) == alone(1)


@settings(max_examples=60, deadline=None)
@given(action=st.sampled_from(WITH_AMOUNT), level=st.integers(1, 4), case=cases, amount=st.integers(1, 10**8))
def test_a_higher_level_may_never_do_less(action: str, level: int, case: dict[str, object], amount: int) -> None:
    lower = decide(shipped(), *facts(action, level, **case, amount_minor=amount))
    higher = decide(shipped(), *facts(action, level + 1, **case, amount_minor=amount))
    assert isinstance(higher, ALONE) or not isinstance(lower, ALONE)


def test_what_was_used_today_is_taken_off_what_is_left() -> None:
    found = limits(shipped(), facts("waive_fee", 2, customer_day_minor=1_234))
    assert (found.at_once, found.now) == (5_000, 3_766)


def test_nothing_left_is_zero_and_not_allowed_at_all_is_none() -> None:
    assert most(shipped(), facts("waive_fee", 2, customer_day_minor=5_000)) == 0
    assert most(shipped(), facts("waive_fee", 2, verified="none")) is None


def test_an_action_without_a_highest_sum_has_no_limit() -> None:
    assert most(shipped(), facts("dispute_transaction", 4)) is None


@pytest.mark.parametrize(
    ("condition", "limit"),
    [
        ("context.amount >= 700", 699),
        ("700 < context.amount", 700),
        ("context.amount > 700 && context.agentDay + context.amount > 900", 900),
        ("context.amount > 700 || context.agentDay + context.amount > 300", 300),
        ("!(context.amount <= 450)", 450),
        ("context.amount + context.agentDay + context.customerDay > 800", 800),
    ],
)
def test_a_limit_is_found_however_the_rule_is_written(condition: str, limit: int) -> None:
    notes = '@id("planted") @basis("b") @zh("z") @en("e") @ja("j")'
    planted = f'{notes} forbid (principal, action == Action::"waive_fee", resource) when {{ {condition} }};'
    policy = load(with_rules(planted), WHEN)
    assert most(policy, facts("waive_fee", 2)) == limit


def test_a_limit_follows_its_date() -> None:
    before = load(with_rules(""), datetime(2026, 12, 31, 15, 59, tzinfo=UTC))
    after = load(with_rules(""), datetime(2026, 12, 31, 16, 0, tzinfo=UTC))
    asked = facts("raise_temporary_limit", 4)
    assert (most(before, asked), most(after, asked)) == (5_000_000, 6_000_000)
    assert before.changes_at is not None
    assert after.changes_at is None
