"""The blueprints of a morning that is played quickly: nodes that only talk pass in mind, those that act wait for their
time."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from datetime import datetime

from agent_tui.blueprints.run import Filled
from agent_tui.domain.commands import Command
from agent_tui.domain.contact import Channel, Contact
from agent_tui.domain.customer import Customer
from agent_tui.domain.walk import Walk
from agent_tui.sim.floor import Floor
from agent_tui.sim.guided import Guided
from agent_tui.sim.plan import Plan, Speeches
from agent_tui.sim.scripts import Scripts, opening
from agent_tui.sim.web_seat import WebSeat

Later = Callable[[float, Callable[[], Awaitable[None]]], None]
"""`later(seconds, act)`: in so many business seconds."""


class MorningWalks:
    """One blueprint for each call, from its opening to the wrap-up."""

    def __init__(self, floor: Floor, speeches: Speeches, zone: str, rng: random.Random, later: Later) -> None:
        self._floor, self._speeches, self._rng, self._later = floor, speeches, rng, later
        self._scripts = Scripts(floor, zone)
        self._guides: dict[str, Guided] = {}

    def begin(self, contact: Contact, customer: Customer | None, plan: Plan, seat: WebSeat, now: datetime) -> bool:
        """Open the blueprint of a call and walk it as far as the talk lasts. Whether there is one."""
        found = self._scripts.opens_with(contact, plan.about, now) if contact.channel == Channel.PHONE else ()
        if not found:
            return False
        speech, me = self._speeches.languages[contact.language], self._floor.agent(seat.agent_id)
        words, today = speech.notes[plan.topic][0], self._scripts.today(now)
        begun = opening(contact, customer, me, plan, speech.deviations, words, now, today)
        guide = self._guides[contact.id] = Guided(found[-1], begun, self._rng)
        self._on(guide, plan.talk_s, seat)
        return True

    def _on(self, guide: Guided, talk_s: float, seat: WebSeat) -> None:
        """To the next node that does something."""
        since = guide.at
        while not guide.over and guide.at < talk_s:
            stay, asked = guide.stay(), guide.asked()
            if guide.at + stay > talk_s:
                guide.at = talk_s
            elif asked is None:
                guide.go(stay)
            else:
                self._later(guide.at - since + stay, self._act(guide, stay, asked, talk_s, seat))
                return

    def _act(
        self, guide: Guided, stay: float, asked: Command, talk_s: float, seat: WebSeat
    ) -> Callable[[], Awaitable[None]]:
        async def act() -> None:
            guide.go(stay, (await seat.send(asked)).outcome)
            self._on(guide, talk_s, seat)

        return act

    def end(self, contact_id: str) -> tuple[Filled, tuple[Walk, ...]]:
        """What it gives the wrap-up, and its record."""
        guide = self._guides.pop(contact_id, None)
        walk = guide.walk() if guide else None
        return guide.filled() if guide else Filled(), (walk,) if walk else ()
