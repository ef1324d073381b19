"""Real server processes on one database, each on a port of its own, ended or killed one by one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from agent_tui.server.place import Remote, Where

STOP_S = 15


class Serving:
    """One `agent-tui serve`, started and answering."""

    def __init__(self, where: Where, home: Path, *more: str) -> None:
        """`home` holds what the process writes; `more` are further arguments. RuntimeError with its words when it does
        not start."""
        env = {**os.environ, "AGENT_TUI_HOME": str(home)}
        place = [str(where)]
        if isinstance(where, Remote):
            # A password has no place on the command line.
            env["AGENT_TUI_SERVER_DATABASE"], place = where.url, []
            env["AGENT_TUI_SERVER_KEYS"] = str(where.keys)
        named = ["--database", *place] if place else []
        self._process = subprocess.Popen(
            [sys.executable, "-m", "agent_tui", "serve", *named, "--host", "127.0.0.1", "--port", "0", *more],
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None and self._process.stderr is not None
        line = self._process.stdout.readline()
        if not line.startswith("listening "):
            self.kill()
            raise RuntimeError(f"the server did not start: {self._process.stderr.read()}")
        self.url = line.split()[1]

    def kill(self) -> None:
        """As when the machine loses power."""
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def freeze(self, *, on: bool) -> None:
        """Stand still, or go on as if nothing had happened."""
        self._process.send_signal(signal.SIGSTOP if on else signal.SIGCONT)

    def stop(self) -> None:
        """Ask it to end, and wait."""
        if self._process.poll() is None:
            self._process.terminate()
        self._process.communicate(timeout=STOP_S)
