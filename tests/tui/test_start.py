"""Starting: one clear sentence for an unfit terminal, and a failure that tells nothing personal."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from agent_tui.config.crash import write_down
from agent_tui.errors import EnvironmentError_, TerminalUnfit
from agent_tui.tui import start
from bench.terminal import Terminal, lines


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("AGENT_TUI_HOME", str(tmp_path))
    return tmp_path


def test_without_a_terminal_it_says_so() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "agent_tui", "desk", "--demo"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        env={**os.environ, "LANG": "en_US.UTF-8", "LC_ALL": "en_US.UTF-8"},
        check=False,
    )
    assert done.returncode == TerminalUnfit.exit_code
    assert "needs a terminal" in done.stderr
    assert "Traceback" not in done.stderr


def in_a_terminal(columns: int, rows: int, **environ: str) -> tuple[int, str]:
    """Exit code and what was printed, in a pseudo-terminal of that size."""
    import fcntl
    import struct
    import termios

    main, side = pty.openpty()
    fcntl.ioctl(side, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    child = subprocess.Popen(
        [sys.executable, "-m", "agent_tui", "desk", "--demo"],
        stdin=side,
        stdout=side,
        stderr=side,
        env={**os.environ, "LC_ALL": "en_US.UTF-8", **environ},
    )
    os.close(side)
    printed = b""
    while True:
        try:
            data = os.read(main, 65536)
        except OSError:
            break
        if not data:
            break
        printed += data
    os.close(main)
    return child.wait(), printed.decode("utf-8", "replace")


def test_a_terminal_that_is_too_small_is_named_with_its_size() -> None:
    code, printed = in_a_terminal(79, 24)
    assert code == TerminalUnfit.exit_code
    assert "79x24" in printed
    assert "80x24" in printed


def test_a_terminal_that_is_not_utf_8_is_told_what_to_set() -> None:
    code, printed = in_a_terminal(80, 24, PYTHONIOENCODING="gbk")
    assert code == TerminalUnfit.exit_code
    assert "UTF-8" in printed


def test_no_demo_is_one_sentence() -> None:
    with pytest.raises(EnvironmentError_) as caught:
        start.open_demo("desk", "en")
    assert caught.value.key == "tui.start.no_demo"


def test_two_desks_of_the_demo_take_two_seats() -> None:
    import asyncio

    from agent_tui.config import runtime

    seats = tuple(runtime.Seat(mode="desk", login=login, password="p") for login in ("a", "b"))
    runtime.write_demo(runtime.Demo(url="http://127.0.0.1:9", seats=seats, pid=os.getpid()))
    first = start.open_demo("desk", "en")
    second = start.open_demo("desk", "en")
    assert [opened.desk.profile.login for opened in (first, second)] == ["a", "b"]
    with pytest.raises(EnvironmentError_) as caught:
        start.open_demo("desk", "en")
    assert caught.value.key == "tui.start.no_seat"
    for opened in (first, second):
        asyncio.run(opened.desk.close())


SIGN_IN = [sys.executable, "-m", "agent_tui", "desk", "--server", "http://127.0.0.1:9", "--login", "x"]
TRAIN = [sys.executable, "-m", "agent_tui", "train"]


def deaf(argv: list[str]) -> list[str]:
    """Started by a program that does not mind that its terminal is gone."""
    code = f"""
import signal, subprocess, sys
signal.signal(signal.SIGHUP, signal.SIG_IGN)
ended = subprocess.run({argv!r}).returncode
sys.exit(ended - 128 if ended > 128 else -ended)
"""
    return [sys.executable, "-c", code]


@pytest.mark.parametrize("argv", [SIGN_IN, TRAIN], ids=["desk", "train"])
@pytest.mark.parametrize("started", [list, deaf], ids=["told", "only its starter is told"])
def test_a_desk_whose_terminal_is_gone_ends_whatever_its_starter_did_about_that(
    argv: list[str], started: Callable[[list[str]], list[str]]
) -> None:
    was = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        terminal = Terminal(started(argv), env={"LC_ALL": "en_US.UTF-8"})
    finally:
        signal.signal(signal.SIGHUP, was)
    assert terminal.wait(lambda screen: bool("".join(lines(screen))), 30) is not None
    terminal.settle()
    assert terminal.hang_up() in (signal.SIGHUP, -signal.SIGHUP, 128 + signal.SIGHUP)


def test_a_crash_is_written_down_without_words_or_values(capsys: pytest.CaptureFixture[str]) -> None:
    def fails(customer: str) -> None:
        raise ValueError(f"bad customer {customer}")

    try:
        fails("张三 13812345678")
    except ValueError as error:
        code = start.crashed(error, "en")
    assert code == 70
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "ValueError" in said
    log = Path(said.rsplit(" ", 1)[1].strip()).read_text()
    assert "ValueError" in log
    assert "13812345678" not in log + said
    assert "张三" not in log + said


def test_a_log_that_cannot_be_written_is_no_second_failure(home: Path) -> None:
    (home / "state").write_text("a file where the folder should be")
    assert write_down(ValueError("x")) == "-"


async def test_a_failing_screen_leaves_no_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    from tests.tui.stage import stage

    with pytest.raises(ZeroDivisionError):
        async with stage() as at:
            at.desk.call_later(lambda: 1 // 0)
            await at.settle()
    printed = capsys.readouterr()
    assert "Traceback" not in printed.out + printed.err
