"""`agent-tui report calls` against figures worked out here from the file itself, with nothing but the csv module."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from rich.cells import cell_len

from agent_tui.cli.failure import guard
from agent_tui.cli.main import run
from tests.cli.logs import NONE, line, real_log, text

Row = dict[str, str]
Figures = dict[tuple[str, str], dict[str, object]]


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The real log in a history, loaded once."""
    path = tmp_path_factory.mktemp("history") / "history.db"
    assert run(["import", "calls", str(real_log()), "--database", str(path)], "en") == 0
    return path


@pytest.fixture(scope="module")
def log() -> list[Row]:
    """Rows that are calls: PHANTOM never counts."""
    with real_log().open(newline="", encoding="ascii") as file:
        return [row for row in csv.DictReader(file, delimiter="\t") if row["outcome"] != "PHANTOM"]


def report(history: Path, capsys: pytest.CaptureFixture[str], *options: str) -> Figures:
    capsys.readouterr()
    assert run(["report", "calls", "--database", str(history), "--format", "json", *options], "en") == 0
    figures = json.loads(capsys.readouterr().out)["figures"]
    return {(figure["slice"], figure["metric"]): figure for figure in figures}


def share(figures: Figures, metric: str, slice: str = "all") -> float:
    value = figures[slice, metric]["value"]
    assert isinstance(value, float)
    return value


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("options", "metric", "value"),
    [
        ((), "answered", 20_899),
        ((), "abandoned", 3_111),
        ((), "asa", 39.75),
        ((), "talk_time", 174.73),
        (("--rule", "abandonment=all"), "abandonment", 0.1296),
        (("--rule", "per_offered"), "service_level", 0.5245),
        (("--rule", "cisco_abandons_ignored"), "service_level", 0.5477),
        (("--rule", "per_answered"), "service_level", 0.6026),
    ],
)
def test_three_weeks_give_the_published_figures(
    history: Path, capsys: pytest.CaptureFixture[str], options: tuple[str, ...], metric: str, value: float
) -> None:
    digits = 0 if value > 1000 else 2 if value > 1 else 4
    assert round(share(report(history, capsys, *options), metric), digits) == value


@pytest.mark.real_data
def test_regular_calls_alone_give_the_published_figures(history: Path, capsys: pytest.CaptureFixture[str]) -> None:
    figures = report(
        history, capsys, "--by", "type", "--rule", "abandonment=all", "--rule", "service_level=per_offered"
    )
    found = [round(share(figures, metric, "PS"), 4) for metric in ("abandonment", "asa", "service_level")]
    assert found == [0.0827, pytest.approx(34.39, abs=0.005), 0.5597]


@pytest.mark.real_data
def test_talk_time_is_that_of_named_servers(history: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert report(history, capsys)["all", "talk_time"]["denominator"] == 20_443


def by_hand(rows: list[Row], within: int = 20, short: int = 5) -> dict[str, float | None]:
    """The same indicators in the plainest way there is."""
    answered = [int(row["q_time"]) for row in rows if row["outcome"] == "AGENT"]
    gone = [
        int(row["q_time"])
        for row in rows
        if row["outcome"] == "HANG" and (row["q_start"], row["q_exit"]) != ("0:00:00", "0:00:00")
    ]
    talks = [int(row["ser_time"]) for row in rows if row["server"] != "NO_SERVER" and int(row["ser_time"]) > 0]
    cut = len(answered) + sum(wait > short for wait in gone)
    return {
        "offered": len(answered) + len(gone),
        "answered": len(answered),
        "abandoned": len(gone),
        "service_level": sum(wait <= within for wait in answered) / cut if cut else None,
        "abandonment": sum(wait > short for wait in gone) / cut if cut else None,
        "asa": sum(answered) / len(answered) if answered else None,
        "talk_time": sum(talks) / len(talks) if talks else None,
    }


def day_of(row: Row) -> str:
    return f"19{row['date'][:2]}-{row['date'][2:4]}-{row['date'][4:]}"


SLICES: dict[str, Callable[[Row], str]] = {
    "type": lambda row: row["type"],
    "day": day_of,
    "hour": lambda row: f"{int(row['vru_entry'].split(':')[0]):02}:00",
    "priority": lambda row: row["priority"],
}


@pytest.mark.real_data
@pytest.mark.parametrize("by", SLICES)
def test_every_slice_equals_the_count_by_hand(
    history: Path, log: list[Row], capsys: pytest.CaptureFixture[str], by: str
) -> None:
    figures = report(history, capsys, "--by", by)
    keys = {SLICES[by](row) for row in log}
    assert {key for key, _ in figures} == {*keys, "all"}
    for key in keys:
        for metric, value in by_hand([row for row in log if SLICES[by](row) == key]).items():
            assert figures[key, metric]["value"] == pytest.approx(value), (key, metric)


@pytest.mark.real_data
def test_agents_equal_the_count_by_hand(history: Path, log: list[Row], capsys: pytest.CaptureFixture[str]) -> None:
    figures = report(history, capsys, "--by", "agent")
    answered = [row for row in log if row["outcome"] == "AGENT"]
    for server in {row["server"] for row in answered}:
        wanted = by_hand([row for row in answered if row["server"] == server])
        key = "" if server == "NO_SERVER" else server
        for metric in ("answered", "asa", "talk_time"):
            assert figures[key, metric]["value"] == pytest.approx(wanted[metric]), (server, metric)


@pytest.mark.real_data
@pytest.mark.parametrize(("first", "last"), [("1999-02-03", "1999-02-03"), ("1999-02-07", "1999-02-13")])
def test_days_are_cut_where_asked_both_included(
    history: Path, log: list[Row], capsys: pytest.CaptureFixture[str], first: str, last: str
) -> None:
    figures = report(history, capsys, "--from", first, "--to", last, "--within", "30", "--short", "10")
    wanted = by_hand([row for row in log if first <= day_of(row) <= last], within=30, short=10)
    for metric, value in wanted.items():
        assert figures["all", metric]["value"] == pytest.approx(value), metric


@pytest.mark.real_data
def test_the_days_add_up_to_the_whole(history: Path, capsys: pytest.CaptureFixture[str]) -> None:
    figures = report(history, capsys, "--by", "day")
    days = {key for key, _ in figures} - {"all"}
    for metric in ("service_level", "abandonment", "asa", "talk_time"):
        for part in ("numerator", "denominator"):
            total = sum(float(str(figures[day, metric][part])) for day in days)
            assert total == pytest.approx(float(str(figures["all", metric][part])))


# ---- what is printed, on a few lines of our own ------------------------------------------------------------------


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    file = tmp_path / "calls.tsv"
    file.write_bytes(
        text(
            line(1),
            line(2, type="NW", queue="10:00:09 10:00:49 40", service="10:00:49 10:01:49 60"),
            line(3, outcome="HANG", queue="10:00:09 10:00:39 30", service=NONE, server="NO_SERVER"),
            line(4, date="990204", server="[red]x[/]"),
        ).encode()
    )
    path = tmp_path / "history.db"
    assert run(["import", "calls", str(file), "--database", str(path)], "en") == 0
    yield path


def printed(history: Path, capsys: pytest.CaptureFixture[str], *options: str, language: str = "en") -> str:
    capsys.readouterr()
    assert run(["report", "calls", "--database", str(history), *options], language) == 0
    return capsys.readouterr().out


def test_definitions_stand_under_the_figures(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = printed(small, capsys, "--rule", "per_offered")
    assert "Service level = answered within 20 s / offered = 2 / 4" in out
    assert "service_level/per_offered@1: of all offered" in out
    assert "50.00 % !!" in out, "a missed target is marked, not only coloured"


def test_the_definition_shows_the_thresholds_that_were_asked_for(
    small: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = printed(small, capsys, "--within", "45", "--short", "31")
    assert "answered within 45 s / (offered - abandoned within 31 s) = 3 / 3" in out


@pytest.mark.parametrize("language", ["zh", "en", "ja"])
def test_columns_are_aligned_in_every_language(
    small: Path, capsys: pytest.CaptureFixture[str], language: str
) -> None:
    lines = printed(small, capsys, "--by", "type", language=language).splitlines()
    table = lines[1 : lines.index("")]
    assert len(table) == 4
    ends = {cell_len(row.rstrip().removesuffix(" !!")) for row in table}
    assert len({cell_len(row) for row in table}) == 1, ends


def test_csv_has_one_figure_a_line(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = list(csv.DictReader(io.StringIO(printed(small, capsys, "--by", "day", "--format", "csv"))))
    assert {row["slice"] for row in rows} == {"1999-02-03", "1999-02-04", "all"}
    (level,) = [row for row in rows if (row["slice"], row["metric"]) == ("1999-02-03", "service_level")]
    assert (level["numerator"], level["denominator"]) == ("1.0", "3.0")
    assert (level["rule"], level["parameters"]) == ("service_level/default@1", "answer_within_s=20 short_abandon_s=5")
    assert level["since"] == "1999-02-03T00:00:00+02:00"


def test_json_carries_the_definitions(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(printed(small, capsys, "--format", "json", language="zh"))
    (level,) = [entry for entry in found["definitions"] if entry["metric"] == "service_level"]
    assert level["formula"] == "20秒内接起 / (呼入 - 5秒内放弃)"
    assert level["effective_from"] == "2026-01-01"


def test_names_in_a_log_are_text_and_not_markup(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "[red]x[/]" in printed(small, capsys, "--by", "agent")


@pytest.mark.parametrize(
    ("options", "code", "sentence"),
    [
        (["--rule", "nonsense"], 2, "There is no rule 'nonsense'"),
        (["--rule", "asa=all"], 2, "There is no rule 'asa=all'"),
        (["--from", "1999-02-05", "--to", "1999-02-03"], 2, "is after --to"),
        (["--from", "2005-01-01"], 65, "the history runs from 1999-02-03 to 1999-02-04"),
        (["--from", "1999-02-31"], 2, "1999-02-31"),
        (["--by", "month"], 2, "month"),
    ],
)
def test_a_question_that_has_no_answer_gets_one_sentence(
    small: Path, capsys: pytest.CaptureFixture[str], options: list[str], code: int, sentence: str
) -> None:
    capsys.readouterr()
    assert guard(lambda: run(["report", "calls", "--database", str(small), *options], "en"), "en") == code
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert sentence in err


def test_without_a_history_the_sentence_says_how_to_make_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert guard(lambda: run(["report", "calls", "--database", str(tmp_path / "no.db")], "en"), "en") == 65
    assert "agent-tui import calls FILE" in capsys.readouterr().err
    assert not (tmp_path / "no.db").exists()


def test_the_register_lists_every_rule_of_service_level(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["report", "definitions", "--metric", "service_level"], "en") == 0
    out = capsys.readouterr().out
    assert out.count("service_level/") == 9
    assert "left the queue within 20 s / queued" in out
