"""Commands of those who write and release service blueprints."""

from __future__ import annotations

from agent_tui.domain.authority_commands import Base
from agent_tui.domain.release import Proposal


class ProposeBlueprint(Base, frozen=True, kw_only=True):
    """A version for a second person to read and release."""

    source: str
    """The author's file, as it is."""
    file: str = ""
    """Its name, for messages."""
    proposal: Proposal | None = None
    """What the server read in it; set by the server, a client leaves it out."""


class ReleaseBlueprint(Base, frozen=True, kw_only=True):
    """Put a proposed version in force from its first day on. Never by its author."""

    release_id: str
    digest: str
    """Of what was read."""


class RetireBlueprint(Base, frozen=True, kw_only=True):
    """Take a version out of use; of a proposed one: turn it down, or take it back."""

    release_id: str
    reason: str
