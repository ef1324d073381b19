"""The command line: every subcommand is listed without being loaded, a slip names the nearest right word, and no failure
shows a traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from agent_tui.cli import failure
from agent_tui.cli.main import HIDDEN, MODES, SUBCOMMANDS, Line, language_of, mode_arguments
from agent_tui.errors import PolicyError, UsageError
from agent_tui.i18n.catalog import LANGUAGES
from tests.cli.conftest import Cli


def test_help_lists_every_command_but_the_hidden_ones(cli: Cli) -> None:
    ran = cli("--help")
    assert ran.code == 0
    assert all(f"  {name}" in ran.out for name in (*MODES, *SUBCOMMANDS) if name not in HIDDEN)
    assert not any(name in ran.out for name in HIDDEN)


@pytest.mark.parametrize("language", LANGUAGES)
def test_help_is_in_the_readers_language_wherever_the_flag_stands(cli: Cli, language: str) -> None:
    before, after = cli("--language", language, "--help"), cli("--help", f"--language={language}")
    assert before == after
    assert before.out != cli("--help", "--language", "en" if language != "en" else "zh").out


def test_help_loads_no_subcommand_and_nothing_heavy() -> None:
    heavy = ["textual", "rich", "httpx", "keyring", "litestar", "cedarpy", "sqlite_utils", *SUBCOMMANDS.values()]
    code = (
        "import sys; from agent_tui.cli.main import run\n"
        "try: run(['--help'], 'en')\nexcept SystemExit: pass\n"
        f"print([name for name in {heavy!r} if name in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    ("argv", "near"),
    [
        (("serv",), "serve"),
        (("polcy", "check"), "policy"),
        (("moniter",), "monitor"),
        (("doctor", "--langage", "zh"), "--language"),
    ],
)
def test_a_slip_names_the_nearest_right_word(cli: Cli, argv: tuple[str, ...], near: str) -> None:
    ran = cli(*argv)
    assert (ran.code, ran.out) == (2, "")
    assert f"did you mean '{near}'" in ran.err


@pytest.mark.parametrize(
    "argv",
    [
        ("xyzzy",),
        ("policy",),
        ("policy", "explain"),
        ("policy", "explain", "--actor-level", "9"),
        ("--language", "fr"),
    ],
)
def test_a_wrong_command_line_is_one_sentence_and_exit_2(cli: Cli, argv: tuple[str, ...]) -> None:
    ran = cli(*argv)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.count("\n") == 1


@pytest.mark.parametrize(
    ("argv", "mode"),
    [
        ([], "desk"),
        (["--demo"], "desk"),
        (["desk"], "desk"),
        (["monitor", "--demo"], "monitor"),
        (["train", "--help"], "train"),
        (["--help"], None),
        (["--version"], None),
        (["serve"], None),
    ],
)
def test_which_mode_of_the_terminal_is_meant(argv: list[str], mode: str | None) -> None:
    assert Line(argv).mode == mode


def test_options_of_a_desk() -> None:
    args = mode_arguments("desk", ["--demo", "--theme", "light"], "zh")
    assert (args.demo, args.theme, args.profile, args.language) == (True, "light", None, "zh")
    with pytest.raises(UsageError):
        mode_arguments("desk", ["--scenario", "x"], "zh")


def test_the_language_comes_from_flag_variable_file_locale(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGENT_TUI_HOME", str(tmp_path))
    for name in ("AGENT_TUI_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    assert language_of([]) == "zh"
    monkeypatch.setenv("LANG", "ja_JP.UTF-8")
    assert language_of([]) == "ja"
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "config.toml").write_text('language = "en"\n')
    assert language_of([]) == "en"
    monkeypatch.setenv("AGENT_TUI_LANGUAGE", "zh")
    assert language_of([]) == "zh"
    assert language_of(["serve", "--language", "ja"]) == "ja"


# ---- failures ----------------------------------------------------------------------------------------------------


def raising(error: BaseException) -> int:
    def body() -> int:
        raise error

    return failure.guard(body, "en")


def test_our_errors_are_a_sentence_and_their_code(capsys: pytest.CaptureFixture[str]) -> None:
    assert raising(PolicyError("policy.no_rules", folder="/x")) == 78
    assert capsys.readouterr().err == "Policy: there is no .cedar file in /x. Without rules nothing may start.\n"


def test_an_interrupt_is_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    assert raising(KeyboardInterrupt()) == 130
    assert capsys.readouterr() == ("", "")


def test_a_full_disk_is_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert raising(OSError(28, "No space left on device", "/x/y")) == 74
    assert "The disk is full" in capsys.readouterr().err


def test_a_part_that_is_not_installed_says_how_to_get_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert raising(ModuleNotFoundError("No module named 'litestar'", name="litestar")) == 69
    assert "agent-tui[server]" in capsys.readouterr().err


def test_what_nobody_expected_leaves_places_in_a_log_and_no_values(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AGENT_TUI_HOME", str(tmp_path))
    canary = "6222020000001234"

    def body() -> int:
        secret = {"card": canary}
        return int(secret["phone " + canary])

    assert failure.guard(body, "en") == 70
    said = capsys.readouterr().err
    log = tmp_path / "state" / "agent-tui.log"
    assert said.count("\n") == 1
    assert str(log) in said
    assert "test_main.py" in log.read_text()
    assert canary not in log.read_text() + said
    assert log.stat().st_mode & 0o777 == 0o600


def program(*argv: str, **env: str) -> subprocess.Popen[str]:
    full = {**os.environ, "AGENT_TUI_LANGUAGE": "en", **env}
    return subprocess.Popen(
        [sys.executable, "-m", "agent_tui", *argv],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=full,
    )


def test_a_reader_that_left_is_no_failure() -> None:
    ran = program("--help")
    assert ran.stdout is not None
    ran.stdout.close()
    assert ran.stderr is not None
    assert ran.stderr.read() == ""
    ran.stderr.close()
    assert ran.wait() in (0, -13)


def test_the_quirk_of_iterm_is_set_before_textual_and_not_in_tmux(monkeypatch: pytest.MonkeyPatch) -> None:
    from agent_tui.__main__ import _quirks

    for program_name, tmux, wanted in (("iTerm.app", "", "1"), ("iTerm.app", "/run/x", None), ("kitty", "", None)):
        monkeypatch.setenv("TERM_PROGRAM", program_name)
        monkeypatch.setenv("TMUX", tmux)
        monkeypatch.delenv("TEXTUAL_DISABLE_KITTY_KEY", raising=False)
        _quirks()
        assert os.environ.get("TEXTUAL_DISABLE_KITTY_KEY") == wanted
    monkeypatch.delenv("TEXTUAL_DISABLE_KITTY_KEY", raising=False)
