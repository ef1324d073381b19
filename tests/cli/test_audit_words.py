"""Reading the audit: a bulletin opened is not one confirmed, and the way through a blueprint stands under its row."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from agent_tui.cli import main
from agent_tui.cli.audit_words import Reader, lines
from agent_tui.domain.commands import ReadBulletin, WrapUpContact
from agent_tui.server.in_clear import readable
from tests.cli.test_blueprint import centre

ZH = Reader(language="zh", zone=ZoneInfo("Asia/Shanghai"))


def said(kind: str, facts: dict[str, Any], reader: Reader = ZH) -> list[str]:
    row = {"seq": 7, "at": "2026-03-02T02:00:00Z", "actor": "a1", "type": kind, "outcome": "applied", "facts": facts}
    return list(lines({"payload": msgspec.json.encode(row)}, reader))


@pytest.mark.parametrize("language", ["zh", "en", "ja"])
def test_a_bulletin_opened_and_one_confirmed_are_told_apart(language: str) -> None:
    reader = Reader(language=language, zone=ZH.zone)
    told = {
        said("ReadBulletin", facts, reader)[0]
        for facts in (
            readable(ReadBulletin(bulletin_id="b1", revision=1)),
            readable(ReadBulletin(bulletin_id="b1", revision=1, acknowledge=True)),
            {},
        )
    }
    assert len(told) == 3, "a row that does not say which it was claims neither"


def test_the_way_through_a_blueprint_stands_in_the_audit(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    database = centre(tmp_path)
    assert main.run(["audit", "show", "--contact", "k-a1-c1", "--database", str(database)], "zh") == 0
    out = capsys.readouterr().out
    assert "蓝图 card_loss@" in out and " > second_line · 未走完 · 偏离 1 次" in out
    assert "客户已自行锁卡" not in out, "a reason is free text: it stays in the sealed record"


def test_what_was_said_on_the_way_is_not_in_clear(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    database = centre(tmp_path)
    assert main.run(["audit", "show", "--agent", "a1", "--format", "json", "--database", str(database)], "en") == 0
    (row,) = [row for row in json.loads(capsys.readouterr().out) if row["type"] == "RecordWalk"]
    assert set(row["facts"]["walks"][0]) == {"blueprint", "draft", "nodes", "ended", "deviations", "missed"}


def test_a_walk_in_a_draft_says_so() -> None:
    walk = {"blueprint": "x@1", "draft": True, "nodes": ["a", "b"], "ended": True, "deviations": 0, "missed": ["a"]}
    assert said("RecordWalk", {"walks": [walk]})[-1].strip() == "蓝图草稿 x@1：a > b · 必须说的话未说：a"


def test_a_wrap_up_without_a_walk_says_nothing_of_blueprints() -> None:
    assert "walks" not in readable(WrapUpContact(contact_id="k1", category="dispute", result="resolved"))
