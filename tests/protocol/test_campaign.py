"""A minute of `make chaos`: real processes on a bad line, killed, stopped, starved and misdated. Longer ones on demand."""

from __future__ import annotations

import os
from pathlib import Path

from chaos.__main__ import play

SECONDS = float(os.environ.get("AGENT_TUI_CHAOS_SECONDS", "45"))
SEED = int(os.environ.get("AGENT_TUI_CHAOS_SEED", "1"))


def test_a_minute_of_chaos_leaves_nothing_wrong(tmp_path: Path) -> None:
    verdict = play(SEED, SECONDS, "", tmp_path)
    assert not verdict.violations, "\n".join(verdict.violations)
    assert verdict.counts["applied"] > 0
