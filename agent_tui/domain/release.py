"""One version of a service blueprint on its way: proposed by its author, released by a second person, retired.

    draft ──► proposed ──► released ──► retired          a draft is a file on its author's machine only
                  └────────────────────────▲             turned down, or taken back

The wording itself travels as a bundle of the same id; what stands here is who did what, when and why.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec


class ReleaseState(StrEnum):
    PROPOSED = "proposed"
    RELEASED = "released"
    RETIRED = "retired"


MOVES: dict[ReleaseState, frozenset[ReleaseState]] = {
    ReleaseState.PROPOSED: frozenset({ReleaseState.RELEASED, ReleaseState.RETIRED}),
    ReleaseState.RELEASED: frozenset({ReleaseState.RETIRED}),
    ReleaseState.RETIRED: frozenset(),
}


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """What the server read in an author's file: read and linted by it, never as a client says."""

    blueprint: str
    number: int
    titles: dict[str, str]
    owner: str
    change: str
    valid_from: str
    """ISO 8601 date, inclusive, in the centre's time zone."""
    valid_to: str
    wording: str
    """The compact form that desks read."""
    digest: str
    """Of that text, with its algorithm."""
    begins: datetime
    """The first moment of `valid_from` at the centre."""
    ends: datetime
    """The first moment after `valid_to` there."""

    @property
    def key(self) -> str:
        """`id@version`."""
        return f"{self.blueprint}@{self.number}"


class Release(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    """`id@version`, what a contact is pinned to."""
    blueprint: str
    number: int
    """The version its author gave it."""
    state: ReleaseState
    titles: dict[str, str]
    owner: str
    """The department that answers for the wording."""
    change: str
    """What is new in it, and why."""
    digest: str
    valid_from: str
    valid_to: str
    begins: datetime
    ends: datetime
    author_id: str
    proposed_at: datetime
    releaser_id: str | None = None
    released_at: datetime | None = None
    retired_by: str | None = None
    retired_at: datetime | None = None
    reason: str = ""
    """Why it was retired, or turned down."""
    version: int = 0


def bundle_id(release_id: str) -> str:
    """The bundle that carries the wording of `id@version`."""
    return f"blueprint:{release_id}"
