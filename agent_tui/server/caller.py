"""Who is asking, as the server knows them from its tables."""

from __future__ import annotations

import msgspec

from agent_tui.domain.effects import Actor


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    """One authenticated request."""

    kind: str
    """`agent`, `link` or `system`."""
    id: str
    """The agent's id, the link's name, or the system's job."""
    login: str = ""
    device: str = ""
    token: str = ""
    """Hash of the token presented."""
    step_up_age_s: int | None = None
    """Real seconds since the last step-up in this session."""

    @property
    def maker(self) -> str:
        """What stands in command and audit rows."""
        return self.id if self.kind == "agent" else f"{self.kind}:{self.id}"

    @property
    def actor(self) -> Actor:
        return Actor(kind=self.kind, id=self.id)
