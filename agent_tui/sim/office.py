"""Who is on which line: what is said aloud on the phone crosses no API, so robots of one process share it here."""

from __future__ import annotations

import asyncio

from agent_tui.sim.persona import Persona, Talk

REMEMBERED = 500
"""Customers kept in mind after they left."""


class Call:
    """One contact as the robot customer lives it."""

    def __init__(self, contact_id: str, persona: Persona) -> None:
        self.contact_id = contact_id
        self.persona = persona
        self.talk = Talk()
        self.heard = 0
        """Messages of the agent so far."""
        self.agent_id: str | None = None
        self.answered = asyncio.Event()
        self.moved = asyncio.Event()
        """Passed on to somebody else; waiting again."""
        self.held = asyncio.Event()
        self.over = asyncio.Event()

    def answer(self, agent_id: str | None) -> None:
        self.agent_id = agent_id
        self.moved.clear()
        self.answered.set()

    def pass_on(self) -> None:
        self.answered.clear()
        self.held.clear()
        self.moved.set()

    def end(self) -> None:
        self.over.set()


class Office:
    """The lines that are busy now."""

    def __init__(self) -> None:
        self._calls: dict[str, Call] = {}
        self._gone: dict[str, Persona] = {}
        self.colleagues: set[str] = set()
        """Agents who are robots; everybody else is a person and is given all the time they need."""

    def open(self, call: Call) -> None:
        self._calls[call.contact_id] = call

    def close(self, contact_id: str) -> None:
        """The customer is gone; who it was stays in mind for a while."""
        call = self._calls.pop(contact_id, None)
        if call is None:
            return
        self._gone[contact_id] = call.persona
        while len(self._gone) > REMEMBERED:
            self._gone.pop(next(iter(self._gone)))
        call.end()

    def call(self, contact_id: str) -> Call | None:
        return self._calls.get(contact_id)

    def remembered(self, contact_id: str) -> Persona | None:
        """The customer of a line that was busy lately, for the survey and the wrap-up."""
        return self._gone.get(contact_id)

    def robot(self, agent_id: str | None) -> bool:
        return agent_id in self.colleagues

    def __len__(self) -> int:
        return len(self._calls)
