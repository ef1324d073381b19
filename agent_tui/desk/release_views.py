"""Read models of the centre's wording: every version of a service blueprint, who did what with it, and what I may do.

Like `desk.views`: frozen and free of widgets. The wording itself is asked of the server by its id (`door.wording`): that
of a proposal is on no desk.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from agent_tui.desk.query import Query

if TYPE_CHECKING:  # the models are made, never decoded: what they hold need not be loaded with them
    from agent_tui.domain.release import Release
    from agent_tui.i18n.message import Msg


class Releases(Query["tuple[ReleaseView, ...]"], frozen=True):
    """Versions that wait for a second person, then those in use, then the retired."""


class ReleaseView(msgspec.Struct, frozen=True, kw_only=True):
    release: Release
    before: str = ""
    """`id@version` that it would follow, or followed; empty for the first of its blueprint."""
    author: str = ""
    releaser: str = ""
    retirer: str = ""
    """Names; empty where nobody did it yet or where it came as a file."""
    superseded: bool = False
    """A later version is in force."""
    holds: bool = False
    """Its first day has come."""
    cannot: Msg | None = None
    """Why I may not release it; the server decides again."""

    @property
    def waits(self) -> bool:
        """Whether it waits for a second person."""
        return self.release.state == "proposed"
