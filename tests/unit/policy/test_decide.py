"""Authority as product.md section 6 wants it: every level at its limit, one fen below, one fen above; and every
condition that must hold besides."""

from __future__ import annotations

import math
from typing import Any

import msgspec
import pytest

from agent_tui.domain.actions import ACTIONS
from agent_tui.policy.ask import ask
from agent_tui.policy.decide import decide, wonder
from agent_tui.policy.decision import (
    Allow,
    AllowWithReason,
    Circumstances,
    Decision,
    Deny,
    NeedsCosign,
    StepUp,
)
from tests.unit.policy.cases import decided, facts, shipped

# action, level, limit in fen, then who signs just above it (level, people); None: nobody may
TIERS = [
    ("waive_fee", 2, 5_000, (3, 1)),
    ("waive_fee", 3, 30_000, (4, 1)),
    ("waive_fee", 4, 200_000, (4, 2)),
    ("waive_fee", 5, 200_000, (4, 2)),
    ("grant_goodwill", 1, 2_000, (2, 1)),
    ("grant_goodwill", 2, 10_000, (3, 1)),
    ("grant_goodwill", 3, 50_000, (4, 1)),
    ("grant_goodwill", 4, 200_000, (4, 2)),
    ("raise_temporary_limit", 2, 500_000, (3, 1)),
    ("raise_temporary_limit", 3, 2_000_000, (4, 1)),
    ("raise_temporary_limit", 4, 5_000_000, None),
    ("dispute_transaction", 1, 100_000, (2, 1)),
    ("dispute_transaction", 2, 2_000_000, (3, 1)),
    ("dispute_transaction", 3, 10_000_000, (4, 1)),
    ("release_settlement", 3, 5_000_000, (4, 1)),
    ("release_settlement", 4, 50_000_000, (4, 2)),
]


@pytest.mark.parametrize(("action", "level", "limit", "above"), TIERS)
def test_a_level_may_do_its_limit_and_not_one_fen_more(
    action: str, level: int, limit: int, above: tuple[int, int] | None
) -> None:
    for amount in (limit - 1, limit):
        assert isinstance(decided(action, level, amount_minor=amount), Allow)
    more = decided(action, level, amount_minor=limit + 1)
    if above is None:
        assert isinstance(more, Deny)
    else:
        assert isinstance(more, NeedsCosign)
        assert (more.level, more.people) == above
    assert more.limit_minor == limit


@pytest.mark.parametrize(("action", "level", "limit", "above"), [t for t in TIERS if t[3] is not None])
def test_above_the_limit_the_named_signers_suffice_and_fewer_do_not(
    action: str, level: int, limit: int, above: tuple[int, int]
) -> None:
    needs, people = above
    over: dict[str, Any] = {"amount_minor": limit + 1}
    assert isinstance(decided(action, level, **over, approved_by_level=needs, approvals=people), Allow)
    assert not isinstance(decided(action, level, **over, approved_by_level=needs - 1, approvals=people), Allow)
    assert not isinstance(decided(action, level, **over, approved_by_level=needs, approvals=people - 1), Allow) or (
        people == 1
    )


@pytest.mark.parametrize(
    ("action", "level", "needs"), [("waive_fee", 1, 2), ("raise_temporary_limit", 1, 3), ("release_settlement", 2, 4)]
)
def test_who_has_no_authority_at_all_is_told_who_signs(action: str, level: int, needs: int) -> None:
    answer = decided(action, level, amount_minor=1)
    assert isinstance(answer, NeedsCosign)
    assert (answer.level, answer.limit_minor) == (needs, 0)


def test_split_transactions_of_one_customer_are_added_up() -> None:
    assert isinstance(decided("waive_fee", 2, amount_minor=2_000, customer_day_minor=3_000), Allow)
    over = decided("waive_fee", 2, amount_minor=2_001, customer_day_minor=3_000)
    assert isinstance(over, NeedsCosign)
    assert over.limit_minor == 2_000
    assert "30.00" in over.reasons[0].sentences["en"]


def test_a_day_of_one_person_is_added_up() -> None:
    assert isinstance(decided("waive_fee", 2, amount_minor=5_000, agent_day_minor=45_000), Allow)
    over = decided("waive_fee", 2, amount_minor=5_000, agent_day_minor=45_001)
    assert isinstance(over, NeedsCosign)
    assert [reason.rule for reason in over.reasons] == ["fee-day-L2"]


@pytest.mark.parametrize("level", [1, 2, 3, 4, 5])
def test_any_level_blocks_a_card_but_only_online(level: int) -> None:
    assert isinstance(decided("block_card", level, verified="none"), Allow)
    assert isinstance(decided("block_card", level, online=False), Deny)


@pytest.mark.parametrize("level", [1, 2, 3, 4, 5])
def test_a_mobile_number_is_never_changed_by_one_person_alone(level: int) -> None:
    answer = decided("change_mobile", level)
    assert isinstance(answer, NeedsCosign)
    assert answer.level == 3
    assert isinstance(decided("change_mobile", level, verified="basic"), Deny)
    assert isinstance(decided("change_mobile", level, approvals=1, approved_by_level=3), Allow)


@pytest.mark.parametrize("action", [name for name, known in ACTIONS.items() if known.online_only])
def test_what_is_online_only_is_denied_offline_and_says_so(action: str) -> None:
    answer = decided(action, 5, online=False, approvals=5, approved_by_level=5)
    assert isinstance(answer, Deny)
    assert "offline" in [reason.rule for reason in answer.reasons]


def test_a_work_order_may_be_written_offline_by_anybody() -> None:
    assert isinstance(decided("raise_work_order", 1, online=False, verified="none", own_contact=False), Allow)


@pytest.mark.parametrize("action", ["raise_temporary_limit", "unblock_card", "change_mobile", "release_settlement"])
def test_high_risk_wants_a_fresh_step_up(action: str) -> None:
    signed = {"approvals": 2, "approved_by_level": 5}
    for age in (301, None):
        answer = decided(action, 4, step_up_age_s=age, **signed)
        assert isinstance(answer, StepUp)
    assert isinstance(decided(action, 4, step_up_age_s=300, **signed), Allow)


@pytest.mark.parametrize(
    "action", ["query_balance", "resend_statement", "waive_fee", "grant_goodwill", "dispute_transaction"]
)
def test_the_caller_is_verified_first(action: str) -> None:
    assert isinstance(decided(action, 5, verified="none"), Deny)
    assert isinstance(decided(action, 5, verified="basic"), Allow)


@pytest.mark.parametrize("action", ["raise_temporary_limit", "unblock_card", "change_mobile", "release_settlement"])
def test_the_full_verification_is_more_than_the_basic(action: str) -> None:
    assert isinstance(decided(action, 5, verified="basic", approvals=2, approved_by_level=5), Deny)


@pytest.mark.parametrize("role", ["trainer", "reviewer", "administrator", "", "root"])
@pytest.mark.parametrize("action", ACTIONS)
def test_no_other_role_acts_for_customers(action: str, role: str) -> None:
    assert isinstance(decided(action, 5, role=role), Deny)


@pytest.mark.parametrize("action", ACTIONS)
def test_nobody_inactive_acts(action: str) -> None:
    assert isinstance(decided(action, 5, active=False), Deny)


def test_revealing_takes_a_purpose_a_level_and_for_sensitive_customers_a_step_up() -> None:
    assert isinstance(decided("reveal_field", 1, reason_given=False), AllowWithReason)
    assert isinstance(decided("reveal_field", 1), Allow)
    assert isinstance(decided("reveal_field", 1, field="id_number"), Deny)
    assert isinstance(decided("reveal_field", 2, field="id_number"), Allow)
    assert isinstance(decided("reveal_field", 2, field="id_number", verified="none"), Deny)
    assert isinstance(decided("reveal_field", 2, sensitivity="media", step_up_age_s=None), StepUp)
    assert isinstance(decided("reveal_field", 2, own_contact=False, own_group=False), Deny)


@pytest.mark.parametrize("field", ["", "cvv", "pin", "password", "PHONE"])
def test_there_is_no_other_field_to_reveal(field: str) -> None:
    assert isinstance(decided("reveal_field", 5, field=field), Deny)


def test_anybody_who_has_to_do_with_a_complaint_may_raise_it_and_says_why() -> None:
    assert isinstance(decided("escalate_complaint", 1, owner=True), Allow)
    assert isinstance(decided("escalate_complaint", 1, owner=False, own_group=True), Allow)
    assert isinstance(decided("escalate_complaint", 5, owner=False, own_group=False), Deny)
    assert isinstance(decided("escalate_complaint", 1, reason_given=False), AllowWithReason)


@pytest.mark.parametrize("action", ["close_complaint", "escalate_complaint"])
def test_a_colleague_closes_or_raises_no_complaint_that_is_not_in_their_hands(action: str) -> None:
    def answer(role: str, **subject: bool) -> Decision:
        given = {"owner": False, "own_group": True, "own_contact": False, **subject}
        return decided(action, 4, role=role, **given)

    assert isinstance(answer("agent"), Deny)
    assert isinstance(answer("agent", owner=True), Allow)
    assert isinstance(answer("supervisor"), Allow)
    assert isinstance(answer("supervisor", own_group=False), Deny), "they take it up first"
    on_the_line = answer("agent", own_contact=True)
    assert isinstance(on_the_line, Allow if action == "escalate_complaint" else Deny), "who hears it may raise it"


def test_the_owner_never_lowers_a_complaint_and_others_need_a_signer() -> None:
    assert isinstance(decided("downgrade_complaint", 5, owner=True, approvals=5, approved_by_level=5), Deny)
    answer = decided("downgrade_complaint", 4)
    assert isinstance(answer, NeedsCosign)
    assert answer.level == 5


@pytest.mark.parametrize(("complaint", "signers"), [("general", None), ("serious", (4, 1)), ("crisis", (4, 2))])
def test_the_graver_the_complaint_the_more_sign_its_closing(complaint: str, signers: tuple[int, int] | None) -> None:
    answer = decided("close_complaint", 3, complaint_level=complaint, owner=True)
    if signers is None:
        assert isinstance(answer, Allow)
    else:
        assert isinstance(answer, NeedsCosign)
        assert (answer.level, answer.people) == signers


def test_an_unknown_complaint_level_counts_as_a_crisis() -> None:
    answer = decided("close_complaint", 3, complaint_level="", owner=True)
    assert isinstance(answer, NeedsCosign)
    assert answer.people == 2


@pytest.mark.parametrize(
    ("action", "status"),
    [
        ("block_card", "lost"),
        ("unblock_card", "lost"),
        ("unblock_card", "normal"),
        ("unlock_terminal", "normal"),
        ("release_settlement", "normal"),
        ("raise_temporary_limit", "blocked"),
    ],
)
def test_an_action_that_makes_no_sense_in_this_state_is_denied(action: str, status: str) -> None:
    assert isinstance(decided(action, 5, product_status=status, approvals=5, approved_by_level=5), Deny)


@pytest.mark.parametrize("action", ["waive_fee", "raise_temporary_limit", "unblock_card", "change_mobile"])
def test_a_frozen_customer_keeps_everything_as_it_is(action: str) -> None:
    assert isinstance(decided(action, 5, frozen=True, approvals=5, approved_by_level=5), Deny)


@pytest.mark.parametrize("amount", [0, -1, -(2**62)])
@pytest.mark.parametrize("action", [name for name, known in ACTIONS.items() if known.amount])
def test_no_amount_is_no_permission(action: str, amount: int) -> None:
    assert isinstance(decided(action, 5, amount_minor=amount), Deny)


WRONG: list[tuple[str, Any]] = [
    ("level", None),
    ("level", "5"),
    ("level", 0),
    ("level", 6),
    ("level", 3.0),
    ("amount_minor", 10.0),
    ("amount_minor", None),
    ("amount_minor", 2**70),
    ("amount_minor", math.nan),
    ("verified", None),
    ("verified", "FULL"),
    ("online", None),
    ("online", "yes"),
    ("customer_day_minor", None),
    ("agent_day_minor", 2**63 - 1),
    ("certifications", None),
    ("role", ["agent"]),
    ("product_status", object()),
    ("approved_by_level", None),
]


@pytest.mark.parametrize(("fact", "value"), WRONG)
def test_a_missing_or_impossible_fact_is_a_deny_and_never_an_error(fact: str, value: Any) -> None:
    assert isinstance(decided("waive_fee", **{"level": 4, fact: value}), Deny)


@pytest.mark.parametrize("action", ["", "waive_fee ", "WaiveFee", 'x", "y', "everything"])
def test_an_action_nobody_wrote_a_rule_for_is_denied(action: str) -> None:
    asked = facts("waive_fee")
    answer = decide(shipped(), asked.actor, action, asked.subject, asked.circumstances)
    assert isinstance(answer, Deny)
    assert answer.reasons[0].rule == "no_rule"


def test_facts_of_nobody_are_denied_everywhere() -> None:
    from agent_tui.policy.decision import ActorFacts, SubjectFacts

    for action in ACTIONS:
        answer = decide(shipped(), ActorFacts(id="", level=0, role=""), action, SubjectFacts(), Circumstances())
        assert isinstance(answer, Deny)


def test_an_engine_that_fails_denies(monkeypatch: pytest.MonkeyPatch) -> None:
    import cedarpy

    def broken(*args: object, **more: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(cedarpy, "is_authorized", broken)
    answer = decided("block_card")
    assert isinstance(answer, Deny)
    assert answer.reasons[0].rule == "cannot_decide"


def test_an_allow_with_errors_is_a_deny(monkeypatch: pytest.MonkeyPatch) -> None:
    import cedarpy

    said = {"decision": "Allow", "diagnostics": {"reason": ["permit-card"], "errors": ["rule x failed"]}}
    monkeypatch.setattr(cedarpy, "is_authorized", lambda *a, **k: cedarpy.AuthzResult(said))
    assert isinstance(decided("block_card"), Deny)
    assert not ask(shipped(), facts("block_card")).allowed


def test_every_refusal_says_why_in_three_languages_with_its_blanks_filled() -> None:
    answer = decided("waive_fee", 2, amount_minor=6_000)
    reason = answer.reasons[0] if isinstance(answer, NeedsCosign) else None
    assert reason is not None
    assert set(reason.sentences) == {"zh", "en", "ja"}
    assert all("50.00" in text and "{" not in text for text in reason.sentences.values())
    assert (reason.needs_level, reason.outcome) == (3, "cosign")
    assert reason.basis


def test_all_conditions_are_told_at_once_the_gravest_first() -> None:
    answer = decided("change_mobile", 2, step_up_age_s=None)
    assert isinstance(answer, NeedsCosign)
    assert [reason.outcome for reason in answer.reasons] == ["cosign", "step_up"]


def test_wondering_names_no_amount_and_no_field() -> None:
    for action in ("waive_fee", "reveal_field"):
        asked = facts(action, 2, amount_minor=0, field="")
        assert isinstance(decide(shipped(), *asked), Deny)
        assert isinstance(wonder(shipped(), *asked), Allow)


def test_the_decision_names_the_policy_it_came_from() -> None:
    answers: list[Decision] = [decided("waive_fee", 2, amount_minor=n) for n in (1, 5_001, 6_000_000)]
    assert {answer.revision for answer in answers} == {shipped().revision}
    assert msgspec.json.decode(msgspec.json.encode(answers[0]), type=Decision) == answers[0]
