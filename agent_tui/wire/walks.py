"""What was seen of blueprints in one contact, on its way to somebody who may see that contact."""

from __future__ import annotations

import msgspec

from agent_tui.domain.walk import Walk


class WalkedOnce(msgspec.Struct, frozen=True, kw_only=True):
    """One recorded walk, with the wording of the version it is pinned to."""

    agent: str
    """Name of who walked it."""
    walk: Walk
    wording: str = ""
    """The blueprint as compact JSON; empty for a draft, whose wording no release ever had."""


class WalksOf(msgspec.Struct, frozen=True, kw_only=True):
    contact_id: str
    walks: tuple[WalkedOnce, ...]
    erased: int = 0
    """Records whose content was destroyed with what was known of the customer."""
