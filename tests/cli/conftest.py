"""Every command of these tests runs in a home of its own, in English unless it says otherwise."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from agent_tui.cli.failure import guard
from agent_tui.cli.main import language_of, run


class Ran(NamedTuple):
    code: int
    out: str
    err: str


Cli = Callable[..., Ran]


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Cli:
    """Run a command line as the shell would: exit code, what it printed, what it complained."""
    monkeypatch.setenv("AGENT_TUI_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("AGENT_TUI_LANGUAGE", "en")

    def call(*argv: str) -> Ran:
        capsys.readouterr()
        try:
            code = guard(lambda: run(argv, language_of(argv)), language_of(argv))
        except SystemExit as left:  # argparse leaves by itself after --help and --version
            code = int(left.code or 0)
        return Ran(code, *capsys.readouterr())

    return call
