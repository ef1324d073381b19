"""What Cedar's own validation lets pass is found over the boundary table; the shipped policy has none of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from agent_tui.i18n.catalog import LANGUAGES, render
from agent_tui.i18n.message import Msg
from agent_tui.policy.lint import lint
from agent_tui.policy.load import load
from tests.unit.policy.cases import WHEN, shipped, text, with_rules

NOTES = '@basis("b") @zh("z") @en("e") @ja("j") '
FEE = 'forbid (principal, action == Action::"waive_fee", resource) '


PLANTED = {
    "a level there is not": FEE + "when { principal.level > 5 };",
    "two tiers at once": FEE + 'when { resource.tier == "gold" && resource.tier == "vip" };',
    "an empty range of sums": FEE + "when { context.amount > 900000 && context.amount < 100 };",
    "a minute there is not": FEE + "when { context.minute > 1439 };",
    "a weekday there is not": FEE + "when { context.weekday > 7 };",
    "a night that does not wrap": FEE + "when { context.minute < 420 && context.minute >= 1320 };",
    "a sum refused anyway": FEE + "when { context.amount > 6000000 };",
    "a sum refused anyway at night": FEE + "when { context.amount > 6000000 && context.minute < 420 };",
    "an offline refused anyway": FEE + "when { !context.online && principal.level == 2 };",
    "permitted anyway": 'permit (principal, action == Action::"waive_fee", resource) when { principal.level == 3 };',
    "an action for nobody": 'forbid (principal, action == Action::"block_card", resource);',
    "more is easier": FEE + "when { context.amount < 4000 };",
    "an action beside a level there is not": FEE + 'when { action == Action::"waive_fee" && principal.level > 5 };',
    "a day that is over": '@to("2020-01-01T00:00:00+08:00") ' + FEE + ";",
}
"""Slips of the pen that do not touch one another, so that one look over the table finds them all."""


def found(bundle: str) -> Iterator[Msg]:
    return lint(load(bundle, WHEN))


@pytest.fixture(scope="module")
def findings() -> list[Msg]:
    """What is found when everything is planted at once."""
    return list(found(with_rules("\n".join(f'@id("{name}") {NOTES}{rule}' for name, rule in PLANTED.items()))))


def test_the_shipped_policy_is_sound() -> None:
    assert list(lint(shipped())) == []


@pytest.mark.parametrize(
    ("planted", "finding"),
    [
        ("a level there is not", "never"),
        ("two tiers at once", "never"),
        ("an action beside a level there is not", "never"),
        ("an empty range of sums", "never"),
        ("a minute there is not", "never"),
        ("a weekday there is not", "never"),
        ("a night that does not wrap", "never"),
        ("a sum refused anyway", "shadowed"),
        ("a sum refused anyway at night", "shadowed"),
        ("an offline refused anyway", "shadowed"),
        ("permitted anyway", "shadowed"),
        ("a day that is over", "expired"),
    ],
)
def test_a_slip_in_a_rule_is_found_and_the_rule_named(findings: list[Msg], planted: str, finding: str) -> None:
    assert [one.key for one in findings if one.args.get("rule") == planted] == [f"policy.finding.{finding}"]


@pytest.mark.parametrize(("action", "finding"), [("block_card", "unreachable"), ("waive_fee", "easier")])
def test_a_slip_that_spoils_an_action_is_found_and_the_action_named(
    findings: list[Msg], action: str, finding: str
) -> None:
    assert f"policy.finding.{finding}" in [one.key for one in findings if one.args.get("action") == action]


@pytest.mark.parametrize("finding", ["never", "shadowed", "unreachable", "easier", "expired"])
def test_every_finding_is_a_whole_sentence_in_every_language(findings: list[Msg], finding: str) -> None:
    told = [one for one in findings if one.key == f"policy.finding.{finding}"]
    assert told
    assert all("{" not in render(one, language) for one in told for language in LANGUAGES)


def test_a_limit_typed_with_one_nought_too_many_shows_as_shadowed_or_shadowing() -> None:
    slipped = text().replace(
        "context.customerDay + context.amount > 30000 ", "context.customerDay + context.amount > 300000 "
    )
    assert any(one.key == "policy.finding.shadowed" for one in found(slipped))
