"""`agent-tui train`: scenarios one after another in one program, each at a desk of its own, until the trainee leaves."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys

from textual.screen import Screen

from agent_tui.config.load import load as load_settings
from agent_tui.errors import AgentTuiError, UsageError
from agent_tui.sim.runner import find
from agent_tui.tui import themes, training
from agent_tui.tui.app import Program
from agent_tui.tui.screens.lobby import Lobby
from agent_tui.tui.screens.train import TrainScreen
from agent_tui.tui.simulated import simulated
from agent_tui.tui.training import FIRST_SEED, Rounds, TrainingCentre, Wanted
from agent_tui.tui.words import Words

FOREIGN = ("demo", "server", "profile", "login")
"""Options that lead a desk to some other server; training never goes there."""
ENDED_BY = {signal.SIGTERM: 143, signal.SIGHUP: 129}
"""Signal → exit code, as a shell counts them."""


class TrainApp(Program, inherit_bindings=False):
    """A lobby, and a trainee's desk above it while a scenario runs."""

    def __init__(
        self, rounds: Rounds, words: Words, theme: themes.ThemeFile, seed: int, first: Wanted | None = None
    ) -> None:
        super().__init__(words, simulated(theme))
        self.rounds, self._first = rounds, first
        self.scenarios = training.known()
        self.lobby = Lobby(words, self.painter, self.scenarios, seed)

    def get_default_screen(self) -> Screen[None]:
        return self.lobby

    def on_ready(self) -> None:
        """The first paint is done."""
        self.run_worker(self._play(), exclusive=True, group="rounds")

    async def _play(self) -> None:
        wanted = self._first
        try:
            while wanted := wanted or await self.lobby.choose():
                wanted = await self._round(wanted)
            self.exit(0)
        except AgentTuiError as error:
            # Nothing can be trained without its server: close, and say why.
            self.failure = error
            self.exit(None, error.exit_code)

    async def _round(self, wanted: Wanted) -> Wanted | None:
        """Play one; what to play next, None to choose."""
        self.lobby.prepare(wanted)
        started = await self.rounds.begin(wanted)
        self.demo_password = started.password
        desk = TrainScreen(started, self.words, self.painter)
        await self.push_screen(desk)
        choice = await desk.choice
        if choice == "leave":
            self.exit(0)
            await asyncio.Event().wait()
        await self.pop_screen()
        await self.rounds.end()
        self.lobby.paint("")
        match choice:
            case "again":
                return wanted
            case "next":
                return Wanted(training.after(wanted.scenario, self.scenarios), wanted.seed)
        return None


def run(args: argparse.Namespace) -> int:
    """Train until the person leaves. Exit code; AgentTuiError before the first paint, or when a round cannot start."""
    from agent_tui.tui.start import check_terminal

    for option in FOREIGN:
        if getattr(args, option):
            raise UsageError("train.guard.own_centre", option=f"--{option}")
    seed = args.seed if args.seed is not None else FIRST_SEED
    first = Wanted(find(args.scenario), seed) if args.scenario else None
    check_terminal()
    theme = themes.load(args.theme or load_settings().desk.theme)
    return asyncio.run(_show(Words(args.language), theme, seed, first))


async def _show(words: Words, theme: themes.ThemeFile, seed: int, first: Wanted | None) -> int:
    from agent_tui.tui.start import crashed, look_for_terminal

    centre = TrainingCentre(words.language)
    centre.sweep()
    app = TrainApp(centre, words, theme, seed, first)
    loop = asyncio.get_running_loop()
    for name, code in ENDED_BY.items():
        loop.add_signal_handler(name, app.exit, None, code)
    look_for_terminal(loop, sys.stdin.fileno())
    try:
        await app.run_async()
    finally:
        await centre.end()
    if isinstance(app.failure, AgentTuiError):
        raise app.failure
    if app.failure is not None:
        return crashed(app.failure, words.language)
    return app.return_code or 0
