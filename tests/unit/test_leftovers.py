"""What a killed run left on the disk goes with the next start; what a living one works in stays."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench import leftovers

PREFIX = "eg-leftover-"
LIVING = """
import sys
from bench import leftovers
print(leftovers.own("eg-leftover-", sys.argv[1]), flush=True)
sys.stdin.read()
"""


@pytest.fixture
def other(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """Another process with a folder of its own."""
    with subprocess.Popen(
        [sys.executable, "-c", LIVING, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        yield process, Path(process.stdout.readline().strip())
        process.kill()


def test_what_a_killed_process_left_goes_and_what_a_living_one_has_stays(
    tmp_path: Path, other: tuple[subprocess.Popen[str], Path]
) -> None:
    process, folder = other
    assert not leftovers.sweep(PREFIX, tmp_path) and folder.is_dir()
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert folder.is_dir(), "nobody could clean up"
    assert leftovers.sweep(PREFIX, tmp_path) == [folder] and not folder.exists()


def test_a_process_that_ends_leaves_nothing(other: tuple[subprocess.Popen[str], Path]) -> None:
    process, folder = other
    assert process.stdin is not None
    process.stdin.close()
    assert process.wait() == 0 and not folder.exists()


def test_ones_own_and_what_somebody_is_just_making_stay(tmp_path: Path) -> None:
    mine = leftovers.own(PREFIX, str(tmp_path))
    making = tmp_path / f"{PREFIX}making"
    making.mkdir()
    assert not leftovers.sweep(PREFIX, tmp_path)
    os.utime(making, (0, 0))
    assert leftovers.sweep(PREFIX, tmp_path) == [making]
    leftovers.drop(mine)
    assert not mine.exists()
