"""The training centre behind one desk: a server of its own, a desk over files of its own, both gone afterwards.

The server, its clock and the robot customer are a process of `sim.runner` that ends with this one. The desk's files
are in a private folder named after this process; what a killed one left behind is removed at the next start.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Protocol

import msgspec

from agent_tui.config import paths, runtime, secrets
from agent_tui.desk.build import open_desk
from agent_tui.desk.desk import Desk
from agent_tui.desk.door import Door
from agent_tui.desk.profile import Profile
from agent_tui.sim import scenario as scenarios
from agent_tui.sim.runner import Result, Runner
from agent_tui.sim.scenario import Scenario

FIRST_SEED = 1


class Wanted(msgspec.Struct, frozen=True):
    """What to play: the same scenario, seed and keys give the same score."""

    scenario: Scenario
    seed: int = FIRST_SEED


class Round(Protocol):
    """One training contact from the trainee's chair."""

    wanted: Wanted
    door: Door
    password: str
    """The trainee's, who is made up and could not know it."""

    async def finished(self) -> Result:
        """Wait for the score. EnvironmentError_ when the training centre ended before."""


class Rounds(Protocol):
    """Where rounds come from."""

    async def begin(self, wanted: Wanted) -> Round:
        """Start one and sit down. EnvironmentError_ when the training server does not come up, Refused when what
        answers is no simulation."""

    async def end(self) -> None:
        """End the present one, if any, and leave nothing behind."""


def known() -> list[Scenario]:
    """Every scenario in force, the easy first. InputError names a file that cannot be read."""
    return sorted(scenarios.shipped().values(), key=lambda one: (one.difficulty, one.id))


def after(scenario: Scenario, all_: list[Scenario]) -> Scenario:
    """The next one of the list; the first after the last."""
    ids = [one.id for one in all_]
    return all_[(ids.index(scenario.id) + 1) % len(all_)] if scenario.id in ids else scenario


class Seated:
    """A `Round` over a real training server."""

    def __init__(self, wanted: Wanted, runner: Runner, desk: Desk) -> None:
        self.wanted, self.password = wanted, runner.station.password
        self.door: Door = desk
        self._runner = runner

    async def finished(self) -> Result:
        return await self._runner.finished()


class TrainingCentre:
    """`Rounds` one after another, each with a server and files of its own."""

    def __init__(self, language: str) -> None:
        self._language = language
        self._base = paths.private(paths.run_dir() / "train")
        self.folder = self._base / f"run-{os.getpid()}"
        self._runner: Runner | None = None
        self._desk: Desk | None = None

    def sweep(self) -> None:
        """Remove what trainings that were killed left behind."""
        for path in self._base.glob("run-*"):
            pid = path.name.removeprefix("run-")
            if pid.isdigit() and int(pid) != os.getpid() and not runtime.alive(int(pid)):
                shutil.rmtree(path, ignore_errors=True)

    async def begin(self, wanted: Wanted) -> Round:
        await self.end()
        try:
            runner = self._runner = await Runner.start(wanted.scenario, wanted.seed, self._language)
            desk = self._desk = open_desk(self._profile(runner))
            await desk.connect(runner.station.password)
        except BaseException:
            await self.end()
            raise
        return Seated(wanted, runner, desk)

    async def end(self) -> None:
        desk, runner = self._desk, self._runner
        self._desk = self._runner = None
        try:
            if desk is not None:
                await desk.close()
        finally:
            if runner is not None:
                await runner.close()
            shutil.rmtree(self.folder, ignore_errors=True)

    def _profile(self, runner: Runner) -> Profile:
        """Files nobody else uses, with keys made for them."""
        folder = Path(paths.private(self.folder))
        keys = secrets.plain(folder)
        return Profile(
            name="train",
            folder=folder,
            url=runner.station.url,
            login=runner.station.login,
            device_id=keys.device,
            language=self._language,
            key=keys.of,
            simulation=True,
        )
