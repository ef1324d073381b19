"""A shipped wording never changes under its number: a database that has the number would never be offered the change."""

from __future__ import annotations

import re

import pytest

from agent_tui.blueprints.model import Blueprint
from agent_tui.blueprints.parse import parse
from agent_tui.config import data
from agent_tui.server.releases import proposal_of
from docs import wordings

RECORD = wordings.recorded(wordings.PAGE.read_text("utf-8"))
SHIPPED = wordings.shipped()


def wrong(blueprint: Blueprint, record: dict[str, str]) -> str:
    """What is wrong with the number of a blueprint, or nothing."""
    numbers = [int(key.partition("@")[2]) for key in record if key.partition("@")[0] == blueprint.id]
    if blueprint.version < max(numbers, default=0):
        return f"{blueprint.key}: a later version was shipped already"
    if blueprint.key not in record:
        return f"{blueprint.key}: run 'make docs'"
    if record[blueprint.key] != wordings.digest(blueprint):
        return f"{blueprint.key}: other words under the same number; raise version and say in change what is new"
    return ""


@pytest.mark.parametrize("blueprint", SHIPPED, ids=lambda one: one.id)
def test_a_shipped_wording_is_what_it_was_under_its_number(blueprint: Blueprint) -> None:
    assert not wrong(blueprint, RECORD)


def test_the_record_keeps_what_a_server_compares() -> None:
    for blueprint in SHIPPED:
        assert wordings.digest(blueprint) == proposal_of(blueprint, "Asia/Shanghai").digest


def test_other_words_another_day_or_an_earlier_number_are_noticed() -> None:
    text = (data.shipped("scripts/blueprints") / "card_loss.yaml").read_text("utf-8")
    number = parse(text, "x").version
    for before, after in (("您别着急", "请放心"), ("2099-12-31", "2098-12-31"), ("挂失, 卡丢了", "挂失")):
        assert before in text
        assert "raise version" in wrong(parse(text.replace(before, after, 1), "x"), RECORD)
    older = re.sub(r"^version: \d+$", f"version: {number - 1}", text, count=1, flags=re.M)
    assert "later version" in wrong(parse(older, "x"), RECORD)
    newer = re.sub(r"^version: \d+$", f"version: {number + 1}", text, count=1, flags=re.M)
    assert "make docs" in wrong(parse(newer, "x"), RECORD)


def test_the_page_adds_lines_and_changes_none() -> None:
    lines = wordings.page("| `card_loss@1` | `sha-256:old` | 旧 |\n| `gone@3` | `sha-256:x` | 已停 |\n")
    found = wordings.recorded(lines)
    assert found["card_loss@1"] == "sha-256:old" and found["gone@3"] == "sha-256:x"
    assert all(found[one.key] == wordings.digest(one) for one in SHIPPED)
    assert wordings.page(lines) == lines
