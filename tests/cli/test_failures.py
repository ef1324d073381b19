"""What goes wrong around the program is one clear sentence in the person's language and an exit code: never a traceback,
never a half-written file. Run as a person runs it, each case in a process of its own, eight at a time."""

from __future__ import annotations

import os
import re
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import pytest

CHINESE = re.compile(r"[\u4e00-\u9fff]")
KANA = re.compile(r"[\u3040-\u30ff]")
ASCII = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
"""A terminal that knows no letter beyond ASCII."""


class Case(NamedTuple):
    argv: tuple[str, ...]
    code: int
    says: str = ""
    """What the sentence names."""
    env: Mapping[str, str] = {}


class Ran(NamedTuple):
    code: int
    out: str
    err: str


def launch(home: Path, argv: tuple[str, ...], env: Mapping[str, str], wrap: str = "") -> Ran:
    """The program with nothing on its standard input; `wrap` is a shell line around it, `"$@"` being the program."""
    given = {key: value for key, value in os.environ.items() if not key.startswith(("LC_", "AGENT_TUI_"))}
    given |= {"AGENT_TUI_HOME": str(home), "LANG": "zh_CN.UTF-8", "PYTHONUTF8": "1", **env}
    program = [sys.executable, "-m", "agent_tui", *argv]
    line = ["bash", "-c", wrap, "-", *program] if wrap else program
    done = subprocess.run(
        line, stdin=subprocess.DEVNULL, capture_output=True, env={k: v for k, v in given.items() if v}, timeout=60
    )
    return Ran(done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace"))


def check(case: Case, ran: Ran) -> str:
    """What is wrong with how a case ended; empty when nothing is."""
    told = ran.err.strip()
    if "Traceback" in ran.out + ran.err:
        return "a traceback"
    if ran.code != case.code:
        return f"exit {ran.code} instead of {case.code}"
    if "\n" in told or not told:
        return "not one sentence"
    if case.says not in told:
        return f"{case.says!r} is not said"
    if not CHINESE.search(told) and not case.env:
        return "not in the person's language"
    return ""


def run_all(home: Path, cases: list[Case]) -> None:
    with ThreadPoolExecutor(8) as pool:
        ran = list(pool.map(lambda case: launch(home, case.argv, case.env), cases))
    wrong = [(case, result, check(case, result)) for case, result in zip(cases, ran, strict=True)]
    failed = [f"{' '.join(case.argv)} {dict(case.env)}: {why}: {ran}" for case, ran, why in wrong if why]
    assert not failed, "\n".join(failed)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def bad(tmp_path: Path) -> dict[str, str]:
    """Files nobody should have to read."""
    made = {name: tmp_path / name for name in ("missing", "empty", "binary", "folder")}
    made["empty"].touch()
    made["binary"].write_bytes(bytes(range(256)) * 16)
    made["folder"].mkdir()
    return {name: str(path) for name, path in made.items()}


READERS: tuple[tuple[str, Callable[[str], tuple[str, ...]], int], ...] = (
    ("import calls", lambda file: ("import", "calls", file), 65),
    ("import customers", lambda file: ("import", "customers", file), 65),
    ("replay", lambda file: ("demo", "--replay", file, "--day", "1999-02-03"), 65),
    ("policy", lambda file: ("policy", "check", "--folder", file), 78),
    ("centre", lambda file: ("serve", "--port", "0", "--centre", file), 78),
    ("policy of serve", lambda file: ("serve", "--port", "0", "--policy", file), 78),
)


def test_a_file_that_cannot_be_read_is_named(home: Path, bad: dict[str, str]) -> None:
    run_all(home, [Case(line(file), code, file) for _, line, code in READERS for file in bad.values()])


def test_a_database_that_is_none_is_named(home: Path, bad: dict[str, str]) -> None:
    databases = [Case(("audit", "verify", "--database", bad[name]), 74, bad[name]) for name in ("missing", "binary")]
    serving = [
        Case(("serve", "--port", "0", "--database", bad[name]), 74, bad[name]) for name in ("binary", "folder")
    ]
    run_all(home, [*databases, *serving, Case(("report", "contacts"), 65, "server.db"), Case(("admin", "users"), 78)])
    assert not Path(bad["missing"]).exists()


def test_a_home_that_cannot_be_used_is_named(home: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    places = {"AGENT_TUI_HOME": str(tmp_path / "file" / "x"), "LANG": "zh_CN.UTF-8"}, {"AGENT_TUI_HOME": "/proc/none"}
    lines = ("serve", "--port", "0"), ("demo",), ("import", "customers", str(tmp_path / "file"))
    run_all(home, [Case(line, 74, env["AGENT_TUI_HOME"], env) for env in places for line in lines[:2]])


def test_a_slip_in_a_setting_names_file_line_and_the_nearest(home: Path) -> None:
    slips = {
        'langauge = "zh"': "language",
        '[desk]\ntheem = "x"': "desk.theme",
        "[server]\nprot = 1": "server.port",
        '[server]\nport = "x"': "server.port",
        "[server]\nport = 70000": "server.port",
        "[desk": "config.toml",
        'language = "fr"': "zh, en, ja",
    }
    cases = []
    for number, (text, says) in enumerate(slips.items()):
        file = home / str(number) / "config" / "config.toml"
        file.parent.mkdir(parents=True)
        file.write_text(text)
        env = {"AGENT_TUI_HOME": str(home / str(number))}
        cases.append(Case(("serve", "--database", str(home / "x.db")), 78, says, env))
    run_all(home, cases)


def test_a_slip_in_the_description_of_a_centre_names_file_and_line(home: Path, tmp_path: Path) -> None:
    source = Path(__file__).parents[2] / "scripts" / "centre"
    folder = tmp_path / "centre"
    folder.mkdir()
    for file in source.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    settings = folder / "people.toml"
    settings.write_text(settings.read_text().replace("level = 2", "levle = 2", 1))
    run_all(home, [Case(("serve", "--port", "0", "--centre", str(folder)), 78, "people.toml")])


def test_what_the_machine_refuses_is_named(home: Path, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        run_all(
            home,
            [
                Case(("serve", "--port", port), 69, port),
                Case(("serve", "--port", "99999"), 2, "99999"),
                Case(("serve", "--port", "x"), 2, "--port"),
                Case(("serve", "--port", "0", "--host", "203.0.113.1"), 69, "203.0.113.1"),
                Case(("serve", "--port", "0", "--database", "/dev/full"), 74, "/dev/full"),
                Case(("serve", "--port", "0", "--database", "/proc/none/x.db"), 74, "/proc/none"),
                Case(("desk",), 69),
                Case(("monitor", "--demo"), 69),
                Case(("train", "--scenario", "nosuch"), 65, "nosuch"),
                Case(("admin", "init"), 2),
                Case(("nosuch",), 2, "nosuch"),
            ],
        )


def test_a_database_of_a_newer_program_is_left_alone(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "server.db"
    with sqlite3.connect(file) as db:
        db.execute("CREATE TABLE schema_version (version BIGINT NOT NULL, compat BIGINT NOT NULL)")
        db.execute("INSERT INTO schema_version VALUES (9, 9)")
    db.close()
    run_all(home, [Case(("serve", "--port", "0", "--database", str(file)), 74, "9")])


def test_the_sentence_is_in_the_language_of_the_locale(home: Path) -> None:
    japanese = launch(home, ("nosuch",), {"LANG": "ja_JP.UTF-8"})
    english = launch(home, ("nosuch",), {"LANG": "en_GB.UTF-8"})
    narrow = launch(home, ("nosuch",), {"LANG": "C", **ASCII})
    assert KANA.search(japanese.err)
    assert english.err.startswith("There is no command 'nosuch'")
    assert narrow.err == english.err, "a terminal without Chinese letters gets English, not \\u escapes"


@pytest.mark.parametrize(
    ("wrap", "code"),
    [
        ('"$@" | head -1 >/dev/null; exit "${PIPESTATUS[0]}"', 0),
        ('"$@" >&-', 0),
        ('"$@" 2>&-', 0),
        ('"$@" <&-', 0),
        ('"$@" >/dev/full', 74),
    ],
    ids=["head", "no stdout", "no stderr", "no stdin", "full"],
)
def test_output_that_goes_nowhere_is_no_failure_of_ours(home: Path, wrap: str, code: int) -> None:
    ran = launch(home, ("keys",), {}, wrap)
    assert (ran.code, "Traceback" in ran.err) == (code, False), ran


def test_a_narrow_terminal_still_gets_its_answers(home: Path) -> None:
    for argv in (("keys",), ("--help",), ("blueprint", "lint")):
        assert launch(home, argv, {"LANG": "zh_CN", **ASCII}).code == 0, argv


def test_without_a_home_everything_that_needs_none_works(home: Path) -> None:
    assert launch(home, ("keys",), {"HOME": "", "AGENT_TUI_HOME": ""}).code == 0
