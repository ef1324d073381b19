"""Starts a training contact in the background: a server of its own on a private port, with a folder of its own.

The process behind it is `agent-tui train-backend` (`cli.train_backend`), since a simulation may not reach into a
server. It says two lines of JSON: when it is ready, and what the contact was worth. It ends when its standard input
closes, so it never outlives the desk.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys

import msgspec

from agent_tui.errors import EnvironmentError_, InputError
from agent_tui.sim import scenario as scenarios
from agent_tui.sim.coach import Score
from agent_tui.sim.scenario import Scenario

READY_S = 30.0
END_S = 4.0


class Station(msgspec.Struct, frozen=True, kw_only=True):
    """Where the trainee signs in. The session's banner is `simulation`."""

    url: str
    login: str
    password: str


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """How a training contact ended."""

    scenario: str
    seed: int
    score: Score
    events: int
    """Length of the log it was scored from."""


def find(id: str) -> Scenario:
    """The scenario. InputError names those there are."""
    known = scenarios.shipped()
    if id not in known:
        raise InputError("sim.no_scenario", id=id, known=", ".join(sorted(known)))
    return known[id]


class Runner:
    """One training contact. `start` it, seat the trainee at `station`, await `finished`, `close` it."""

    def __init__(self, scenario: Scenario, seed: int, process: asyncio.subprocess.Process, station: Station) -> None:
        self.scenario, self.seed, self.station = scenario, seed, station
        self._process = process
        self._result: asyncio.Task[Result] = asyncio.create_task(self._read())

    @classmethod
    async def start(cls, scenario: Scenario, seed: int = 1, language: str = "zh") -> Runner:
        """EnvironmentError_ when the training server does not come up."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "agent_tui", "train-backend", scenario.id),
            *("--seed", str(seed), "--language", language),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
        assert process.stdout is not None
        line = b""
        try:
            with contextlib.suppress(TimeoutError):
                line = await asyncio.wait_for(process.stdout.readline(), READY_S)
        except asyncio.CancelledError:
            # Whoever wanted it has left before it came up.
            await _end(process)
            raise
        try:
            station = msgspec.json.decode(line, type=Station)
        except msgspec.DecodeError:
            detail = await _end(process)
            raise EnvironmentError_("sim.backend_gone", detail=detail) from None
        return cls(scenario, seed, process, station)

    async def _read(self) -> Result:
        assert self._process.stdout is not None
        line = await self._process.stdout.readline()
        try:
            return msgspec.json.decode(line, type=Result)
        except msgspec.DecodeError:
            raise EnvironmentError_("sim.backend_gone", detail=await _end(self._process)) from None

    async def finished(self) -> Result:
        """Wait for the end of the contact and its score."""
        return await asyncio.shield(self._result)

    @property
    def result(self) -> Result | None:
        """The result if it is there."""
        done = self._result.done() and not self._result.cancelled() and self._result.exception() is None
        return self._result.result() if done else None

    async def close(self) -> None:
        """End the server and everything of it."""
        self._result.cancel()
        await asyncio.gather(self._result, return_exceptions=True)
        await _end(self._process)


async def _end(process: asyncio.subprocess.Process) -> str:
    """Close its input, wait, insist. Its last words."""
    if process.stdin is not None:
        process.stdin.close()
    try:
        _, errors = await asyncio.wait_for(process.communicate(), END_S)
    except TimeoutError:
        process.kill()
        _, errors = await process.communicate()
    lines = (errors or b"").decode("utf-8", "replace").strip().splitlines()
    return lines[-1][:300] if lines else "-"
