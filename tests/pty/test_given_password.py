"""A station that signs in by itself: the password comes from a file or a descriptor, and never stands in the list of processes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.pty.floor import AGENT, LOGIN, PASSWORD, Floor, Seat, until


@pytest.fixture
def floor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Floor]:
    monkeypatch.setenv("AGENT_TUI_HOME", str(tmp_path / "home"))
    made = Floor(tmp_path / "home", people={LOGIN: AGENT})
    made.serve()
    yield made
    made.close()


def kept(folder: Path, password: str, mode: int = 0o600) -> str:
    """A file that says the password."""
    file = folder / "password"
    file.write_text(password + "\n", "utf-8")
    file.chmod(mode)
    return str(file)


def given(floor: Floor, *source: str) -> Seat:
    known = ["--server", floor.url, "--login", LOGIN, "--profile", LOGIN]
    return floor._sit(["desk", *known, "--language", "en", *source], 80, 24)


def ended(floor: Floor, desk: Seat) -> int:
    """The exit code of a desk that goes by itself."""
    os.waitid(os.P_PID, desk.pid, os.WEXITED | os.WNOWAIT)
    return floor.leave(desk)


def test_a_file_signs_in_unless_others_may_read_it_or_it_says_another_password(floor: Floor, tmp_path: Path) -> None:
    desk = given(floor, "--password-file", kept(tmp_path, PASSWORD, 0o644))
    until(desk, "600")
    assert ended(floor, desk) == 2

    desk = given(floor, "--password-file", kept(tmp_path, PASSWORD))
    until(desk, "+ live")
    assert PASSWORD not in Path(f"/proc/{desk.pid}/cmdline").read_text("utf-8").replace("\0", " ")
    floor.leave(desk)

    desk = given(floor, "--password-file", kept(tmp_path, "another"))
    until(desk, "start without it")
    assert ended(floor, desk) == 74


def test_a_descriptor_signs_in(floor: Floor) -> None:
    read, write = os.pipe()
    os.write(write, f"{PASSWORD}\n".encode())
    os.close(write)
    os.set_inheritable(read, True)
    desk = given(floor, "--password-fd", str(read))
    os.close(read)
    until(desk, "+ live")
