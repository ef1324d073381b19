"""Several commands at once: each decided for itself, in its own transaction, and in order where order matters.

Nothing is decided about a batch as a whole. Sent twice, or in parts, or one by one, it comes to the same.
"""

from __future__ import annotations

import msgspec

from agent_tui.server import problems
from agent_tui.server.record import Answer
from agent_tui.wire.command import Batch, Queued, Result
from agent_tui.wire.problem import Problem

OF_THE_DOOR = frozenset({"not-signed-in", "device-revoked", "slow-down"})
"""Problems of whoever sends: after one of them nothing more of the batch is tried."""


def check(batch: Batch) -> None:
    """ProblemError for a batch that says one thing twice: which of the two was meant to come first is not known."""
    if len({queued.id for queued in batch.commands}) < len(batch.commands):
        raise problems.fail("bad-request", key="server.refusal.twice", args={"field": "commands"})


def decided(queued: Queued, answer: Answer) -> Result:
    """What the ledger keeps under this id."""
    said = msgspec.Raw(answer.body)
    if answer.http == 200:
        return Result(id=queued.id, status=200, replayed=answer.replayed, outcome=said)
    return Result(id=queued.id, status=answer.http, replayed=answer.replayed, problem=said)


def undecided(queued: Queued, told: Problem) -> Result:
    """Nothing was kept of it."""
    return Result(id=queued.id, status=told.status, problem=msgspec.Raw(problems.encode(told)))


class Course:
    """How far a batch has come, and what is still tried."""

    def __init__(self) -> None:
        self.results: list[Result] = []
        self._stopped: set[str] = set()
        self._over = False

    def tries(self, queued: Queued) -> bool:
        """Whether this one is to be tried now; otherwise it has its result: nothing was done, send it again."""
        if not self._over and queued.lane not in self._stopped:
            return True
        told = problems.make("not-tried", key="server.problem.not_tried")
        self.results.append(undecided(queued, told))
        return False

    def took(self, queued: Queued, answer: Answer | Problem) -> None:
        """One was tried."""
        if isinstance(answer, Answer):
            self.results.append(decided(queued, answer))
            return
        self.results.append(undecided(queued, answer))
        self._over = answer.name in OF_THE_DOOR
        if queued.lane:
            self._stopped.add(queued.lane)
