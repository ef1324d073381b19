"""An explanation names the rules that decided and only such changes as really change the answer."""

from __future__ import annotations

from agent_tui.policy.explain import Explanation, explain
from tests.unit.policy.cases import facts, shipped


def keys(found: Explanation) -> list[str]:
    return [change.key.removeprefix("policy.change.") for change in found.changes]


def test_above_the_limit_a_level_a_smaller_sum_or_a_signature_helps() -> None:
    found = explain(shipped(), facts("waive_fee", 2, amount_minor=6_000))
    assert [reason.rule for reason in found.deciding] == ["fee-above-L2"]
    assert keys(found) == ["level", "level", "level", "amount", "cosign"]


def test_an_unverified_caller_is_helped_by_verification_alone() -> None:
    found = explain(shipped(), facts("waive_fee", 2, verified="none"))
    assert set(keys(found)) == {"verified"}


def test_an_allowed_action_names_what_permits_it() -> None:
    found = explain(shipped(), facts("block_card", 1))
    assert [reason.rule for reason in found.deciding] == ["permit-card"]


def test_offline_only_the_connection_helps() -> None:
    assert keys(explain(shipped(), facts("block_card", 1, online=False))) == ["online"]
