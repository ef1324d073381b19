"""`agent-tui report staffing`: what is printed is what Erlang C says of the calls that are there."""

from __future__ import annotations

import csv
import io
import json
import math
from pathlib import Path
from typing import Any

import pytest

from agent_tui.cli.failure import guard
from agent_tui.cli.main import run
from tests.cli.logs import line, real_log, text

BUSY = 24
"""Calls between ten and half past on one of two days, each of two minutes."""


@pytest.fixture
def history(tmp_path: Path) -> Path:
    calls = [line(n) for n in range(BUSY)]
    calls += [
        line(BUSY, date="990204"),
        line(BUSY + 1, queue="0:00:00 0:00:00 0", outcome="HANG", service="0:00:00 0:00:00 0"),
    ]
    file, database = tmp_path / "calls.tsv", tmp_path / "history.db"
    file.write_bytes(text(*calls).encode("ascii"))
    assert run(["import", "calls", str(file), "--database", str(database)], "en") == 0
    return database


def staffing(history: Path, capsys: pytest.CaptureFixture[str], *options: str) -> list[dict[str, Any]]:
    capsys.readouterr()
    assert run(["report", "staffing", "--database", str(history), "--format", "json", *options], "en") == 0
    found: list[dict[str, Any]] = json.loads(capsys.readouterr().out)["half_hours"]
    return found


def answered_in_time(agents: int, calls: float, handle_s: float, within_s: float) -> float:
    """Erlang C by factorials, as in any textbook."""
    load = calls * handle_s / 1800
    if agents <= load:
        return 0.0
    last = load**agents / math.factorial(agents) * agents / (agents - load)
    waits = last / (sum(load**n / math.factorial(n) for n in range(agents)) + last)
    return 1 - waits * math.exp(-(agents - load) * within_s / handle_s)


@pytest.mark.parametrize("within", [10.0, 20.0, 60.0])
@pytest.mark.parametrize("share", [0.5, 0.8, 0.99])
def test_the_fewest_agents_who_keep_the_target(
    history: Path, capsys: pytest.CaptureFixture[str], within: float, share: float
) -> None:
    (ten,) = staffing(history, capsys, "--within", str(within), "--share", str(share), "--wrap", "30")
    assert (ten["start"], ten["calls"], ten["handle_s"]) == ("10:00", (BUSY + 1) / 2, 150.0)
    agents = int(ten["agents"])
    assert answered_in_time(agents, ten["calls"], 150, within) == pytest.approx(ten["service_level"], abs=1e-4)
    assert ten["service_level"] >= share
    assert agents == 1 or answered_in_time(agents - 1, ten["calls"], 150, within) < share


@pytest.mark.parametrize("wrong", [("--share", "1"), ("--share", "0"), ("--wrap", "-1"), ("--within", "-5")])
def test_what_cannot_be_kept_is_said_in_a_sentence(
    history: Path, capsys: pytest.CaptureFixture[str], wrong: tuple[str, str]
) -> None:
    assert guard(lambda: run(["report", "staffing", "--database", str(history), *wrong], "en"), "en") == 2
    assert wrong[1] in capsys.readouterr().err


@pytest.mark.real_data
def test_a_real_month_asks_for_most_people_in_the_morning(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    database = tmp_path / "history.db"
    assert run(["import", "calls", str(real_log()), "--database", str(database)], "en") == 0
    capsys.readouterr()
    assert run(["report", "staffing", "--database", str(database), "--format", "csv"], "en") == 0
    rows = {row["start"]: row for row in csv.DictReader(io.StringIO(capsys.readouterr().out))}
    assert max(rows, key=lambda start: float(rows[start]["calls"]) * float(rows[start]["handle_s"])) < "12:00"
    assert all(float(row["service_level"]) >= 0.8 for row in rows.values())
    for language in ("zh", "ja"):
        assert run(["report", "staffing", "--database", str(database), "--language", language], language) == 0
        assert "10:00" in capsys.readouterr().out
