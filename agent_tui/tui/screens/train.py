"""The trainee's desk: the agent's desk in the look of simulation, with a coach and an end."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import ClassVar

from agent_tui.blueprints.run import path
from agent_tui.desk.views import Categories, ContactDetail, ContactView, Status, ThreadOf
from agent_tui.errors import AgentTuiError
from agent_tui.i18n.catalog import say
from agent_tui.sim.runner import Result
from agent_tui.tui import simulated
from agent_tui.tui.keymap import bindings, shown
from agent_tui.tui.line import Line, joined, piece, spread
from agent_tui.tui.panes.coach import CoachPage
from agent_tui.tui.panes.coach_lines import CoachText, Progress, own
from agent_tui.tui.screens.desk import DeskScreen
from agent_tui.tui.screens.station import NARROW
from agent_tui.tui.training import Round
from agent_tui.tui.widgets.lines import Painter
from agent_tui.tui.words import Words


class TrainScreen(DeskScreen):
    """One round. `choice` is settled when the trainee goes on to something else."""

    mode: ClassVar[str] = "train"
    unreal: ClassVar[bool] = True
    BINDINGS: ClassVar = [*bindings("train")]

    def __init__(self, round_: Round, words: Words, painter: Painter) -> None:
        super().__init__(round_.door, words, painter)
        self.round = round_
        self.choice: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self.result: Result | None = None
        self._contact_id: str | None = None

    def on_mount(self) -> None:
        super().on_mount()
        self.run_worker(self.coach(), group="coach")
        self.run_worker(self._follow(), group="score")

    async def _follow(self) -> None:
        """Show the score as soon as it is there."""
        try:
            self.result = await self.round.finished()
        except AgentTuiError as error:
            why = say(error.key, self.words.language, **error.args_)
            self.say(own(self.words, "coach.gone", why=why), "bad")
            return
        self.telling.tell(self.facts.status)
        self.app.bell()
        await self.coach()

    # ---- the coach -----------------------------------------------------------------------------------------------

    async def coach(self) -> None:
        """The task and how far it is; after the end the score, and where to go from there."""
        title = self.round.wanted.scenario.title.say(self.words.language)
        page = CoachPage(self.words, self.painter, title, self.coach_lines, scored=self.result is not None)
        chosen = await self.ask(page)
        if chosen is not None:
            self.choose(chosen)
        elif self.result is not None:
            self.say(own(self.words, "coach.over", key=shown("train.coach")), "accent")

    def coach_lines(self, width: int) -> Sequence[Line]:
        """The coach's page as it is now."""
        wanted = self.round.wanted
        categories = self.door.view(Categories())
        names = {category.id: self.words.name(category.names) for category in categories}
        text = CoachText(self.words, wanted.scenario, wanted.seed, names, self.seat.guide.shelf.available())
        if self.result is not None:
            return text.scored(self.result, width)
        return text.running(self.progress(), width)

    def choose(self, choice: str) -> None:
        """Go on: one of `panes.coach.CHOICES`."""
        if not self.choice.done():
            self.choice.set_result(choice)

    def progress(self) -> Progress:
        """How far the contact is, from what this desk shows."""
        own_ = self.facts.own
        self._contact_id = own_.contact.id if own_ else self._contact_id
        view: ContactView | None = (
            self.door.view(ContactDetail(contact_id=self._contact_id)) if self._contact_id else None
        )
        if view is None:
            return Progress()
        contact = view.contact
        end = contact.closed_at or self.facts.status.now
        run = self.seat.guide.of(contact.id)
        said = self.door.view(ThreadOf(contact_id=contact.id))
        return Progress(
            degree=contact.verified,
            sent=sum(message.author == "agent" for message in said),
            steps=len(path(run)) if run is not None else None,
            took_s=(end - contact.established_at).total_seconds() if contact.established_at else None,
            closed=contact.closed_at is not None,
        )

    # ---- the look ------------------------------------------------------------------------------------------------

    def refresh_view(self, entities: frozenset[str]) -> None:
        super().refresh_view(entities)
        own_ = self.facts.own
        self._contact_id = own_.contact.id if own_ else self._contact_id

    def simulation_line(self, status: Status, width: int) -> Line:
        """Always there: that it is not real, which scenario and seed, virtual time, the coach's key."""
        wanted, words = self.round.wanted, self.words
        narrow, key = width < NARROW, shown("train.coach")
        score = self.result.score if self.result is not None else None
        points = own(words, "scored", points=score.points, max=score.max) if score else ""
        right: Line = (
            piece(points or own(words, "seed", seed=wanted.seed), "sim"),
            ("  ", "sim"),
            piece(words.clock(status.now), "sim"),
            ("  ", "sim"),
            piece(key if narrow else own(words, "coach_key", key=key), "sim"),
            (" ", "sim"),
        )
        parts: list[Line] = [
            (piece(" " + own(words, "banner"), "sim"),),
            (piece(wanted.scenario.title.say(words.language), "sim"),),
        ]
        return spread(joined(parts, (" | " if narrow else "  |  ", "sim"), width), right, width, "sim")

    def repaint_all(self) -> None:
        """Another theme or language: in the look of simulation all the same."""
        simulated.wear(self.app, self.painter, self.app.theme)
        super().repaint_all()
