"""The policy in force on the server: loaded once for each business day, so that effective dates take effect."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from agent_tui.policy.decide import decide
from agent_tui.policy.decision import ActorFacts, Circumstances, Decision, SubjectFacts
from agent_tui.policy.load import load


class PolicyBook:
    """Decides by the files of one folder. PolicyError at once when they cannot be trusted."""

    def __init__(self, folder: Path, at: datetime) -> None:
        self.folder = folder
        self._policy = load(folder, at)
        self._day = at.date()

    def turn(self, at: datetime) -> None:
        """Take the rules that are in force at `at`; a folder broken meanwhile leaves those that were."""
        if at.date() != self._day:
            self._policy = load(self.folder, at)
            self._day = at.date()

    def decide(self, actor: ActorFacts, action: str, subject: SubjectFacts, circumstances: Circumstances) -> Decision:
        return decide(self._policy, actor, action, subject, circumstances)
