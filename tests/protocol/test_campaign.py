"""A minute of `make chaos`: real processes on a bad line, killed, stopped, starved, misdated. Longer ones on demand."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from chaos.__main__ import play

SECONDS = float(os.environ.get("AGENT_TUI_CHAOS_SECONDS", "60"))
SEED = int(os.environ.get("AGENT_TUI_CHAOS_SEED", "1"))
SHARE = {"": 1.0, "postgres": 0.5}
"""Of the seconds; on PostgreSQL two servers share one database that is killed too."""


@pytest.mark.parametrize("database", SHARE, ids=["sqlite", "postgres"])
def test_a_minute_of_chaos_leaves_nothing_wrong(tmp_path: Path, database: str) -> None:
    verdict = play(SEED, SECONDS * SHARE[database], database, tmp_path)
    assert not verdict.violations, "\n".join(verdict.violations)
    assert verdict.counts["applied"] > 0
