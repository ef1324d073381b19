"""`agent-tui import calls`: what is read, repaired, refused and stored."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

import pytest

from agent_tui.cli.failure import guard
from agent_tui.cli.import_ import ranges
from agent_tui.cli.main import run
from tests.cli.logs import NONE, line, real_log, text


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGENT_TUI_HOME", str(tmp_path / "home"))


def log(folder: Path, *lines: str, name: str = "calls.tsv") -> Path:
    path = folder / name
    path.write_bytes(text(*lines).encode())
    return path


def said(*argv: str | Path, capsys: pytest.CaptureFixture[str], language: str = "en") -> tuple[int, str, str]:
    code = guard(lambda: run(["import", "calls", *map(str, argv)], language), language)
    out, err = capsys.readouterr()
    return code, out, err


SOME = (
    line(1),
    line(2, outcome="PHANTOM", server="NO_SERVER"),
    line(3, server="NO_SERVER"),
    line(4, outcome="HANG", service=NONE, server="NO_SERVER"),
)


def test_what_was_refused_and_repaired_is_listed_with_line_numbers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = said(log(tmp_path, *SOME), capsys=capsys)
    assert (code, err) == (0, "")
    assert "calls.tsv: 4 lines read." in out
    assert "Calls: 3 new, 0 there already." in out
    assert re.search(r"Refused lines: 1\n  1  PHANTOM: .* Lines 3\n", out)
    assert re.search(r"Repaired lines: 1\n  1  .*NO_SERVER.* Lines 4\n", out)


def test_importing_twice_adds_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = log(tmp_path, *SOME)
    said(file, capsys=capsys)
    code, out, _ = said(file, capsys=capsys)
    assert code == 0
    assert "Calls: 0 new, 3 there already." in out
    with sqlite3.connect(tmp_path / "home/data/history.db") as db:
        counts = [db.execute(f"select count(*) from {table}").fetchone()[0] for table in ("call", "file", "remark")]
    db.close()
    assert counts == [3, 1, 2]


def test_a_longer_file_adds_what_is_new(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said(log(tmp_path, *SOME), capsys=capsys)
    _, out, _ = said(log(tmp_path, *SOME, line(5), name="more.tsv"), capsys=capsys)
    assert "Calls: 1 new, 3 there already." in out


def test_a_known_call_with_other_content_is_refused_and_the_first_stands(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said(log(tmp_path, line(1)), capsys=capsys)
    _, out, _ = said(log(tmp_path, line(1, server="TOVA"), name="other.tsv"), capsys=capsys)
    assert "Calls: 0 new, 0 there already." in out
    assert "with other content" in out
    with sqlite3.connect(tmp_path / "home/data/history.db") as db:
        assert db.execute("select server from call").fetchall() == [("DORIT",)]
    db.close()


def test_the_history_is_its_owners_only(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said(log(tmp_path, *SOME), capsys=capsys)
    assert (tmp_path / "home/data/history.db").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("text,category\nx,y\n", "line 1: this is no call log; the first line must name these columns"),
        (text(line(1)).replace("\tserver", "", 1), "line 1: the call log lacks the columns server."),
    ],
)
def test_a_wrong_file_gets_one_sentence_naming_file_line_and_what_would_be_right(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str, sentence: str
) -> None:
    file = tmp_path / "wrong.tsv"
    file.write_text(content)
    code, out, err = said(file, capsys=capsys)
    assert (code, out) == (65, "")
    assert err.count("\n") == 1
    assert str(file) in err
    assert sentence in err
    assert not (tmp_path / "home/data/history.db").exists(), "a wrong file leaves no trace"


def test_a_file_with_no_readable_call_says_why_and_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = said(log(tmp_path, "nothing"), capsys=capsys)
    assert code == 65
    assert "does not have 17 columns" in out
    assert "not one call could be read" in err


@pytest.mark.parametrize("file", ["missing.tsv", "."])
def test_a_missing_file_or_a_folder_is_a_plain_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], file: str
) -> None:
    code, _, err = said(tmp_path / file, capsys=capsys)
    assert code == 65
    assert err.startswith(str(tmp_path / file))


def test_a_database_of_something_else_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = tmp_path / "other.db"
    with sqlite3.connect(other) as db:
        db.execute("create table t (x)")
    db.close()
    before = other.read_bytes()
    code, _, err = said(log(tmp_path, *SOME), "--database", other, capsys=capsys)
    assert code == 74
    assert "is not a call history" in err
    assert other.read_bytes() == before


def test_a_newer_history_is_not_touched(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    newer = tmp_path / "newer.db"
    with sqlite3.connect(newer) as db:
        db.execute("pragma user_version = 99")
    db.close()
    code, _, err = said(log(tmp_path, *SOME), "--database", newer, capsys=capsys)
    assert code == 74
    assert "version 99" in err


def test_an_unknown_time_zone_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = said(log(tmp_path, *SOME), "--timezone", "Mars/Olympus", capsys=capsys)
    assert code == 2
    assert "Mars/Olympus" in err


def test_line_numbers_are_printed_as_stretches() -> None:
    assert ranges([2, 3, 4, 9, 12, 13], None, "en") == "2-4, 9, 12-13"
    assert ranges([2, 3, 4, 9, 12, 13], 1, "en").startswith("2-4 and 3 more")


@pytest.mark.real_data
def test_the_banks_three_weeks_come_in_whole(capsys: pytest.CaptureFixture[str]) -> None:
    file = real_log()
    code, out, _ = said(file, capsys=capsys)
    assert code == 0
    assert "25,890 lines read" in out
    assert "Calls: 25,669 new, 0 there already." in out
    assert "Refused lines: 221\n  221  PHANTOM" in out
    _, again, _ = said(file, capsys=capsys)
    assert "Calls: 0 new, 25,669 there already." in again
