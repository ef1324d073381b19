"""The policy in force on the server: taken anew each business day, so that effective dates take effect."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from agent_tui.clock import Clock
from agent_tui.policy.decide import decide
from agent_tui.policy.decision import ActorFacts, Circumstances, Decision, SubjectFacts
from agent_tui.policy.load import bundle, load


class PolicyBook:
    """Decides by the files of one folder. PolicyError at once when they cannot be trusted."""

    def __init__(self, folder: Path, at: datetime) -> None:
        self.text = bundle(folder)
        self._policy = load(self.text, at)
        self._day = at.date()

    def turn(self, at: datetime) -> None:
        """Take the rules that are in force at `at`. The text stays that of the start: it was reviewed, and it is what
        the desks hold."""
        if at.date() != self._day:
            self._policy = load(self.text, at)
            self._day = at.date()

    def decide(self, actor: ActorFacts, action: str, subject: SubjectFacts, circumstances: Circumstances) -> Decision:
        return decide(self._policy, actor, action, subject, circumstances)


class PolicyDays:
    """Turns the book's page when the business day changes."""

    name = "policy"
    every_s = 1.0
    woken = False

    def __init__(self, book: PolicyBook, clock: Clock) -> None:
        self._book = book
        self._clock = clock

    async def step(self) -> None:
        self._book.turn(self._clock.now())
