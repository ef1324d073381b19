"""Pages by keys: a list longer than the terminal is shown a page at a time; anywhere else it is simply printed."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Sequence

NEXT = frozenset({" ", "\r", "\n", "j", "\x1b[6~", "\x1b[B"})
BACK = frozenset({"b", "k", "\x1b[5~", "\x1b[A"})
FIRST = frozenset({"g", "\x1b[H"})
LAST = frozenset({"G", "\x1b[F"})
LEAVE = frozenset({"q", "\x03", "\x1b", ""})


def turn(at: int, key: str, page: int, count: int) -> int | None:
    """The first line after a key, of `count` lines of which `page` are shown; None to leave."""
    most = max(0, count - page)
    if key in LEAVE:
        return None
    if key in NEXT:
        return None if at >= most else min(at + page, most)
    if key in BACK:
        return max(0, at - page)
    return 0 if key in FIRST else most if key in LAST else at


def show(lines: Sequence[str], footer: str) -> None:
    """Print `lines`; page by page with `footer` below when a person is there and they do not fit."""
    page = shutil.get_terminal_size().lines - 1
    if not (sys.stdin.isatty() and sys.stdout.isatty()) or len(lines) <= page:
        for line in lines:
            print(line)
        return
    with _Keys() as keys:
        at: int | None = 0
        while at is not None:
            _paint(lines[at : at + page], footer)
            at = turn(at, keys.read(), page, len(lines))
    print()


def _paint(lines: Sequence[str], footer: str) -> None:
    sys.stdout.write("\x1b[2J\x1b[H" + "\r\n".join(lines) + f"\r\n\x1b[7m{footer}\x1b[0m")
    sys.stdout.flush()


class _Keys:
    """Keys one at a time, without echo; the terminal is as it was afterwards."""

    def __enter__(self) -> _Keys:
        import termios
        import tty

        self._file = sys.stdin.fileno()
        saved = termios.tcgetattr(self._file)
        self._restore: Callable[[], None] = lambda: termios.tcsetattr(self._file, termios.TCSADRAIN, saved)
        tty.setraw(self._file)
        return self

    def __exit__(self, *_: object) -> None:
        self._restore()

    def read(self) -> str:
        """One key; an escape sequence arrives whole."""
        return os.read(self._file, 16).decode("utf-8", "replace")
