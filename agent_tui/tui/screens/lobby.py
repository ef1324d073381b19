"""Before a training: the scenarios there are, what each drills, and with which seed; by keys."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.screen import Screen

from agent_tui.sim.scenario import Scenario
from agent_tui.tui.keymap import with_twins
from agent_tui.tui.line import EMPTY, Line, cell, folded, piece, spread
from agent_tui.tui.panes.coach_lines import counted, own, stars
from agent_tui.tui.training import Wanted
from agent_tui.tui.widgets.lines import Bar, Lines, Painter
from agent_tui.tui.words import Words


class Lobby(Screen[None]):
    """`choose` waits for a choice."""

    AUTO_FOCUS = None
    BINDINGS: ClassVar = [
        Binding("down", "move(1)", show=False),
        Binding("up", "move(-1)", show=False),
        Binding("right,plus", "seed(1)", show=False),
        Binding("left,minus", "seed(-1)", show=False),
        Binding("enter,f9", "begin", show=False),
        Binding("escape", "leave", show=False),
        *(Binding(with_twins(str(digit)), f"begin_at({digit - 1})", show=False) for digit in range(1, 10)),
    ]

    def __init__(self, words: Words, painter: Painter, scenarios: Sequence[Scenario], seed: int) -> None:
        super().__init__(id="lobby")
        self.words, self.painter = words, painter
        self.scenarios, self.seed = list(scenarios), seed
        self._at = 0
        self._chosen: asyncio.Future[Wanted | None] | None = None

    def compose(self) -> ComposeResult:
        yield Bar(self.painter, id="lobby-banner", classes="bar")
        yield Lines(self.painter, id="lobby-text")
        yield Bar(self.painter, id="lobby-said", classes="bar")
        yield Bar(self.painter, id="lobby-keys", classes="bar")

    async def choose(self) -> Wanted | None:
        """What to play; None to leave."""
        self._chosen = asyncio.get_running_loop().create_future()
        self.paint("")
        return await self._chosen

    def prepare(self, wanted: Wanted) -> None:
        """Say what is being started."""
        self.paint(own(self.words, "lobby.preparing", title=wanted.scenario.title.say(self.words.language)))

    def on_resize(self) -> None:
        self.call_after_refresh(self.paint, None)

    # ---- painting ------------------------------------------------------------------------------------------------

    def paint(self, said: str | None) -> None:
        """Everything for the present width; `said` None leaves the line of what happens alone."""
        words, width = self.words, self.app.size.width
        seed = (piece(own(words, "seed", seed=self.seed), "sim"), (" ", "sim"))
        banner = (piece(f" {own(words, 'banner')}  |  {own(words, 'lobby.title')}", "sim"),)
        self.query_one("#lobby-banner", Bar).put(spread(banner, seed, width, "sim"))
        text = self.query_one("#lobby-text", Lines)
        head, rows = self._head(width), [self._row(at, one, width) for at, one in enumerate(self.scenarios)]
        text.show([*head, *rows, EMPTY, *self._about(width)], len(head) + self._at if rows else None)
        if said is not None:
            self.query_one("#lobby-said", Bar).put(((" ", "text"), piece(said, "accent")))
        keys = ((" ", "bar"), piece(own(words, "lobby.keys"), "bar"))
        self.query_one("#lobby-keys", Bar).put(spread(keys, (), width, "bar"))

    def _head(self, width: int) -> list[Line]:
        if not self.scenarios:
            return [EMPTY, *folded(own(self.words, "lobby.empty"), width, "warn", ((" ", "text"),))]
        return [EMPTY]

    def _row(self, at: int, one: Scenario, width: int) -> Line:
        words = self.words
        digit = str(at + 1) if at < 9 else " "
        level = f"{stars(one.difficulty)} {own(words, f'difficulty.{one.difficulty}')}"
        return (
            (f"  {digit} ", "key"),
            cell(one.title.say(words.language), max(width // 2 - 4, 20), "strong"),
            ("  ", "text"),
            cell(f"{own(words, 'difficulty.name')} {level}", 20, "text"),
            piece(words.of("channel", one.caller.channel), "muted"),
        )

    def _about(self, width: int) -> list[Line]:
        if not self.scenarios:
            return []
        one, words = self.scenarios[self._at], self.words
        mood = own(words, f"mood.{one.caller.mood}")
        detail = own(
            words, "lobby.detail", channel=words.of("channel", one.caller.channel), mood=mood,
            language=words.of("language", one.caller.language), target=words.span(one.rubric.handle_s),
        )  # fmt: skip
        parts = counted(one.rubric)
        lead = (("    ", "text"),)
        lines = folded(one.brief.say(words.language), width - 4, "text", lead)
        lines += [EMPTY, *folded(detail, width - 4, "muted", lead)]
        drilled = words("comma").join(f"{own(words, f'part.{part}')} {worth}" for part, worth in parts.items())
        lines += folded(drilled, width - 4, "muted", lead)
        return [*lines, EMPTY, *folded(own(words, "lobby.seed_note"), width - 4, "muted", lead)]

    # ---- keys ----------------------------------------------------------------------------------------------------

    @property
    def _waiting(self) -> bool:
        return self._chosen is not None and not self._chosen.done()

    def action_move(self, by: int) -> None:
        if self._waiting and self.scenarios:
            self._at = max(0, min(self._at + by, len(self.scenarios) - 1))
            self.paint(None)

    def action_seed(self, by: int) -> None:
        if self._waiting:
            self.seed = max(1, self.seed + by)
            self.paint(None)

    def action_begin(self) -> None:
        self.action_begin_at(self._at)

    def action_begin_at(self, at: int) -> None:
        if self._waiting and at < len(self.scenarios) and self._chosen is not None:
            self._at = at
            self._chosen.set_result(Wanted(self.scenarios[at], self.seed))

    def action_leave(self) -> None:
        if self._waiting and self._chosen is not None:
            self._chosen.set_result(None)
        else:
            self.app.exit(0)
