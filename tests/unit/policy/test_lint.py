"""What Cedar's own validation lets pass is found over the boundary table; the shipped policy has none of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from agent_tui.i18n.catalog import LANGUAGES, render
from agent_tui.i18n.message import Msg
from agent_tui.policy.lint import lint
from agent_tui.policy.load import load
from tests.unit.policy.cases import WHEN, shipped, text, with_rules

NOTES = '@id("planted") @basis("b") @zh("z") @en("e") @ja("j") '
FEE = 'forbid (principal, action == Action::"waive_fee", resource) '


def found(bundle: str) -> Iterator[Msg]:
    return lint(load(bundle, WHEN))


def test_the_shipped_policy_is_sound() -> None:
    assert list(lint(shipped())) == []


@pytest.mark.parametrize(
    ("planted", "finding"),
    [
        (FEE + "when { principal.level > 5 };", "never"),
        (FEE + 'when { resource.tier == "gold" && resource.tier == "vip" };', "never"),
        (FEE + "when { context.amount > 900000 && context.amount < 100 };", "never"),
        (FEE + "when { context.minute > 1439 };", "never"),
        (FEE + "when { context.weekday > 7 };", "never"),
        (FEE + "when { context.minute < 420 && context.minute >= 1320 };", "never"),
        (FEE + "when { context.amount > 6000000 };", "shadowed"),
        (FEE + "when { context.amount > 6000000 && context.minute < 420 };", "shadowed"),
        (FEE + "when { !context.online && principal.level == 2 };", "shadowed"),
        ('permit (principal, action == Action::"waive_fee", resource) when { principal.level == 3 };', "shadowed"),
        ('forbid (principal, action == Action::"block_card", resource);', "unreachable"),
        (FEE + "when { context.amount < 4000 };", "easier"),
    ],
)
def test_a_planted_slip_is_found(planted: str, finding: str) -> None:
    findings = list(found(with_rules(NOTES + planted)))
    assert f"policy.finding.{finding}" in [one.key for one in findings]
    for one in findings:
        assert all("{" not in render(one, language) for language in LANGUAGES)


def test_a_limit_typed_with_one_nought_too_many_shows_as_shadowed_or_shadowing() -> None:
    slipped = text().replace(
        "context.customerDay + context.amount > 30000 ", "context.customerDay + context.amount > 300000 "
    )
    assert any(one.key == "policy.finding.shadowed" for one in found(slipped))


def test_a_rule_whose_day_is_over_is_named() -> None:
    over = NOTES + '@to("2020-01-01T00:00:00+08:00") ' + FEE + ";"
    assert [one.key for one in found(with_rules(over))] == ["policy.finding.expired"]
