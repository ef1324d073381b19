"""The pictures of the README, taken from the real program: `python -m docs.shots` (needs fonts, see `docs.picture`).

A fresh demo in a folder of its own, one seat driven by keys, one monitor beside it.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench.terminal import Screen, Terminal, lines
from docs import picture

PICTURES = Path(__file__).with_name("pictures")
LANGUAGE = "zh_CN.UTF-8"


def _terminal(home: str, *command: str, columns: int = 120, rows: int = 36) -> Terminal:
    return Terminal(
        [sys.executable, "-m", "agent_tui", *command],
        columns=columns,
        rows=rows,
        env={"LANG": LANGUAGE, "LC_ALL": LANGUAGE, "AGENT_TUI_HOME": home, "COLORTERM": "truecolor"},
    )


def _showing(word: str) -> Callable[[Screen], bool]:
    return lambda screen: any(word in line for line in lines(screen))


def _read(seconds: float, *terminals: Terminal) -> None:
    """Let time pass while nobody's output is left unread."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for terminal in terminals:
            terminal.read(0.02)
    for terminal in terminals:
        terminal.feed()


def main() -> None:
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as home:
        desk = _terminal(home, "demo")
        desk.wait(_showing("F9 示闲"), 90)
        desk.settle(2, 4)
        desk.send("f9")
        if desk.wait(_showing("F9 接起"), 180) is None:
            raise SystemExit("no contact was offered; nothing to picture")
        desk.send("f9")
        desk.wait(_showing("F9 继续"), 10)
        monitor = _terminal(home, "monitor", "--demo")
        monitor.wait(_showing("F7"), 30)
        _read(6, desk, monitor)
        picture.png(desk.screen, PICTURES / "desk-zh.png")
        picture.png(monitor.screen, PICTURES / "monitor-zh.png")
        monitor.close()
        desk.close()


if __name__ == "__main__":
    main()
