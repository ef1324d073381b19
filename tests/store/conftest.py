"""Files of a profile, opened and closed around a test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from agent_tui.store.cache import Cache
from agent_tui.store.journal import Journal
from agent_tui.store.open import open_cache, open_journal
from tests.flow.seed import KEY


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[Cache]:
    opened = open_cache(tmp_path / "cache.db", KEY)
    yield opened
    opened.close()


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    opened = open_journal(tmp_path / "journal.db", KEY)
    yield opened
    opened.close()
