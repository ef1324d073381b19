"""Commands of post-hoc supervision."""

from __future__ import annotations

from agent_tui.domain.authority_commands import Base
from agent_tui.domain.review import Finding, Remedy


class RecordFinding(Base, frozen=True, kw_only=True):
    """What a reviewer found in one act."""

    review_id: str
    finding: Finding
    kind: Remedy | None = None
    """What it leads to; wanted for an error, and only for one."""
    text: str = ""


class AnswerFinding(Base, frozen=True, kw_only=True):
    """The maker has read the finding, and may say something to it."""

    review_id: str
    text: str = ""


class FollowFinding(Base, frozen=True, kw_only=True):
    """What was done about a finding: corrected, talked over, a level changed."""

    review_id: str
    text: str


class CloseFinding(Base, frozen=True, kw_only=True):
    """It was followed up and is settled."""

    review_id: str
    text: str = ""
