"""Whoever dies at a kill point leaves nothing wrong behind: the first hit of each here, the first five of each on both
engines with `make killpoints`, in real processes with `make chaos ARGS=--kill-points`."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import msgspec
import pytest

from agent_tui import killpoint
from tests.house.source import PROGRAM, ROOT, modules
from tests.server import engines

HITS = int(os.environ.get("AGENT_TUI_KILL_POINT_HITS", "1"))


def test_the_list_of_points_is_the_points_there_are() -> None:
    found = {name for path in modules(PROGRAM) for name in re.findall(r'kill_point\("([^"]+)"\)', path.read_text())}
    assert found == {*killpoint.SERVER, *killpoint.DESK}


@pytest.mark.parametrize("engine", engines.BOTH)
def test_a_death_at_any_point_does_no_harm(engine: str) -> None:
    """A desk does not know what its server keeps the ledger in: on the second engine the server dies."""
    points = killpoint.SERVER if engine == "postgres" and HITS == 1 else (*killpoint.SERVER, *killpoint.DESK)
    command = [sys.executable, "-m", "tests.protocol.lives", engine, str(HITS), *points]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    deaths = [msgspec.json.decode(line) for line in done.stdout.splitlines()]
    assert {death["point"] for death in deaths} == {*points}
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
