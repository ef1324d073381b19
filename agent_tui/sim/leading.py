"""A robot colleague on the phone led by its blueprints: time passes at each node, what a node does is really done."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeAlias

from agent_tui.blueprints.filled import together
from agent_tui.blueprints.model import Blueprint
from agent_tui.blueprints.run import Filled
from agent_tui.domain.commands import Command, PerformAction, RaiseWorkOrder
from agent_tui.domain.walk import Walk
from agent_tui.sim.guided import Guided, Opening
from agent_tui.sim.hands import Hands

Tell: TypeAlias = Callable[[str], Awaitable[bool]]
"""Writes to the customer; whether they are still there once they have answered."""


def subject(asked: Command) -> str:
    """The action that a node's command tries, or the department that its work order goes to; empty for any other."""
    if isinstance(asked, PerformAction):
        return asked.action
    return asked.group if isinstance(asked, RaiseWorkOrder) else ""


class Leading:
    """The blueprints of one contact, one after another: where triage was wrong the first is put away."""

    def __init__(self, hands: Hands, blueprints: tuple[Blueprint, ...], opening: Opening) -> None:
        self._hands, self._blueprints, self._opening = hands, blueprints, opening
        self._id = opening.contact.id
        self._guides: list[Guided] = []
        self._unwritten: list[str] = []
        self.done: set[str] = set()
        """Actions and departments' work orders that were tried."""

    async def run(self, between: Callable[[float], Awaitable[None]], tell: Tell | None = None) -> None:
        """Until the last blueprint ends or the customer is gone; `between(seconds)` after each node, with how long the
        talk has gone on. `tell` writes to the customer, where nothing is said aloud, and waits for an answer."""
        for number, blueprint in enumerate(self._blueprints, 1):
            guide = Guided(blueprint, self._opening, self._hands.rng, mistaken=number < len(self._blueprints))
            self._guides.append(guide)
            while not guide.over and self._hands.live(self._id):
                await self._on(guide, tell)
                await between(sum(each.at for each in self._guides))
        if self._unwritten and tell is not None and self._hands.live(self._id):
            await tell("\n".join(self._unwritten))

    async def _on(self, guide: Guided, tell: Tell | None) -> None:
        """One node."""
        began, stay = self._hands.floor.pace.now(), guide.stay()
        there = await self._hands.pause(self._id, stay) if tell is None else await self._write(guide, tell)
        if tell is not None or not there:
            stay = (self._hands.floor.pace.now() - began).total_seconds()
        if not there:
            guide.at += stay
            return
        asked = guide.asked()
        if asked is None:
            guide.go(stay)
            return
        self.done.add(subject(asked))
        guide.go(stay, await self._send(asked))

    async def _write(self, guide: Guided, tell: Tell) -> bool:
        """Sentences are kept for the next question, as people write; whether the customer is still there."""
        text, waits = guide.written()
        self._unwritten += [text] if text else []
        if not waits:
            return self._hands.live(self._id)
        written, self._unwritten = "\n".join(self._unwritten), []
        return await tell(written)

    async def _send(self, asked: Command) -> str:
        """What became of it; what happens under authority is remembered for the account of the shift."""
        match asked:
            case PerformAction():
                return (await self._hands.tried(asked, asked.action, asked.amount_minor)).outcome
            case RaiseWorkOrder():
                return (await self._hands.tried(asked, "raise_work_order")).outcome
        return (await self._hands.do(asked)).outcome

    def walks(self) -> tuple[Walk, ...]:
        """What was seen, to be recorded."""
        return tuple(walk for guide in self._guides if (walk := guide.walk()) is not None)

    def filled(self) -> Filled:
        """What they give the wrap-up together, the one in front first."""
        return together([guide.filled() for guide in reversed(self._guides)])
