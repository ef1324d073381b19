"""`agent-tui demo` without a terminal plays a shift and proves it; `train-backend` scores the same keys the same."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def demo(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "agent_tui", "demo", "--language", "en", *arguments],
        env={**os.environ, "AGENT_TUI_HOME": str(home)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_short_shift_plays_by_itself_and_everything_holds(tmp_path: Path) -> None:
    done = demo(tmp_path, "--shift-minutes", "2", "--speed", "60")
    assert done.returncode == 0, done.stdout + done.stderr
    for words in ("Contacts", "Service level", "service_level/default@", "Actions under authority", "Checks"):
        assert words in done.stdout
    assert "FAILED" not in done.stdout
    assert "The audit chain verifies" in done.stdout
    assert not list((tmp_path / "run" / "demo").glob("run-*"))


def test_a_wrong_day_is_one_sentence(tmp_path: Path) -> None:
    done = demo(tmp_path, "--day", "tomorrow", "--replay", "calls.tsv")
    assert done.returncode == 2
    assert done.stderr.strip() == "--day tomorrow: give a date such as 1999-02-03."


def test_half_a_replay_is_refused(tmp_path: Path) -> None:
    assert demo(tmp_path, "--day", "1999-02-03").returncode == 2
