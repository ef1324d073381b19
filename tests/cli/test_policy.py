"""`agent-tui policy`: what compliance runs before new rules go live."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from agent_tui.config import data
from agent_tui.i18n.catalog import LANGUAGES
from tests.cli.conftest import Cli


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(data.shipped("scripts/policy"), tmp_path / "rules"))


def test_the_shipped_rules_are_sound(cli: Cli) -> None:
    ran = cli("policy", "check")
    assert (ran.code, ran.err) == (0, "")
    assert "Nothing to complain of." in ran.out


def test_doubtful_rules_are_listed_and_fail_the_check(cli: Cli, folder: Path) -> None:
    file = folder / "50-amounts.cedar"
    slipped = file.read_text(encoding="utf-8").replace(
        "context.customerDay + context.amount > 30000 ", "context.amount < 0 "
    )
    file.write_text(slipped, encoding="utf-8")
    ran = cli("policy", "check", "--folder", str(folder))
    assert ran.code == 1
    assert "'fee-above-L3'" in ran.out


def test_rules_that_cannot_be_trusted_are_an_error(cli: Cli, folder: Path) -> None:
    (folder / "99.cedar").write_text("permit (principal, action, resource);")
    ran = cli("policy", "check", "--folder", str(folder))
    assert (ran.code, ran.out) == (78, "")
    assert "99.cedar" in ran.err


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_explanation_names_rule_limit_and_what_would_help(cli: Cli, language: str) -> None:
    ran = cli("policy", "explain", "--action", "waive_fee", "--amount", "60.00", "--language", language)
    assert (ran.code, ran.err) == (0, "")
    assert "fee-above-L2" in ran.out
    assert "50.00" in ran.out
    assert "policy." not in ran.out
    assert "{" not in ran.out


def test_what_was_used_today_is_told_apart_from_the_limit(cli: Cli) -> None:
    out = cli("policy", "explain", "--action", "waive_fee", "--amount", "10", "--used-for-customer", "20").out
    assert "alone now: 30.00 CNY" in out
    assert "nothing used today: 50.00 CNY" in out


def test_an_unknown_action_names_the_nearest(cli: Cli) -> None:
    ran = cli("policy", "explain", "--action", "waive_fees")
    assert ran.code == 2
    assert "'waive_fee'" in ran.err


def test_an_amount_that_is_none_is_refused(cli: Cli) -> None:
    assert cli("policy", "explain", "--action", "waive_fee", "--amount", "5O").code == 2


def test_rules_of_another_day(cli: Cli) -> None:
    asked = ("policy", "explain", "--action", "raise_temporary_limit", "--actor-level", "4", "--amount", "55000")
    facts = ("--certified", "credit_limit", "--verified", "full", "--stepped-up", "--at")
    assert "Answer: denied" in cli(*asked, *facts, "2026-12-01T00:00:00+08:00").out
    assert "Answer: allowed" in cli(*asked, *facts, "2027-02-01T00:00:00+08:00").out


def test_limits_of_every_level(cli: Cli) -> None:
    ran = cli("policy", "limits")
    assert ran.code == 0
    for limit in ("50.00", "300.00", "2,000.00"):
        assert limit in ran.out
