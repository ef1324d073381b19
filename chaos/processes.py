"""The processes of a campaign: started, killed, stopped for a while, starved of disk; never anything but our own."""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import socket
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import httpx
import msgspec

from agent_tui.wire import routes
from chaos.place import OPENS, Place, Seat
from chaos.station import Plan

STARTS_S = 30.0
STARVED = 16_384
"""Bytes after which every file ends for a process whose disk is full."""


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


class Child:
    """One process that may be killed at any time and started again."""

    def __init__(self, name: str, errors: Path) -> None:
        self.name = name
        self._errors = errors
        self._process: subprocess.Popen[bytes] | None = None

    def _spawn(self, *words: str, **environment: str) -> None:
        with self._errors.open("ab") as errors:
            self._process = subprocess.Popen(
                [sys.executable, *words],
                stdout=subprocess.DEVNULL,
                stderr=errors,
                env={**os.environ, **environment},
                start_new_session=True,
            )

    async def gone(self, within_s: float) -> bool:
        """Whether it ends by itself in time."""
        assert self._process is not None
        try:
            await asyncio.to_thread(self._process.wait, within_s)
        except subprocess.TimeoutExpired:
            return False
        return True

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def send(self, number: int) -> None:
        if self.alive:
            assert self._process is not None
            self._process.send_signal(number)

    async def kill(self, number: int = signal.SIGKILL) -> None:
        """End it and wait until it is gone."""
        if self._process is None:
            return
        self.send(number)
        try:
            await asyncio.to_thread(self._process.wait, 10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            await asyncio.to_thread(self._process.wait)

    async def pause(self, seconds: float) -> bool:
        """Stopped in the middle of whatever it does, and let go on; False when there is nothing to stop."""
        met = self.alive
        self.send(signal.SIGSTOP)
        await asyncio.sleep(seconds)
        self.send(signal.SIGCONT)
        return met

    async def starve(self, seconds: float) -> bool:
        """No file of it grows any more: what a full disk is to a program; False when there is none."""
        if not self.alive:
            return False
        assert self._process is not None
        limit = resource.RLIMIT_FSIZE
        _, hard = resource.prlimit(self._process.pid, limit)
        resource.prlimit(self._process.pid, limit, (STARVED, hard))
        await asyncio.sleep(seconds)
        if self.alive:
            resource.prlimit(self._process.pid, limit, (hard, hard))
        return True


class Server(Child):
    """`agent-tui serve`, always at the same address."""

    def __init__(self, place: Place, name: str = "server") -> None:
        super().__init__(name, place.errors(name))
        self._place = place
        self._began = time.monotonic()
        self.port = free_port()
        self.skew_s = 0.0
        """How wrong its business clock is from its next start on."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, kill_point: str = "") -> None:
        words = ("-m", "agent_tui", "serve", "--database", self._place.target, "--port", str(self.port))
        home = str(self._place.folder / "home")
        self._spawn(*words, *self._more(), AGENT_TUI_HOME=home, AGENT_TUI_KILL_POINT=kill_point)

    def _more(self) -> tuple[str, ...]:
        """Where its keys are, or what time it is: servers that share a database live by the machine's clock."""
        if self._place.database:
            return ("--keys", str(self._place.folder))
        now = OPENS + timedelta(seconds=time.monotonic() - self._began + self.skew_s)
        return ("--clock-start", now.isoformat(), "--clock-speed", "1")

    async def ready(self) -> None:
        """RuntimeError when it does not answer."""
        async with httpx.AsyncClient(trust_env=False) as client:
            for _ in range(int(STARTS_S / 0.1)):
                try:
                    if (await client.get(self.url + routes.HEALTH)).status_code == 200:
                        return
                except httpx.HTTPError:
                    pass
                await asyncio.sleep(0.1)
        raise RuntimeError(f"the server does not answer at {self.url}")


class Station(Child):
    """One desk."""

    def __init__(self, place: Place, seat: Seat, seed: int, url: str) -> None:
        super().__init__(seat.name, place.errors(seat.name))
        self.seat = seat
        self.runs = 0
        self.skew_ms = 0
        """How wrong its wall clock is from its next start on."""
        self._place, self._seed, self._url = place, seed, url

    def start(self, *, drain: bool = False, kill_point: str = "") -> None:
        self.runs += 1
        plan = Plan(
            folder=str(self._place.folder),
            seat=self.seat,
            run=self.runs,
            seed=self._seed,
            url=self._url,
            drain=drain,
        )
        home = str(self._place.folder / "home")
        text = msgspec.json.encode(plan).decode()
        words = ("-m", "chaos.misdated", str(self.skew_ms), text)
        self._spawn(*words, AGENT_TUI_HOME=home, AGENT_TUI_KILL_POINT=kill_point)
