"""Profiles with a made-up centre in the cache, for everything that needs a desk and no server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from agent_tui.desk.profile import Profile
from agent_tui.store.open import open_cache
from agent_tui.store.seed import seed

KEY = bytes(range(32))


def profile(folder: Path, **fields: Any) -> Profile:
    """A profile whose files are in `folder`; nothing is made yet."""
    given: dict[str, Any] = {"name": "test", "url": "http://127.0.0.1:9", "login": "me", "device_id": "d-test"}
    return Profile(folder=folder, key=lambda _: KEY, **{**given, **fields})


def seeded(folder: Path, contacts: int = 200, customers: int = 50, **fields: Any) -> Profile:
    """A profile with this many waiting contacts and customers; open it with `desk.build.open_desk`."""
    cache = open_cache(folder / "cache.db", KEY)
    seed(cache, contacts, customers)
    cache.close()
    return profile(folder, **fields)
