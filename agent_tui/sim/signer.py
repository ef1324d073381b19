"""Robot supervisors who answer requests for a co-sign: they read, authenticate again, and sign what they may.

Through the public API like everybody: the server decides whether their name counts. A request with hardly a word of
reason is refused, as a supervisor would.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Protocol

from agent_tui.domain.approval import Approval
from agent_tui.domain.commands import DecideApproval
from agent_tui.i18n.catalog import say
from agent_tui.sim.floor import Floor
from agent_tui.sim.line import Line
from agent_tui.sim.seat import Answer

READING_S = (8.0, 16.0)
"""Business seconds from the request to the key."""
LEAST_REASON = 2
"""Characters of a reason worth signing for; one Chinese word has two."""


class Signatory(Protocol):
    """A signed-in person who can authenticate again."""

    agent_id: str

    async def send(self, command: DecideApproval) -> Answer: ...

    async def step_up(self) -> bool:
        """Authenticate again. Whether it was accepted."""


class Signers:
    """Looks at every request on the floor, for the people it is given."""

    def __init__(self, floor: Floor, line: Line, seed: int) -> None:
        self._floor, self._line = floor, line
        self._rng = random.Random(f"signers/{seed}")
        self._people: list[Signatory] = []
        self._reading: set[str] = set()
        self.answers: list[tuple[str, str, Answer]] = []
        """Request, signer and what became of it."""
        floor.listen(self._bell)

    def employ(self, people: Sequence[Signatory]) -> None:
        """These may be asked from now on."""
        self._people.extend(people)
        for approval in self._floor.all(Approval):
            self._bell("approval", approval.id)

    def _bell(self, entity: str, id: str) -> None:
        if entity == "approval" and id not in self._reading and self._people:
            self._reading.add(id)
            self._line.spawn(self._answer(id))

    async def _answer(self, id: str) -> None:
        """Until enough have signed, or nobody is left who could."""
        asked: set[str] = set()
        while (approval := self._floor.get(Approval, id)) is not None and approval.open:
            person = self._next(approval, asked)
            if person is None:
                break
            asked.add(person.agent_id)
            await self._floor.pace.sleep(self._rng.uniform(*READING_S))
            approval = self._floor.get(Approval, id)
            if approval is not None and approval.open:
                await self._decide(person, approval)
        self._reading.discard(id)

    def _next(self, approval: Approval, asked: set[str]) -> Signatory | None:
        """The least senior who may sign and has not been asked."""

        def level(person: Signatory) -> int:
            agent = self._floor.agent(person.agent_id)
            return agent.level if agent is not None and agent.active else 0

        barred = {approval.maker_id, *approval.editors, *asked, *(s.signer_id for s in approval.signed)}
        able = [p for p in self._people if level(p) >= approval.level and p.agent_id not in barred]
        return min(able, key=level, default=None)

    async def _decide(self, person: Signatory, approval: Approval) -> None:
        if not await person.step_up():
            return
        worth = len(approval.reason.strip()) >= LEAST_REASON
        command = DecideApproval(
            approval_id=approval.id,
            decision="sign" if worth else "refuse",
            payload_hash=approval.payload_hash,
            target_version=approval.target_version,
            reason="" if worth else say("authority.robot.reason_thin", "zh"),
        )
        self.answers.append((approval.id, person.agent_id, await person.send(command)))
