"""The processes that the demo starts for itself: the backend and the robots. They end with it, by their own ids."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import IO

import msgspec

from agent_tui.cli.demo_plan import RobotPlan
from agent_tui.config import paths
from agent_tui.errors import EnvironmentError_

READY_S = 20.0
END_S = 4.0
LISTENING = "listening "
PR_SET_PDEATHSIG = 1


def _last_wish() -> Callable[[], None] | None:
    """On Linux a child can ask to be ended when its parent dies, however that happens (prctl(2), PR_SET_PDEATHSIG)."""
    if not sys.platform.startswith("linux"):
        return None
    ask = ctypes.CDLL(None, use_errno=True).prctl
    return lambda: ask(PR_SET_PDEATHSIG, int(signal.SIGTERM))


class Child:
    """A process in a session of its own, so that Ctrl+C at the terminal is not for it."""

    def __init__(self, arguments: Sequence[str], log: Path, *, leash: bool = False) -> None:
        """`leash` gives it a pipe as standard input that closes when this process is gone, however it went."""
        self._log: IO[bytes] = log.open("ab")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "agent_tui", *arguments],
            stdin=subprocess.PIPE if leash else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self._log,
            start_new_session=True,
            preexec_fn=_last_wish(),
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        self.log = log

    @property
    def pid(self) -> int:
        return self.process.pid

    def line(self, seconds: float = READY_S) -> str:
        """Its first line of output; empty when it ended or said nothing in time."""
        found: list[bytes] = []
        assert self.process.stdout is not None
        reader = threading.Thread(target=lambda out: found.append(out.readline()), args=(self.process.stdout,))
        reader.daemon = True
        reader.start()
        reader.join(seconds)
        return found[0].decode("utf-8", "replace").strip() if found else ""

    def end(self) -> None:
        """Ask it to end, insist after END_S."""
        if self.process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(END_S)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        for stream in (self.process.stdin, self.process.stdout, self._log):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()

    def last_words(self) -> str:
        """The last line it wrote to its log."""
        lines = self.log.read_text("utf-8", "replace").strip().splitlines()
        return lines[-1][:300] if lines else "-"


class Backend:
    """`agent-tui serve` on a free port of this machine."""

    def __init__(
        self,
        database: Path,
        *,
        start: datetime,
        speed: float,
        centre: Path | None = None,
        simulation: bool = False,
        review_every: int = 0,
    ) -> None:
        """Starts it; `ready` waits for it. `review_every`: business minutes between two draws for review."""
        arguments = ["serve", "--database", str(database), "--host", "127.0.0.1", "--port", "0"]
        arguments += ["--clock-start", start.isoformat(), "--clock-speed", f"{speed:g}"]
        if centre is not None:
            arguments += ["--centre", str(centre)]
        if simulation:
            arguments.append("--simulation")
        if review_every:
            arguments += ["--review-every", str(review_every)]
        self.child = Child(arguments, database.with_name("server.log"))
        self._url = ""

    def ready(self) -> str:
        """Its address, once it answers. EnvironmentError_ with its last words when it does not."""
        if not self._url:
            said = self.child.line()
            if not said.startswith(LISTENING):
                self.child.end()
                raise EnvironmentError_("demo.no_backend", detail=self.child.last_words())
            self._url = said.removeprefix(LISTENING)
        return self._url

    def end(self) -> None:
        self.child.end()


def robots(plan: RobotPlan, folder: Path) -> Child:
    """The robots' process; what it needs to know stands in a private file that it reads once."""
    file = folder / "robots.json"
    paths.write_private(file, msgspec.json.encode(plan))
    return Child(["demo-robots", str(file)], folder / "robots.log", leash=True)
