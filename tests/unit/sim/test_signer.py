"""Robot supervisors: the least senior who may signs, as many as are needed, never the maker; thin reasons are refused."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import msgspec

from agent_tui.domain import rows
from agent_tui.domain.agent import Agent
from agent_tui.domain.approval import Approval, ApprovalState, Signature
from agent_tui.domain.commands import DecideApproval
from agent_tui.sim.floor import Floor
from agent_tui.sim.line import Line
from agent_tui.sim.pace import Pace
from agent_tui.sim.seat import Answer
from agent_tui.sim.signer import Signers
from agent_tui.wire.feed import Change, Page
from tests import eg


def request(**fields: Any) -> Approval:
    given = {
        "id": "r1",
        "maker_id": "a1",
        "maker_name": "陈晓",
        "action": "waive_fee",
        "payload": "{}",
        "payload_hash": "sha256:1",
        "target": "customer:c1",
        "target_version": 3,
        "customer_id": "c1",
        "level": 3,
        "reason": "老客户",
        "opened_at": eg.NOW,
        "expires_at": eg.NOW + timedelta(seconds=900),
    }
    return Approval(**{**given, **fields})


class Person:
    """Signs on the floor at once, as the server would let them."""

    def __init__(self, agent_id: str, floor: Floor, *, fresh: bool = True) -> None:
        self.agent_id, self.floor, self.fresh = agent_id, floor, fresh
        self.sent: list[DecideApproval] = []

    async def step_up(self) -> bool:
        return self.fresh

    async def send(self, command: DecideApproval) -> Answer:
        self.sent.append(command)
        now = self.floor.get(Approval, command.approval_id)
        assert now is not None
        given = Signature(
            signer_id=self.agent_id,
            name=self.agent_id,
            level=4,
            decision=command.decision,
            at=eg.NOW,
            payload_hash=command.payload_hash,
            target_version=command.target_version,
        )
        now = msgspec.structs.replace(now, signatures=(*now.signatures, given))
        over = ApprovalState.REJECTED if command.decision == "refuse" else ApprovalState.EXECUTED
        done = command.decision == "refuse" or len(now.signed) >= now.people
        show(self.floor, msgspec.structs.replace(now, state=over) if done else now)
        return Answer(outcome="applied")


def show(floor: Floor, *shown: Agent | Approval) -> None:
    changes = tuple(
        Change(entity=rows.NAMES[type(row)], id=row.id, version=1, image=msgspec.Raw(rows.encode(row)))
        for row in shown
    )
    floor.hear(Page(start="", to="", more=False, head=1, at=eg.NOW, speed=0.0, changes=changes))


async def played(approval: Approval, *, tired: str = "") -> dict[str, list[str]]:
    """Who decided what."""
    floor = Floor(Pace(eg.NOW, 0.0))
    levels = {"a1": 4, "b3": 3, "s1": 4, "s2": 4}
    show(floor, *(eg.agent(id, level=level) for id, level in levels.items()))
    people = [Person(id, floor, fresh=id != tired) for id in levels]
    signers = Signers(floor, Line(None, floor.pace), 1)  # type: ignore[arg-type]
    signers.employ(people)
    show(floor, approval)
    for _ in range(40):
        await asyncio.sleep(0)
    return {person.agent_id: [c.decision for c in person.sent] for person in people if person.sent}


async def test_the_least_senior_who_may_signs() -> None:
    assert await played(request()) == {"b3": ["sign"]}


async def test_never_the_maker_and_as_many_as_are_needed() -> None:
    assert await played(request(level=4, people=2)) == {"s1": ["sign"], "s2": ["sign"]}


async def test_a_thin_reason_is_refused_with_a_better_one() -> None:
    assert await played(request(reason="x")) == {"b3": ["refuse"]}


async def test_who_cannot_authenticate_again_leaves_it_to_the_next() -> None:
    assert await played(request(), tired="b3") == {"s1": ["sign"]}


async def test_what_is_over_is_left_alone() -> None:
    assert await played(request(state=ApprovalState.WITHDRAWN)) == {}
