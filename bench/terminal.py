"""A program in a pseudo-terminal and the screen it painted, measured from outside.

Bytes are kept with the moment they arrived; the emulator (pyte) reads them afterwards, so that emulation costs the
measured program nothing.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pyte

KEYS = {
    "enter": "\r",
    "escape": "\x1b",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "right": "\x1b[C",
    "left": "\x1b[D",
    "home": "\x1b[H",
    "end": "\x1b[F",
    "pageup": "\x1b[5~",
    "pagedown": "\x1b[6~",
    "tab": "\t",
    "f1": "\x1bOP",
    "f2": "\x1bOQ",
    "f3": "\x1bOR",
    "f4": "\x1bOS",
    "f5": "\x1b[15~",
    "f6": "\x1b[17~",
    "f7": "\x1b[18~",
    "f8": "\x1b[19~",
    "f9": "\x1b[20~",
    "f10": "\x1b[21~",
    "f12": "\x1b[24~",
}
"""What a legacy xterm sends."""


class Screen(pyte.Screen):
    """pyte's screen; private modes it does not know (kitty keys, in-band resize) are ignored."""

    def report_device_status(self, mode: int, private: bool = False, **_: object) -> None:
        if not private:
            super().report_device_status(mode)

    def set_margins(self, top: int | None = None, bottom: int | None = None, **_: object) -> None:
        super().set_margins(top, bottom)


def lines(screen: pyte.Screen) -> list[str]:
    """What the screen shows, a line each; the second cell of a wide character is left out."""
    return ["".join(screen.buffer[y][x].data for x in range(screen.columns)).rstrip() for y in range(screen.lines)]


class Terminal:
    """`argv` running in a terminal of `columns` × `rows` cells."""

    def __init__(
        self,
        argv: Sequence[str],
        *,
        columns: int = 120,
        rows: int = 40,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
    ) -> None:
        self.screen = Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self.chunks: list[tuple[float, bytes]] = []
        self._fed = 0
        self.started = time.perf_counter()
        size = struct.pack("HHHH", rows, columns, 0, 0)
        self.pid, self._fd = pty.fork()
        if self.pid == 0:
            # Before the program can ask: a resize that comes while it starts may be missed.
            fcntl.ioctl(0, termios.TIOCSWINSZ, size)
            if cwd:
                os.chdir(cwd)
            # A size inherited through the environment would overrule the terminal's.
            given = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
            os.execvpe(argv[0], list(argv), {**given, "TERM": "xterm-256color", **(env or {})})
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, size)

    def read(self, seconds: float) -> bool:
        """Collect what arrives within `seconds`; returns as soon as something came. False when nothing did."""
        ready, _, _ = select.select([self._fd], [], [], seconds)
        if not ready:
            return False
        try:
            data = os.read(self._fd, 65536)
        except OSError:
            return False
        self.chunks.append((time.perf_counter(), data))
        return bool(data)

    def settle(self, quiet: float = 0.3, most: float = 10.0) -> None:
        """Read until nothing came for `quiet` seconds, `most` at the longest."""
        end = time.perf_counter() + most
        while time.perf_counter() < end and self.read(quiet):
            pass
        self.feed()

    def send(self, *keys: str) -> float:
        """Type keys (names of KEYS, or text); returns the moment the last was written."""
        for key in keys:
            os.write(self._fd, KEYS.get(key, key).encode())
        return time.perf_counter()

    def feed(self, until: float | None = None) -> None:
        """Let the emulator read the chunks that arrived up to `until` (all of them by default)."""
        while self._fed < len(self.chunks) and (until is None or self.chunks[self._fed][0] <= until):
            self._stream.feed(self.chunks[self._fed][1])
            self._fed += 1

    def first(self, condition: Callable[[Screen], bool]) -> float | None:
        """The moment of the first unread chunk after which `condition` holds; None if it never does."""
        while self._fed < len(self.chunks):
            moment, data = self.chunks[self._fed]
            self._stream.feed(data)
            self._fed += 1
            if condition(self.screen):
                return moment
        return None

    def wait(self, condition: Callable[[Screen], bool], seconds: float = 20.0) -> float | None:
        """Read until `condition` holds; the moment it did, or None."""
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            found = self.first(condition)
            if found is not None or (self._fed == len(self.chunks) and condition(self.screen)):
                return found or time.perf_counter()
            self.read(min(0.05, end - time.perf_counter()) if end > time.perf_counter() else 0)
        return None

    def text(self) -> str:
        """What the screen shows now."""
        self.feed()
        return "\n".join(lines(self.screen))

    def shows(self, text: str) -> bool:
        return text in self.text()

    def memory_mb(self) -> float:
        """Resident memory of the process, MiB."""
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
        return 0.0

    def hang_up(self, seconds: float = 15) -> int:
        """Take the terminal away from under the program; its exit code (negative: the signal)."""
        os.close(self._fd)
        return self._ended(seconds, lambda: time.sleep(0.05))

    def close(self) -> int:
        """End the program; its exit code (negative: the signal)."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGTERM)
        code = self._ended(5, lambda: self.read(0.05))
        os.close(self._fd)
        return code

    def _ended(self, seconds: float, meanwhile: Callable[[], object]) -> int:
        """The exit code of the program, killed where it is still there after so long."""
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            done, status = os.waitpid(self.pid, os.WNOHANG)
            if done:
                break
            meanwhile()
        else:
            os.kill(self.pid, signal.SIGKILL)
            _, status = os.waitpid(self.pid, 0)
        return os.waitstatus_to_exitcode(status)
