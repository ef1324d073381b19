"""Whoever dies at a kill point leaves nothing wrong behind: the first hit of each here, the first five with
`make chaos ARGS=--kill-points`."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import msgspec
import pytest

from agent_tui import killpoint
from tests.house.source import PROGRAM, ROOT, modules

HITS = int(os.environ.get("AGENT_TUI_KILL_POINT_HITS", "1"))


def test_the_list_of_points_is_the_points_there_are() -> None:
    found = {name for path in modules(PROGRAM) for name in re.findall(r'kill_point\("([^"]+)"\)', path.read_text())}
    assert found == {*killpoint.SERVER, *killpoint.DESK}


def test_a_death_at_any_point_does_no_harm() -> None:
    command = [sys.executable, "-m", "tests.protocol.lives", str(HITS)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    deaths = [msgspec.json.decode(line) for line in done.stdout.splitlines()]
    assert {death["point"] for death in deaths} == {*killpoint.SERVER, *killpoint.DESK}
    assert not [death for death in deaths if not death["reached"]], done.stderr
    assert not [death for death in deaths if death["wrong"]]


def test_nobody_dies_unless_told(monkeypatch: pytest.MonkeyPatch) -> None:
    passed: list[str] = []
    killpoint.kill_point("server.commit")
    killpoint.arm(passed.append)
    killpoint.kill_point("server.commit")
    killpoint.arm(None)
    assert passed == ["server.commit"]
    assert [killpoint._read(text) for text in ("", "x", "x:", "x:0", ":1")] == [None] * 5
